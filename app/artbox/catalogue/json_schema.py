"""JSON Schema 2020-12 of the whole import document, derived from a release's definition.

`additionalProperties` is false at every level; every optional value may be given as unknown, with a reason.
"""

import re

from artbox.catalogue.model import Definition, Field, FieldType, Level, Origin, Range
from artbox.catalogue.values import Unknown

Json = dict[str, object]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
REFERENCE = "[A-Za-z0-9][A-Za-z0-9._:/-]*"
CONSENT_STATUSES = ("given", "refused", "not_documented", "objected")
DATED_CONSENTS = ("given", "refused", "objected")
LARGEST_CENTRE = 9999
LONGEST_LIST = 60
LONGEST_KEY = 64
REFERENCE_FORM = re.compile(REFERENCE, re.ASCII)


def document_schema(definition: Definition) -> Json:
    """Describe one import document: header members and patients."""
    header = _header_properties(definition)
    patients = {
        "type": "array",
        "maxItems": definition.limits.patients,
        "items": {"$ref": "#/$defs/patient"},
    }
    return {
        "$schema": DIALECT,
        "$id": f"urn:artbox:import:{definition.version}",
        "title": f"ARTbox import document, catalogue {definition.version} ({definition.status})",
        **_object({**header, "patients": patients}, [*header, "patients"]),
        "$defs": _definitions(definition),
    }


def patient_schema(definition: Definition) -> Json:
    """Describe one patient alone, as judged one by one."""
    return {"$schema": DIALECT, "$ref": "#/$defs/patient", "$defs": _definitions(definition)}


def header_schema(definition: Definition) -> Json:
    """Describe a document without its patients, as in the header line of bulk imports."""
    header = _header_properties(definition)
    return {"$schema": DIALECT, **_object(header, list(header)), "$defs": _definitions(definition)}


def _header_properties(definition: Definition) -> Json:
    text = {"type": "string", "minLength": 1, "maxLength": definition.limits.reference}
    return {
        "schema_version": {"const": definition.version},
        "centre_no": {"$ref": "#/$defs/centre_no"},
        "source_system": _object({"product": text, "version": text}, ["product", "version"]),
    }


def _definitions(definition: Definition) -> Json:
    reference = definition.limits.reference
    return {
        "patient": _patient(definition),
        "cycle": _cycle(definition),
        "child": _record(definition, Level.CHILD, {}, []),
        "consent": _consent(definition),
        "reference": {"type": "string", "maxLength": reference, "pattern": f"^{REFERENCE}$"},
        "centre_no": {"type": "integer", "minimum": 1, "maximum": LARGEST_CENTRE},
        "unknown": _object({"unknown": {"enum": [reason.value for reason in Unknown]}}, ["unknown"]),
        **{f"choice_{name}": {"enum": list(found.codes)} for name, found in definition.choice_lists.items()},
    }


def _patient(definition: Definition) -> Json:
    limits = definition.limits
    structure: Json = {
        "patient_ref": {"$ref": "#/$defs/reference"},
        "centre_no": {"$ref": "#/$defs/centre_no"},
        "consents": {"type": "array", "maxItems": limits.consents, "items": {"$ref": "#/$defs/consent"}},
        "cycles": {"type": "array", "maxItems": limits.cycles, "items": {"$ref": "#/$defs/cycle"}},
    }
    return _record(definition, Level.PATIENT, structure, ["patient_ref", "consents", "cycles"])


def _cycle(definition: Definition) -> Json:
    children = {
        "type": "array",
        "maxItems": definition.limits.children,
        "items": {"$ref": "#/$defs/child"},
    }
    structure: Json = {"cycle_ref": {"$ref": "#/$defs/reference"}, "children": children}
    return _record(definition, Level.CYCLE, structure, ["cycle_ref"])


def _consent(definition: Definition) -> Json:
    properties: Json = {
        "register": {"enum": list(definition.registers)},
        "status": {"enum": list(CONSENT_STATUSES)},
        "date": {"type": "string", "format": "date"},
    }
    dated: Json = {
        "if": {"properties": {"status": {"enum": list(DATED_CONSENTS)}}},
        "then": {"required": ["date"]},
    }
    return {**_object(properties, ["register", "status"]), **dated}


def _record(definition: Definition, level: Level, structure: Json, required: list[str]) -> Json:
    fields = [field for field in definition.fields.values() if is_delivered(field, level)]
    properties = {**structure, **{field.name: _field(field, definition) for field in fields}}
    return _object(properties, [*required, *(field.name for field in fields if field.mandatory)])


def is_delivered(field: Field, level: Level) -> bool:
    """Whether a capture program may hand over this field at this level."""
    return field.level is level and field.origin is Origin.DELIVERED


def _object(properties: Json, required: list[str]) -> Json:
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _field(field: Field, definition: Definition) -> Json:
    described: Json = {"title": field.label.en, **({"x-unit": field.unit.en} if field.unit else {})}
    if field.mandatory:
        return described | _value(field)
    return described | {"anyOf": [_value(field), {"$ref": "#/$defs/unknown"}]}


def _value(field: Field) -> Json:
    match field.type:
        case FieldType.CHOICE:
            form: Json = {"type": "string", "$ref": f"#/$defs/choice_{field.choices}"}
        case FieldType.CHOICES:
            items: Json = {"type": "string", "$ref": f"#/$defs/choice_{field.choices}"}
            form = {"type": "array", "items": items, "maxItems": LONGEST_LIST}
            if not field.repeats:
                form["uniqueItems"] = True
        case FieldType.INTEGERS:
            form = {
                "type": "array",
                "items": {"type": "integer"} | _limits(field.hard),
                "maxItems": LONGEST_LIST,
            }
        case FieldType.INTEGER:
            form = {"type": "integer"} | _limits(field.hard)
        case FieldType.DECIMAL:
            form = {"type": "number", "multipleOf": 10 ** -(field.digits or 0)} | _limits(field.hard)
        case FieldType.BOOLEAN:
            form = {"type": "boolean"}
        case FieldType.DATE:
            form = {"type": "string", "format": "date"}
        case FieldType.DATETIME:
            form = {"type": "string", "format": "date-time"}
        case FieldType.CODE:
            form = {"type": "string", "maxLength": field.max_length, "pattern": f"^(?:{field.pattern})$"}
    return form


def _limits(limits: Range | None) -> Json:
    found = limits or Range()
    bounds = {"minimum": found.minimum, "maximum": found.maximum}
    return {key: bound for key, bound in bounds.items() if isinstance(bound, int | float)}


def is_reference(value: object) -> bool:
    """Whether a value has the form of the capture program's own keys."""
    return isinstance(value, str) and len(value) <= LONGEST_KEY and bool(REFERENCE_FORM.fullmatch(value))
