"""The server's refusals: one root, a stable code each, never a secret or a record in the text."""


class Refused(Exception):
    """A request that is understood and not granted; `code` is stable, `detail` an English sentence."""

    code = "refused"

    def __init__(self, detail: str = "") -> None:
        super().__init__(f"{self.code}: {detail}" if detail else self.code)
        self.detail = detail


class CodeUnknown(Refused):
    """No such enrolment code was ever created."""

    code = "code-unknown"


class CodeUsed(Refused):
    """The enrolment code was used by another key."""

    code = "code-used"


class CodeExpired(Refused):
    """The enrolment code is older than it may be."""

    code = "code-expired"


class CentreMismatch(Refused):
    """The request names another centre than the one it is allowed to speak for."""

    code = "centre-mismatch"


class TooManyAttempts(Refused):
    """Too many wrong codes; `wait_seconds` says when to try again."""

    code = "too-many-attempts"

    def __init__(self, wait_seconds: int) -> None:
        super().__init__(f"try again in {wait_seconds} s")
        self.wait_seconds = wait_seconds


class ClientCertificateRequired(Refused):
    """The connection carries no client certificate of the ARTbox CA."""

    code = "client-certificate-required"


class BoxUnknown(Refused):
    """The client certificate's key belongs to no enrolled box."""

    code = "box-unknown"


class BoxRevoked(Refused):
    """The box was enrolled, and its access was withdrawn."""

    code = "box-revoked"


class SignerMismatch(Refused):
    """The package was signed with another key than the connection's."""

    code = "signer-mismatch"


class RegisterUnknown(Refused):
    """The package is for a register this server does not serve."""

    code = "register-unknown"


class SequenceTaken(Refused):
    """Another package of this centre, register and sequence number was stored before."""

    code = "sequence-taken"


class AuthorityMissing(Refused):
    """`artbox-server ca init` has not been run, or its files cannot be read."""

    code = "authority-missing"


class SettingsInvalid(Refused):
    """The settings file is missing or wrong."""

    code = "settings-invalid"
