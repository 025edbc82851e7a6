#!/usr/bin/env python3
"""Hand one import document over to an ARTbox: python3 example_client.py URL TOKEN_FILE DOCUMENT [CA_FILE].

Standard library only. Shows what every capture program needs: the token, an Idempotency-Key that stays the
same when the same document is sent again, waiting as long as Retry-After says, and reading the report.
Exit code: 0 everything was taken, 1 records were rejected, 2 nothing was handed over.
"""

import json
import ssl
import sys
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path

ATTEMPTS = 5


def request(url: str, token: str, trust: ssl.SSLContext | None, body: bytes | None = None, key: str = ""):
    """Send one request; return status, headers and the JSON of the answer."""
    headers = {"Authorization": f"Bearer {token}", "Accept-Language": "de"}
    if body is not None:
        headers |= {"Content-Type": "application/json", "Idempotency-Key": key, "Prefer": "wait=30"}
    sent = urllib.request.Request(url, data=body, headers=headers)
    try:
        answer = urllib.request.urlopen(sent, context=trust, timeout=60)
    except urllib.error.HTTPError as refused:  # an answer as well: RFC 9457 tells what is wrong
        answer = refused
    with answer:
        return answer.status, answer.headers, json.loads(answer.read())


def hand_over(url: str, token: str, trust: ssl.SSLContext | None, body: bytes) -> dict:
    """Return the report of the document; raise SystemExit when the box refuses it as a whole."""
    key = str(uuid.uuid4())  # one key for one document, however often it is sent
    for _ in range(ATTEMPTS):
        try:
            status, headers, answer = request(f"{url}/api/v1/imports", token, trust, body, key)
        except OSError as error:  # no connection, or broken off: the key makes a repetition harmless
            print(f"Keine Verbindung ({error}), neuer Versuch in 5 Sekunden.", file=sys.stderr)
            time.sleep(5)
            continue
        if status in (409, 503):  # still at work on the same key, or locked until somebody unlocks it
            pause = int(headers.get("Retry-After", 5))
            print(f"{answer['title']} Neuer Versuch in {pause} Sekunden.", file=sys.stderr)
            time.sleep(pause)
            continue
        while status == 202 or answer.get("state") == "running":  # taken, the report comes later
            time.sleep(1)
            status, headers, answer = request(f"{url}/api/v1/imports/{answer['id']}", token, trust)
        if status == 200 and answer["state"] == "finished":
            return answer
        if status == 200:  # broken off by a restart of the box: what was stored stays, so send it again
            continue
        # 401 the token is wrong, 4xx the document is: sending it again would not help
        raise SystemExit(complain(f"{status} {answer['title']} [{answer['type']}]"))
    raise SystemExit(complain("Die ARTbox war nicht erreichbar; das Dokument bleibt zu senden."))


def tell(report: dict) -> None:
    """Print what became of each record; values never come back, so a record is named by its reference."""
    for result in report["results"]:
        if result["findings"] or result["outcome"] == "rejected":
            print(f"{result['patient_ref'] or 'Datensatz ' + str(result['index'])}: {result['outcome']}")
        for finding in result["findings"]:
            place = finding["field"] or finding["pointer"]
            print(f"  {finding['severity']} {finding['rule']} {place}: {finding['message']['de']}")
    print(json.dumps(report["summary"]))


def complain(message: str) -> int:
    """Say why nothing was handed over; return the exit code."""
    print(message, file=sys.stderr)
    return 2


def main(url: str, token_file: str, document: str, ca_file: str | None = None) -> int:
    """Hand over and report; return the exit code."""
    token = Path(token_file).read_text(encoding="ascii").strip()  # never on the command line: others see it
    trust = ssl.create_default_context(cafile=ca_file) if url.startswith("https:") else None
    report = hand_over(url.rstrip("/"), token, trust, Path(document).read_bytes())
    tell(report)
    return 0 if report["complete"] else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
