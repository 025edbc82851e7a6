"""CMS through the `openssl` program: encrypt, decrypt, detached sign and detached verify.

The program is in the base system, streams content of any size and is what a recipient uses, too.
Keys are named by file path; content and signatures travel through pipes and anonymous memory files,
so that nothing readable touches a disk and nothing secret stands on a command line.
"""

import os
import subprocess
import threading
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import IO

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from artbox.wire.certificates import load_certificate
from artbox.wire.errors import CertificateRefused, CmsFailed, CmsTimedOut, SignatureRejected

OPENSSL = "/usr/bin/openssl"
SMALL_SECONDS = 20.0
"""Time limit for signing and verifying a small document."""
STREAM_SECONDS = 600.0
"""Time limit for encrypting or decrypting content of any size."""
MAX_SIGNATURE_BYTES = 64 * 1024

_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}
_MESSAGE_BYTES = 4096


def encrypt(
    content: Iterable[bytes], recipient: Path, target: IO[bytes], *, seconds: float = STREAM_SECONDS
) -> None:
    """Write `content` to `target` as DER EnvelopedData (AES-256-CBC) for one recipient certificate.

    `target` must be a real file: the program writes to its descriptor. RSA keys use OAEP with SHA-256,
    EC keys ephemeral ECDH with SHA-256. Errors: CmsFailed, CmsTimedOut, CertificateRefused.
    """
    arguments = [
        "-encrypt",
        "-binary",
        "-stream",
        "-outform",
        "DER",
        "-aes-256-cbc",
        "-recip",
        str(recipient),
    ]
    arguments += _key_options(load_certificate(recipient))
    _stream(arguments, content, target, seconds)


def decrypt(
    content: Iterable[bytes],
    certificate: Path,
    key: Path,
    target: IO[bytes],
    *,
    seconds: float = STREAM_SECONDS,
) -> None:
    """Write the content of a DER EnvelopedData to `target`, with the recipient's certificate and key.

    CBC carries no integrity of its own: verify the package first. On an error `target` may hold a part.
    Errors: CmsFailed, CmsTimedOut.
    """
    arguments = ["-decrypt", "-binary", "-inform", "DER", "-recip", str(certificate), "-inkey", str(key)]
    _stream(arguments, content, target, seconds)


def sign(document: bytes, certificate: Path, key: Path) -> bytes:
    """Return a detached DER CMS signature over `document`, with the signer's certificate inside.

    Errors: CmsFailed, CmsTimedOut.
    """
    arguments = ["-sign", "-binary", "-outform", "DER", "-md", "sha384", "-nosmimecap"]
    arguments += ["-signer", str(certificate), "-inkey", str(key)]
    done = _run(arguments, document, ())
    if done.returncode != 0 or not done.stdout:
        raise CmsFailed(_message(done.stderr))
    return done.stdout


def verify(
    document: bytes, signature: bytes, ca_certificate: Path, *, at: datetime | None = None
) -> x509.Certificate:
    """Check a detached DER signature and return the one signer's certificate.

    The certificate must be meant for signing (emailProtection) and chain to `ca_certificate` alone, at the
    aware time `at` (now when None). Errors: SignatureRejected; CmsTimedOut.
    """
    if not 0 < len(signature) <= MAX_SIGNATURE_BYTES:
        raise SignatureRejected("the signature is empty or too large")
    with ExitStack() as stack:
        signed = stack.enter_context(_memory_file(signature))
        signer = stack.enter_context(_memory_file(b""))
        arguments = ["-verify", "-binary", "-inform", "DER", "-in", _path(signed), "-content", "/dev/stdin"]
        arguments += ["-CAfile", str(ca_certificate), "-no-CApath", "-no-CAstore"]
        arguments += ["-signer", _path(signer), "-out", "/dev/null"]
        arguments += [] if at is None else ["-attime", str(int(at.timestamp()))]
        done = _run(arguments, document, (signed, signer))
        if done.returncode != 0:
            raise SignatureRejected(_message(done.stderr))
        return _only_certificate(_content(signer))


def _only_certificate(pem: bytes) -> x509.Certificate:
    try:
        certificates = x509.load_pem_x509_certificates(pem)
    except ValueError as error:
        raise SignatureRejected("the signer's certificate cannot be read") from error
    if len(certificates) != 1:
        raise SignatureRejected("there must be exactly one signer")
    return certificates[0]


def _key_options(certificate: x509.Certificate) -> list[str]:
    match certificate.public_key():
        case rsa.RSAPublicKey():
            return ["-keyopt", "rsa_padding_mode:oaep", "-keyopt", "rsa_oaep_md:sha256"]
        case ec.EllipticCurvePublicKey():
            return ["-keyopt", "ecdh_kdf_md:sha256"]
        case _:
            raise CertificateRefused("a recipient's key must be RSA or EC")


def _run(
    arguments: list[str], content: bytes, descriptors: tuple[int, ...]
) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            [OPENSSL, "cms", *arguments],
            input=content,
            capture_output=True,
            timeout=SMALL_SECONDS,
            pass_fds=descriptors,
            env=_ENVIRONMENT,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise CmsTimedOut(f"no result after {SMALL_SECONDS:.0f} s") from error
    except OSError as error:
        raise CmsFailed(f"openssl could not be started: {error.strerror}") from error


def _stream(arguments: list[str], content: Iterable[bytes], target: IO[bytes], seconds: float) -> None:
    target.flush()
    with _memory_file(b"") as messages:
        try:
            process = subprocess.Popen(
                [OPENSSL, "cms", *arguments],
                stdin=subprocess.PIPE,
                stdout=target.fileno(),
                stderr=messages,
                env=_ENVIRONMENT,
            )
        except OSError as error:
            raise CmsFailed(f"openssl could not be started: {error.strerror}") from error
        with _deadline(process, seconds) as late:
            _feed(process, content)
        if late.is_set():
            raise CmsTimedOut(f"no result after {seconds:.0f} s")
        if process.returncode != 0:
            raise CmsFailed(_message(_content(messages)))


def _feed(process: subprocess.Popen[bytes], content: Iterable[bytes]) -> None:
    assert process.stdin is not None  # noqa: S101
    # A program that stops reading says why by its exit status.
    with suppress(BrokenPipeError):
        try:
            for chunk in content:
                process.stdin.write(chunk)
        finally:
            process.stdin.close()
    process.wait()


@contextmanager
def _deadline(process: subprocess.Popen[bytes], seconds: float) -> Iterator[threading.Event]:
    late = threading.Event()

    def end() -> None:
        late.set()
        process.kill()

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield late
    finally:
        timer.cancel()
        if process.returncode is None:
            process.kill()
            process.wait()


@contextmanager
def _memory_file(content: bytes) -> Iterator[int]:
    descriptor = os.memfd_create("cms")
    try:
        with open(descriptor, "wb", closefd=False) as stream:
            stream.write(content)
        yield descriptor
    finally:
        os.close(descriptor)


def _content(descriptor: int) -> bytes:
    size = min(os.fstat(descriptor).st_size, MAX_SIGNATURE_BYTES)
    return os.pread(descriptor, size, 0)


def _path(descriptor: int) -> str:
    return f"/proc/self/fd/{descriptor}"


def _message(output: bytes) -> str:
    lines = output[:_MESSAGE_BYTES].decode("utf-8", "replace").split("\n")
    return "; ".join(line.strip() for line in lines if line.strip())[:400]
