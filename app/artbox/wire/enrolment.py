"""Enrolment: the one-time code's form, the request, its answer, and the reasons for a refusal."""

import re
import secrets
from dataclasses import dataclass
from enum import StrEnum

from artbox.wire.errors import EnrolmentMalformed

CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O and U, so that a code can be read out and typed."""
CODE_LENGTH = 12
MAX_CSR_CHARACTERS = 8192
PATH = "/v1/enrolments"

_ALIKE = str.maketrans({"O": "0", "I": "1", "L": "1"})
_BETWEEN = re.compile(r"[\s\-–—_.]+")


class ProblemType(StrEnum):
    """The `type` of a refusal's problem details (RFC 9457)."""

    CODE_UNKNOWN = "urn:artbox:problem:code-unknown"
    CODE_USED = "urn:artbox:problem:code-used"
    CODE_EXPIRED = "urn:artbox:problem:code-expired"
    CENTRE_MISMATCH = "urn:artbox:problem:centre-mismatch"
    TOO_MANY_ATTEMPTS = "urn:artbox:problem:too-many-attempts"

    @property
    def reason(self) -> str:
        """The last part of the URN, e.g. `code-used`."""
        return self.value.rsplit(":", 1)[1]


def new_code() -> str:
    """Return a fresh one-time code in its written form (60 random bits)."""
    return written_code("".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH)))


def written_code(code: str) -> str:
    """Return a normalised code in groups: `ABCD-EFGH-JKMN`."""
    return "-".join(code[start : start + 4] for start in range(0, CODE_LENGTH, 4))


def normalise_code(typed: str) -> str:
    """Return the 12 characters meant by what a person typed. Errors: EnrolmentMalformed."""
    if len(typed) > 100:
        raise EnrolmentMalformed("longer than any code")
    code = _BETWEEN.sub("", typed).upper().translate(_ALIKE)
    if len(code) != CODE_LENGTH or any(character not in CODE_ALPHABET for character in code):
        raise EnrolmentMalformed("not a code")
    return code


@dataclass(frozen=True)
class EnrolmentRequest:
    """What a box asks with: the code, its centre's number and a PEM signing request."""

    code: str
    centre_no: int
    csr: str

    def to_json(self) -> dict[str, object]:
        """Return the members of the JSON body."""
        return {"code": self.code, "centre_no": self.centre_no, "csr": self.csr}

    @classmethod
    def from_json(cls, body: object) -> "EnrolmentRequest":
        """Read a JSON body; the code stays as typed. Errors: EnrolmentMalformed."""
        match body:
            case {"code": str(code), "centre_no": int(centre_no), "csr": str(csr)} if (
                not isinstance(centre_no, bool) and 1 <= centre_no <= 9999 and len(csr) <= MAX_CSR_CHARACTERS
            ):
                return cls(code, centre_no, csr)
        raise EnrolmentMalformed("code, centre_no (1 to 9999) and csr are required")


@dataclass(frozen=True)
class EnrolmentAnswer:
    """What a box gets: its certificate and the CA's (PEM each), and its name at the server."""

    certificate: str
    ca: str
    box_id: str

    def to_json(self) -> dict[str, str]:
        """Return the members of the JSON body."""
        return {"certificate": self.certificate, "ca": self.ca, "box_id": self.box_id}

    @classmethod
    def from_json(cls, body: object) -> "EnrolmentAnswer":
        """Read a JSON body. Errors: EnrolmentMalformed."""
        match body:
            case {"certificate": str(certificate), "ca": str(ca), "box_id": str(box_id)}:
                return cls(certificate, ca, box_id)
        raise EnrolmentMalformed("certificate, ca and box_id are required")
