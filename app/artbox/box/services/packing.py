"""Writing the file of a reserved package: the catalogue projects, the wire encrypts and signs."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import SystemRandom

from artbox.box.adapters.identity import Identity
from artbox.box.adapters.store import BoxRow, Store
from artbox.box.adapters.store.packages import PackedRecord
from artbox.box.domain.assessments import FirstReceipt
from artbox.box.domain.audit import AuditEntry, AuditTag
from artbox.box.domain.deliveries import Kind, PackageRow
from artbox.box.domain.pseudonyms import pseudonym
from artbox.box.errors import DeliveryFailed
from artbox.box.services.assessing import Assessing
from artbox.catalogue import Catalogue, Disguise
from artbox.wire.errors import WireError
from artbox.wire.packages import PackageHead, write_package

ACTOR = "delivery"


class Packing:
    """Turns the records of a package row into its file."""

    def __init__(
        self,
        catalogue: Catalogue,
        assessing: Assessing,
        identity: Identity,
        recipients_dir: Path,
        packages_dir: Path,
    ) -> None:
        self._catalogue = catalogue
        self._assessing = assessing
        self._identity = identity
        self._recipients_dir = recipients_dir
        self._packages_dir = packages_dir

    def recipient(self, register: str) -> Path | None:
        """Return the certificate packages for this register are encrypted to, if the box has one."""
        if register not in self._catalogue.current.registers:
            return None
        path = self._recipients_dir / f"{register}.crt"
        return path if path.is_file() else None

    def path(self, row: PackageRow) -> Path:
        """Return where the package's file is or would be."""
        return self._packages_dir / row.name

    def pack(self, store: Store, row: PackageRow) -> None:
        """Write the file and note it; a file of an interrupted attempt is replaced. Raise DeliveryFailed."""
        recipient = self.recipient(row.register)
        if recipient is None:
            raise DeliveryFailed(reason="recipient-missing", register=row.register)
        box = store.box()
        records = store.packages.records(row.id)
        self._assessing.run()
        receipts = store.assessments.first_receipts(
            row.register, [record.record_key_id for record in records]
        )
        # The order of records must not tell which withdrawal belongs to which new record.
        SystemRandom().shuffle(records)
        head = PackageHead(
            centre_no=box.centre_no,
            register=row.register,
            sequence=row.sequence,
            kind=row.kind.value,
            catalogue_version=row.release,
            created_at=row.created_at,
        )
        try:
            self._packages_dir.mkdir(mode=0o700, exist_ok=True)
            package = write_package(
                self._packages_dir,
                head,
                self._lines(row, box, records, receipts),
                recipient=recipient,
                signer=self._identity.signer,
            )
        except (WireError, OSError) as error:
            raise DeliveryFailed(
                reason="packing-failed", register=row.register, package=row.name, cause=type(error).__name__
            ) from error
        entry = AuditEntry(AuditTag.PACKAGE_PACKED, ACTOR, {"package_id": row.id, "sha256": package.sha256})
        store.packages.packed(row.id, package.sha256, package.size, entry)

    def _lines(
        self, row: PackageRow, box: BoxRow, records: list[PackedRecord], receipts: Mapping[int, FirstReceipt]
    ) -> Iterator[dict[str, object]]:
        release = self._catalogue.release(row.release)
        for record in records:
            line: dict[str, object] = {"record_key": record.record_key}
            if record.key_kind is Kind.PSEUDONYMISED:
                line["pseudonym"] = pseudonym(
                    box.pseudonym_key, row.register, box.centre_no, record.patient_uuid
                )
            if row.kind is not Kind.WITHDRAWAL:
                projection = release.projection(row.register, row.kind.value)
                patient, cycle = json.loads(record.patient_body), json.loads(record.cycle_body)
                receipt = receipts.get(record.record_key_id, FirstReceipt())
                cycle |= release.receipt(cycle, receipt.result, receipt.received_on)
                disguise = Disguise(record.steps, record.suppressed)
                line |= {"version": record.version, "cycle": projection.cycle(patient, cycle, disguise)}
            yield line
