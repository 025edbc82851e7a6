"""Packages on their way to a register, and the receipts that close them. Values only."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """In which form records travel; one package holds one kind."""

    PSEUDONYMISED = "pseudonymised"
    ANONYMISED = "anonymised"
    WITHDRAWAL = "withdrawal"


class PackageState(StrEnum):
    """The way of a package. `reserved` has its number and its records, but no file yet."""

    RESERVED = "reserved"
    PACKED = "packed"
    SENT = "sent"
    RECEIPTED = "receipted"


@dataclass(frozen=True)
class PackageRow:
    """A package as pages show it; `name` is the file name, `sha256` is None until the file is complete."""

    id: int
    name: str
    register: str
    kind: Kind
    sequence: int
    release: str
    count: int
    state: PackageState
    sha256: str | None
    size: int | None
    created_at: datetime
    sent_at: datetime | None
    receipted_at: datetime | None
    last_error: str | None


@dataclass(frozen=True)
class ReceiptRow:
    """A verified receipt: the exact bytes the server signed, and its detached CMS signature (DER).

    `rejected_keys` name the refused records; they are known when the receipt comes, and findings after that.
    """

    package_id: int
    register: str
    sequence: int
    received_at: datetime
    accepted: int
    rejected: int
    document: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    rejected_keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class Delivered:
    """The result of one delivery: a package that has its receipt."""

    package_id: int
    name: str
    register: str
    kind: Kind
    count: int
