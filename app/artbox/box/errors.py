"""Every refusal the box can give, with a stable code and fields.

The edges turn a code into a sentence in the reader's language; fields hold no patient's value and no secret.
"""


class ArtboxError(Exception):
    """The root of all refusals: `code` is stable, `fields` fill the sentence an edge makes of it."""

    code = "error"

    def __init__(self, code: str | None = None, /, **fields: object) -> None:
        self.code = code or type(self).code
        self.fields = fields
        super().__init__(self.code)

    def __str__(self) -> str:
        """Return code and fields, fit for a log line."""
        details = ", ".join(f"{name}={value}" for name, value in sorted(self.fields.items()))
        return f"{self.code} ({details})" if details else self.code


class SettingsInvalid(ArtboxError):
    """The settings file is missing or has a wrong value. Fields: path, problem."""

    code = "settings-invalid"


class BoxLocked(ArtboxError):
    """The store is closed: the master password has not been given since the start."""

    code = "box-locked"


class NotLocked(ArtboxError):
    """Keys arrived although the box is open already."""

    code = "not-locked"


# Keys and the master password


class WrongMasterPassword(ArtboxError):
    """The keyring is sound, the password does not open it."""

    code = "wrong-master-password"


class MasterPasswordTooShort(ArtboxError):
    """Fields: minimum (characters)."""

    code = "master-password-too-short"


class MasterPasswordTooLong(ArtboxError):
    """Fields: maximum (characters)."""

    code = "master-password-too-long"


class MasterPasswordsDiffer(ArtboxError):
    """The two entries of the master password are not the same."""

    code = "master-passwords-differ"


class MasterPasswordChangeRefused(ArtboxError):
    """Only an administrator with a fresh password may. Fields: reason (session | role | stale)."""

    code = "master-password-change-refused"


class KeyringDamaged(ArtboxError):
    """The keyring file cannot be read or its checksum is wrong: no password can be judged by it."""

    code = "keyring-damaged"


class KeyringMissing(ArtboxError):
    """There is no keyring: the box has not been set up."""

    code = "keyring-missing"


class Throttled(ArtboxError):
    """Too many failures. Fields: wait_seconds (int, until the next attempt is judged)."""

    code = "throttled"


class VaultRefused(ArtboxError):
    """The encrypted file could not be opened or closed. Fields: reason."""

    code = "vault-refused"


class StoreUnreadable(ArtboxError):
    """The database does not open. Fields: reason (missing | key | newer | not-set-up)."""

    code = "store-unreadable"


class ServiceUnreachable(ArtboxError):
    """The box's own service does not answer on its control socket."""

    code = "service-unreachable"


# Setup and enrolment


class SetupAlreadyDone(ArtboxError):
    """The box has a keyring: its first setup is over."""

    code = "setup-already-done"


class SetupIncomplete(ArtboxError):
    """Fields: missing (list of `centre`, `administrator`)."""

    code = "setup-incomplete"


class CentreNumberInvalid(ArtboxError):
    """A centre number is a whole number from 1 to 9999."""

    code = "centre-number-invalid"


class EnrolmentRefused(ArtboxError):
    """The server gave no certificate.

    Fields: reason (code-unknown | code-used | code-expired | centre-mismatch | too-many-attempts |
    server-unreachable | intercepted | answer-invalid), issuer (of the foreign certificate, when intercepted).
    """

    code = "enrolment-refused"


class NotEnrolled(ArtboxError):
    """The box has no certificate of its own yet."""

    code = "not-enrolled"


# People and programs


class AccountNameInvalid(ArtboxError):
    """Fields: minimum, maximum (characters)."""

    code = "account-name-invalid"


class PasswordTooShort(ArtboxError):
    """Fields: minimum (characters)."""

    code = "password-too-short"


class PasswordTooLong(ArtboxError):
    """Fields: maximum (characters)."""

    code = "password-too-long"


class PasswordsDiffer(ArtboxError):
    """The two entries of an account's password are not the same."""

    code = "passwords-differ"


class SignInFailed(ArtboxError):
    """Name or password is wrong; which of the two is not told."""

    code = "sign-in-failed"


class PasswordTooEasy(ArtboxError):
    """A password that would be guessed too soon. Fields: reason (see `domain.strength.Weakness`)."""

    code = "password-too-easy"


class AccountLocked(ArtboxError):
    """The password is right, but an administrator has locked the account."""

    code = "account-locked"


class AccountNameTaken(ArtboxError):
    """There is an account of this name."""

    code = "account-name-taken"


class AccountUnknown(ArtboxError):
    """No account has this id."""

    code = "account-unknown"


class AdministratorUnknown(ArtboxError):
    """No administrator has this name. Fields: names (of those there are; the master password was right)."""

    code = "administrator-unknown"


class LastAdministrator(ArtboxError):
    """Nobody could administer the box after this change."""

    code = "last-administrator"


class PasswordWrong(ArtboxError):
    """A signed-in person did not give their own password."""

    code = "password-wrong"


class SecondFactorNeeded(ArtboxError):
    """Name and password are right; `ticket` leads on to the code and is no field: it belongs in no log."""

    code = "second-factor-needed"

    def __init__(self, ticket: str) -> None:
        self.ticket = ticket
        super().__init__()


class SecondFactorRefused(ArtboxError):
    """The code is wrong, too old, or was used before."""

    code = "second-factor-refused"


class SignInExpired(ArtboxError):
    """The code came too long after the password, or after too many wrong ones."""

    code = "sign-in-expired"


class ProductNameInvalid(ArtboxError):
    """Fields: minimum, maximum (characters)."""

    code = "product-name-invalid"


class TokenUnknown(ArtboxError):
    """No token has this id."""

    code = "token-unknown"


# Intake


class DocumentRefused(ArtboxError):
    """The whole import document cannot be read; nothing of it was judged.

    Fields: reason (not-json | line | not-a-document | release-unknown | too-large | line-too-long |
    too-deep | too-many-patients | too-many-cycles), line (its number, in NDJSON), limit and limit_value
    (which limit was exceeded), import_id (of an import that had stored a part by then).
    """

    code = "document-refused"


class IdempotencyConflict(ArtboxError):
    """The same idempotency key came with another document."""

    code = "idempotency-conflict"


class ImportUnderWay(ArtboxError):
    """The import with this idempotency key has not ended yet. Fields: import_id."""

    code = "import-under-way"


class IntakeBusy(ArtboxError):
    """As many imports as the box takes at once are under way."""

    code = "intake-busy"


class FindingUnknown(ArtboxError):
    """No open finding of severity `weich` has this id."""

    code = "finding-unknown"


class ReasonMissing(ArtboxError):
    """A finding is confirmed only with a reason. Fields: minimum, maximum (characters)."""

    code = "reason-missing"


# Delivery


class TimestampFailed(ArtboxError):
    """The ledger got no time stamp. Fields: reason (no-authority | none-answered | nothing-to-stamp)."""

    code = "timestamp-failed"


class LedgerBroken(ArtboxError):
    """An exported ledger does not verify.

    Fields: reason (unreadable | chain | commitment | timestamp | token-missing | receipt | audit), sequence
    (the first entry concerned).
    """

    code = "ledger-broken"


class DeliveryFailed(ArtboxError):
    """A package did not get its receipt; it stays and is sent again.

    Fields: reason (server-unreachable | intercepted | refused | receipt-invalid | recipient-missing |
    register-unknown | packing-failed | file-missing), register, package (its name), issuer (when
    intercepted), problem (the server's problem type), status (its HTTP status), delivered (how many
    packages did get a receipt).
    """

    code = "delivery-failed"


class PackageUnknown(ArtboxError):
    """No package has this id, or its file is not on the box."""

    code = "package-unknown"
