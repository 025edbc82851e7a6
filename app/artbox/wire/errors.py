"""The errors of the wire format: one root, a stable code each, never a value of a record in the text."""


class WireError(Exception):
    """Something that crossed the line, or was about to, is not as agreed.

    `code` is stable and meant for programs; `detail` is an English sentence for logs.
    """

    code = "wire-error"

    def __init__(self, detail: str = "") -> None:
        super().__init__(f"{self.code}: {detail}" if detail else self.code)
        self.detail = detail


class CmsFailed(WireError):
    """The openssl program could not do its work: wrong key, damaged file, missing program."""

    code = "cms-failed"


class CmsTimedOut(CmsFailed):
    """The openssl program did not finish within its time limit and was ended."""

    code = "cms-timed-out"


class SignatureRejected(WireError):
    """A detached signature does not fit its document, or its certificate does not chain to the CA."""

    code = "signature-rejected"


class PackageRefused(WireError):
    """A package is not in the agreed form; subclasses name what is wrong."""

    code = "package-refused"


class PackageMalformed(PackageRefused):
    """Not a gzip-compressed tar of exactly the three agreed members, or a manifest that cannot be read."""

    code = "package-malformed"


class PackageTooLarge(PackageRefused):
    """A package, or one of its members, is larger than the agreed limit."""

    code = "package-too-large"


class PackageNameMismatch(PackageRefused):
    """The package's name is malformed or does not say what its manifest says."""

    code = "package-name-mismatch"


class ContentMismatch(PackageRefused):
    """The content's SHA-256 is not the one in the manifest."""

    code = "content-mismatch"


class ReceiptRefused(WireError):
    """A receipt is malformed, or was not signed by the server's receipts certificate."""

    code = "receipt-refused"


class EnrolmentMalformed(WireError):
    """A code, an enrolment request or its answer is not in the agreed form."""

    code = "enrolment-malformed"


class CertificateRefused(WireError):
    """A certificate, key or request cannot be read, or does not say what is required."""

    code = "certificate-refused"


class TimestampRefused(WireError):
    """A time stamp's reply does not fit its request, its digest or the authority's chain."""

    code = "timestamp-refused"
