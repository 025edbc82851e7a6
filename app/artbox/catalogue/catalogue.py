"""All releases side by side, and which of them judges a cycle."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime

from artbox.catalogue.model import Finding, Level
from artbox.catalogue.records import START_FIELD
from artbox.catalogue.release import Release


class Catalogue:
    """The loaded releases, ordered by the day they begin to hold."""

    def __init__(self, releases: Mapping[str, Release]) -> None:
        self.releases = releases

    @property
    def current(self) -> Release:
        """The release for a cycle that starts today (UTC)."""
        return self.for_date(datetime.now(tz=UTC).date())

    def release(self, version: str) -> Release:
        """Return the release of this version; KeyError when there is none."""
        return self.releases[version]

    def for_date(self, day: date) -> Release:
        """Return the release for a cycle starting on `day`; earlier days belong to the first release."""
        ordered = list(self.releases.values())
        begun = [release for release in ordered if release.valid_from <= day]
        return begun[-1] if begun else ordered[0]

    def for_cycle(self, cycle: object) -> Release:
        """Return the release that judges a cycle: by its start date; without one, the current."""
        raw = cycle.get(START_FIELD) if isinstance(cycle, dict) else None
        try:
            return self.for_date(date.fromisoformat(raw)) if isinstance(raw, str) else self.current
        except ValueError:
            return self.current

    def for_patient(self, cycles: Iterable[object]) -> Release:
        """Return the release that judges what is said of a patient: the newest that judges a cycle."""
        judges = [self.for_cycle(cycle) for cycle in cycles]
        return max(judges, key=lambda release: release.valid_from, default=self.current)

    def check_header(self, document: object, *, centre_no: int) -> list[Finding]:
        """Judge a document but not its patients by the release it names, or the current one."""
        version = document.get("schema_version") if isinstance(document, dict) else None
        known = self.releases.get(version) if isinstance(version, str) else None
        return (known or self.current).check_header(document, centre_no=centre_no)

    def check(self, patient: object, index: int, *, centre_no: int, today: date) -> list[Finding]:
        """Judge one patient: each cycle by the release valid at its start, the rest by the newest."""
        cycles = patient.get("cycles") if isinstance(patient, dict) else None
        judges = [self.for_cycle(cycle) for cycle in (cycles if isinstance(cycles, list) else [])]
        concerned = sorted(set(judges), key=lambda release: release.valid_from) or [self.current]
        found: list[Finding] = []
        for release in concerned:
            own = frozenset(number for number, judge in enumerate(judges) if judge is release)
            for finding in release.check(patient, index, centre_no=centre_no, today=today, cycles=own):
                if release is concerned[-1] or not _concerns_patient(finding, release):
                    found.append(finding)
        return found


def _concerns_patient(finding: Finding, release: Release) -> bool:
    """Whether a finding is about the patient as a whole and none of the cycles."""
    if finding.rule in release.rules:
        return release.rules[finding.rule].level is Level.PATIENT
    return "/cycles/" not in finding.pointer
