"""The language of the rules: small, closed, readable by a physician, three-valued.

`parser` reads a condition into the dataclasses of `tree`, `evaluation` compiles them to closures.
Nothing of a definition file is ever executed.
"""

from artbox.catalogue.conditions.evaluation import Scope, compile_condition, compile_operand
from artbox.catalogue.conditions.necessity import Needs, needed
from artbox.catalogue.conditions.parser import ConditionError, parse_condition, parse_formula, parse_number
from artbox.catalogue.conditions.tree import Condition, Operand, names, own_names
from artbox.catalogue.conditions.vocabulary import Vocabulary

__all__ = [
    "Condition",
    "ConditionError",
    "Needs",
    "Operand",
    "Scope",
    "Vocabulary",
    "compile_condition",
    "compile_operand",
    "names",
    "needed",
    "own_names",
    "parse_condition",
    "parse_formula",
    "parse_number",
]
