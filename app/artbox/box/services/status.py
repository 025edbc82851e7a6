"""What the status page shows: one light, findings with a remedy, cards with facts."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from artbox.box.adapters.store import Store, StoreHandle
from artbox.box.adapters.vault import VaultBackend
from artbox.box.domain.deliveries import PackageRow
from artbox.box.domain.imports import ImportState
from artbox.box.domain.states import Card, Light, StatusFinding, StatusReport, worst
from artbox.box.services.clock import Clock
from artbox.box.services.delivery import Delivery
from artbox.box.services.enrolment import Enrolment

EXPIRES_SOON = timedelta(days=30)
DISK_LOW_PERCENT = 10.0
DISK_FULL_PERCENT = 4.0
EXPORTS_PATH = "/exporte"
INTAKE_PATH = "/eingang"
FINDINGS_PATH = "/eingang/befunde"


@dataclass(frozen=True)
class Part:
    """One concern of the page: its facts and what is wrong with it."""

    code: str
    facts: Mapping[str, object]
    findings: list[StatusFinding] = field(default_factory=list)

    @property
    def card(self) -> Card:
        """The card under the light of its findings."""
        return Card(self.code, worst(finding.light for finding in self.findings), self.facts)


class Status:
    """Takes the snapshot of the box that the status page shows.

    Findings (code: fields) are vault-plain; not-enrolled; certificate-expiring: days; recipient-missing:
    register; delivery-failed: register, package, reason, since; records-held: register, count; disk-low:
    free_bytes, percent; imports-rejected: import_id, count; import-aborted: import_id; no-token.
    Cards (code: facts) are database: size_bytes, patients, cycles, vault; intake: imports, last_at, product,
    rejected; exports: registers [register, waiting, held, last_at, last_sequence, error, recipient];
    certificate: centre_no, box_id, expires; server: last_at, result; disk: free_bytes, total_bytes, percent.
    """

    def __init__(
        self,
        handle: StoreHandle,
        enrolment: Enrolment,
        delivery: Delivery,
        vault: VaultBackend,
        now: Clock,
    ) -> None:
        self._handle = handle
        self._enrolment = enrolment
        self._delivery = delivery
        self._vault = vault
        self._now = now

    def snapshot(self) -> StatusReport:
        """Return the status now; raise BoxLocked."""
        store = self._handle.store
        rows = store.packages.all()
        parts = [
            self._database(store),
            _intake(store),
            self._exports(rows),
            self._certificate(),
            _server(rows),
            _disk(store.path),
        ]
        findings = tuple(finding for part in parts for finding in part.findings)
        light = worst(finding.light for finding in findings)
        return StatusReport(light, self._now(), findings, tuple(part.card for part in parts))

    def _database(self, store: Store) -> Part:
        counts = store.imports.counts()
        facts = {
            "size_bytes": store.size(),
            "patients": counts["patients"],
            "cycles": counts["cycles"],
            "vault": self._vault.name,
        }
        plain = [StatusFinding("vault-plain", Light.YELLOW)] if self._vault.name == "plain" else []
        return Part("database", facts, plain)

    def _exports(self, rows: list[PackageRow]) -> Part:
        waiting, held, recipients = (
            self._delivery.waiting(),
            self._delivery.held(),
            self._delivery.recipients(),
        )
        registers, findings = [], []
        for register, count in waiting.items():
            own = [row for row in rows if row.register == register]
            last = next((row for row in own if row.receipted_at is not None), None)
            failed = next((row for row in reversed(own) if row.last_error is not None), None)
            registers.append(
                {
                    "register": register,
                    "waiting": count,
                    "held": held[register],
                    "last_at": last.receipted_at if last else None,
                    "last_sequence": last.sequence if last else None,
                    "error": failed.last_error if failed else None,
                    "recipient": register in recipients,
                }
            )
            findings += _register_findings(register, count, register in recipients, held[register], failed)
        return Part("exports", {"registers": registers}, findings)

    def _certificate(self) -> Part:
        enrolled = self._enrolment.status()
        if enrolled is None:
            return Part("certificate", {}, [StatusFinding("not-enrolled", Light.RED)])
        left = enrolled.certificate_expires - self._now()
        facts = {
            "centre_no": enrolled.centre_no,
            "box_id": enrolled.box_id,
            "expires": enrolled.certificate_expires,
        }
        light = Light.RED if left < timedelta(0) else Light.YELLOW
        expiring = [StatusFinding("certificate-expiring", light, {"days": left.days})]
        return Part("certificate", facts, expiring if left < EXPIRES_SOON else [])


def _register_findings(
    register: str, waiting: int, has_recipient: bool, held: int, failed: PackageRow | None
) -> list[StatusFinding]:
    findings = []
    if waiting and not has_recipient:
        findings.append(
            StatusFinding("recipient-missing", Light.YELLOW, {"register": register}, EXPORTS_PATH)
        )
    if held:
        fields = {"register": register, "count": held}
        findings.append(StatusFinding("records-held", Light.YELLOW, fields, FINDINGS_PATH))
    if failed is not None:
        fields = {
            "register": register,
            "package": failed.name,
            "reason": failed.last_error,
            "since": failed.created_at,
        }
        light = Light.YELLOW if failed.last_error == "server-unreachable" else Light.RED
        findings.append(StatusFinding("delivery-failed", light, fields, EXPORTS_PATH))
    return findings


def _intake(store: Store) -> Part:
    last = next(iter(store.imports.recent(1)), None)
    tokens = [token for token in store.tokens.all() if token.revoked_at is None]
    facts = {
        "imports": store.imports.counts()["imports"],
        "last_at": last.received_at if last else None,
        "product": last.product if last else None,
        "rejected": last.rejected if last else 0,
    }
    findings = [] if tokens else [StatusFinding("no-token", Light.YELLOW, {}, INTAKE_PATH)]
    if last is not None and last.state is ImportState.ABORTED:
        path = f"{INTAKE_PATH}/{last.id}"
        findings.append(StatusFinding("import-aborted", Light.YELLOW, {"import_id": last.id}, path))
    if last is not None and last.state is ImportState.FINISHED and not last.complete:
        fields = {"import_id": last.id, "count": last.rejected}
        path = f"{INTAKE_PATH}/{last.id}"
        findings.append(StatusFinding("imports-rejected", Light.YELLOW, fields, path))
    return Part("intake", facts, findings)


def _server(rows: list[PackageRow]) -> Part:
    last = max((row.receipted_at for row in rows if row.receipted_at is not None), default=None)
    failed = next((row for row in reversed(rows) if row.last_error is not None), None)
    result = failed.last_error if failed else "ok" if last else None
    return Part("server", {"last_at": last, "result": result})


def _disk(path: Path) -> Part:
    usage = shutil.disk_usage(path)
    percent = 100 * usage.free / usage.total
    facts = {"free_bytes": usage.free, "total_bytes": usage.total, "percent": round(percent, 1)}
    if percent >= DISK_LOW_PERCENT:
        return Part("disk", facts)
    light = Light.RED if percent < DISK_FULL_PERCENT else Light.YELLOW
    fields = {"free_bytes": usage.free, "percent": round(percent, 1)}
    return Part("disk", facts, [StatusFinding("disk-low", light, fields)])
