"""Intake: a package is checked from outside, stored unopened exactly once, and certified by a signed receipt.

The file comes first (synced, named by its hash), then the row with the receipt: a crash in between leaves
a file without a row, which the next start drops, and the box simply sends again.
"""

import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, insert, select
from sqlalchemy.exc import IntegrityError

from artbox.server import audit, store
from artbox.server.boxes import Box
from artbox.server.ca import Authority
from artbox.server.errors import CentreMismatch, RegisterUnknown, SequenceTaken, SignerMismatch
from artbox.server.settings import Settings
from artbox.wire.certificates import key_identity, sync_directory
from artbox.wire.errors import PackageTooLarge
from artbox.wire.packages import MAX_PACKAGE_BYTES, file_sha256
from artbox.wire.reading import OpenedPackage, VerifiedPackage, verify_package
from artbox.wire.receipts import Receipt, SignedReceipt, sign_receipt


@dataclass(frozen=True)
class Stored:
    """A package's receipt; `new` is false when it had been stored before."""

    receipt: SignedReceipt
    new: bool


class Upload:
    """A package on its way in: a file of its own, bounded, removed unless it is taken over."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / f"{os.getpid()}-{secrets.token_hex(8)}.part"
        self.size = 0
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._stream = os.fdopen(descriptor, "wb")

    def write(self, chunk: bytes) -> None:
        """Append. Errors: PackageTooLarge."""
        self.size += len(chunk)
        if self.size > MAX_PACKAGE_BYTES:
            raise PackageTooLarge(f"larger than {MAX_PACKAGE_BYTES} bytes")
        self._stream.write(chunk)

    def finish(self) -> None:
        """Make the file durable."""
        self._stream.flush()
        os.fsync(self._stream.fileno())
        self._stream.close()

    def discard(self) -> None:
        """Remove what is still there."""
        self._stream.close()
        self.path.unlink(missing_ok=True)


class Intake:
    """Stores packages and hands out receipts."""

    def __init__(
        self,
        settings: Settings,
        engine: Engine,
        authority: Authority,
        registers: frozenset[str],
        clock: Callable[[], datetime],
    ) -> None:
        self._settings = settings
        self._engine = engine
        self._authority = authority
        self._registers = registers
        self._clock = clock
        for directory in (settings.incoming_dir, settings.packages_dir):
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)

    def recover(self) -> int:
        """Drop what a crash left half done, and return how many files that were.

        Only for the one process that serves, before it begins.
        """
        leftovers = list(self._settings.incoming_dir.iterdir())
        with self._engine.connect() as connection:
            known = set(connection.execute(select(store.packages.c.sha256)).scalars())
        for path in self._settings.packages_dir.glob("*/*/*"):
            if path.name.split(".")[-2] not in known:
                leftovers.append(path)
        for path in leftovers:
            path.unlink()
        if leftovers:
            audit.record("leftovers-dropped", count=len(leftovers))
        return len(leftovers)

    def upload(self) -> Upload:
        """Begin to receive a package."""
        return Upload(self._settings.incoming_dir)

    def take(self, upload: Upload, name: str, box: Box) -> Stored:
        """Store a finished upload sent by `box` under `name`, or find that it is stored.

        Errors: PackageRefused and its kinds, SignatureRejected, SignerMismatch, CentreMismatch,
        RegisterUnknown, SequenceTaken, CmsFailed.
        """
        known = self._receipt_of(file_sha256(upload.path), box)
        if known is not None:
            return Stored(known, new=False)
        package = verify_package(upload.path, self._authority.certificate_path, name=name)
        self._check(package, box)
        opened, received_at = package.opened, self._clock().replace(microsecond=0)
        receipt = self._certify(opened, received_at)
        target = self._target(opened)
        upload.path.rename(target)
        sync_directory(target.parent)
        try:
            self._insert(opened, box, received_at, receipt)
        except IntegrityError as error:
            known = self._receipt_of(opened.sha256, box)
            if known is None:
                target.unlink(missing_ok=True)
                raise SequenceTaken("another package of this name was stored before") from error
            return Stored(known, new=False)
        audit.record(
            "package-stored", name=str(opened.manifest.package_name), sha256=opened.sha256, box_id=box.box_id
        )
        return Stored(receipt, new=True)

    def path_of(self, sha256: str) -> Path | None:
        """Return where a stored package lies."""
        return next(self._settings.packages_dir.glob(f"*/*/*.{sha256}.tgz"), None)

    def _check(self, package: VerifiedPackage, box: Box) -> None:
        manifest = package.opened.manifest
        if key_identity(package.signer.public_key()) != box.key_identity:
            raise SignerMismatch("the package was signed with another key than the connection's")
        if manifest.centre_no != box.centre_no:
            raise CentreMismatch("the package is of another centre")
        if manifest.register not in self._registers:
            raise RegisterUnknown("this server does not serve the package's register")

    def _certify(self, opened: OpenedPackage, received_at: datetime) -> SignedReceipt:
        manifest = opened.manifest
        receipt = Receipt(opened.sha256, manifest.register, manifest.sequence, received_at, manifest.count)
        return sign_receipt(receipt, self._authority.receipts_certificate, self._authority.receipts_key)

    def _target(self, opened: OpenedPackage) -> Path:
        manifest = opened.manifest
        centre_dir = self._settings.packages_dir / f"{manifest.centre_no:04d}"
        directory = centre_dir / manifest.register
        for parent in (centre_dir, directory):
            if not parent.exists():
                parent.mkdir(mode=0o700, exist_ok=True)
                sync_directory(parent.parent)
        stem = str(manifest.package_name).removesuffix(".tgz")
        return directory / f"{stem}.{opened.sha256}.tgz"

    def _insert(self, opened: OpenedPackage, box: Box, received_at: datetime, receipt: SignedReceipt) -> None:
        manifest = opened.manifest
        with self._engine.begin() as connection:
            connection.execute(
                insert(store.packages).values(
                    sha256=opened.sha256,
                    centre_no=manifest.centre_no,
                    register=manifest.register,
                    sequence=manifest.sequence,
                    kind=manifest.kind,
                    catalogue_version=manifest.catalogue_version,
                    count=manifest.count,
                    size=opened.size,
                    box_id=box.box_id,
                    received_at=received_at,
                    receipt=receipt.document,
                    receipt_signature=receipt.signature,
                )
            )

    def _receipt_of(self, sha256: str, box: Box) -> SignedReceipt | None:
        with self._engine.connect() as connection:
            row = connection.execute(select(store.packages).where(store.packages.c.sha256 == sha256)).first()
        if row is None:
            return None
        if row.centre_no != box.centre_no:
            raise CentreMismatch("the package is of another centre")
        return SignedReceipt(row.receipt, row.receipt_signature)
