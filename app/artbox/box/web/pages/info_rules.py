"""The page Plausibilitäten: conditions between fields, assurances, checks of every value, prospectivity.

Every entry says in words what it demands, with its stable id, severity, source and first release.
"""

import re

from starlette.responses import Response

from artbox.box.edge.texts import mark
from artbox.box.web.pages import info
from artbox.box.web.pages.imports import SEVERITIES
from artbox.box.web.visit import Visit
from artbox.catalogue import Assurance, AssuredBy, Check, ProspectivityRule, Release, Rule

NOT_JUDGED = mark("In dieser Version nicht geprüft: {explanation}")
PROSPECTIVE = mark(
    "Ein Zyklus ist prospektiv, wenn er spätestens {days} Tage nach dem Datum „{anchor}“"
    " in der ARTbox eingeht."
)
PRECEDING = mark(
    "Ein Zyklus ist prospektiv, wenn er spätestens {days} Tage nach dem Datum „{anchor}“ und vor dem Tag"
    " „{must_precede}“ in der ARTbox eingeht."
)
REJECTED = mark("abgelehnt")


def rules(visit: Visit) -> Response:
    """List everything that is demanded of a record, each with its stable id as anchor."""
    catalogue = visit.application.catalogue
    return visit.page(
        "info/rules_list.html" if info.partial(visit) else "info/rules.html",
        release=info.release_of(visit),
        releases=info.versions(visit),
        search=info.searched(visit),
        query=visit.request.url.query,
        rules=shown_rules(visit),
        assurances=shown_assurances(visit),
        checks=shown_checks(visit),
        prospectivity=shown_prospectivity(visit),
        severities=SEVERITIES,
        in_general=in_general,
        assured=lambda assurance: assured(visit, assurance),
        demand=lambda rule: demand(visit, rule),
        treatments=lambda rule: treatments(visit, rule),
        since=catalogue.since,
        changed=catalogue.changed,
    )


def shown_rules(visit: Visit) -> list[Rule]:
    """Return the conditions between fields the visit asks for."""
    known = info.release_of(visit).rules.values()
    return [rule for rule in known if _sought(visit, rule.id, *rule.fields, rule.message.de, rule.message.en)]


def shown_assurances(visit: Visit) -> list[Assurance]:
    """Return the rules beyond one record the visit asks for."""
    known = info.release_of(visit).assurances.values()
    return [item for item in known if _sought(visit, item.id, item.message.de, item.message.en)]


def shown_checks(visit: Visit) -> list[Check]:
    """Return the checks of every value the visit asks for."""
    return [
        check
        for check in info.release_of(visit).checks.values()
        if _sought(visit, check.id, check.label.de, check.label.en, check.message.de, check.message.en)
    ]


def shown_prospectivity(visit: Visit) -> list[ProspectivityRule]:
    """Return the rules of prospectivity the visit asks for."""
    return [
        rule
        for rule in info.release_of(visit).prospectivity.values()
        if _sought(visit, rule.id, rule.register, rule.anchor, *rule.treatments, demand(visit, rule))
    ]


def in_general(message: str) -> str:
    """Return a check's message without the places that name one field and its limits."""
    text = re.sub(r" \([^()]*\{[^()]*\)", "", message).removeprefix("{field}: ")
    return text[:1].upper() + text[1:]


def assured(visit: Visit, assurance: Assurance) -> str:
    """Say what makes sure of a rule beyond one record: checks, a service, or nothing yet."""
    explanation = assurance.explanation[visit.language] if assurance.explanation else ""
    if assurance.by is AssuredBy.OPEN:
        return visit.text(NOT_JUDGED, explanation=explanation)
    return " · ".join(part for part in (explanation, ", ".join(assurance.checks)) if part)


def demand(visit: Visit, rule: ProspectivityRule) -> str:
    """Say in a sentence when a cycle is prospective."""
    fields = info.release_of(visit).fields
    names = {"days": rule.max_lag_days, "anchor": fields[rule.anchor].label[visit.language]}
    if rule.must_precede is None:
        return visit.text(PROSPECTIVE, **names)
    return visit.text(PRECEDING, **names, must_precede=fields[rule.must_precede].label[visit.language])


def treatments(visit: Visit, rule: ProspectivityRule) -> str:
    """Name the types of treatment a rule of prospectivity is for."""
    return ", ".join(treatment_labels(info.release_of(visit), rule, visit.language))


def treatment_labels(release: Release, rule: ProspectivityRule, language: str) -> list[str]:
    """Return the labels of a rule's treatments in their order."""
    choices = release.choice_lists["treatment_type"].choices
    return [choice.label[language] for choice in choices if choice.code in rule.treatments]


def _sought(visit: Visit, *words: str) -> bool:
    return info.matches(info.searched(visit), words)
