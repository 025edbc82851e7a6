"""What a person and a program need to use a running lab: address, certificate, enrolment code, commands.

`box.json` says it to programs, `announce` to a person.
"""

import hashlib
import json
import os
import shlex
import ssl
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from machines import places, ssh
from machines.labs import Lab
from machines.messages import Problem, say

CENTRE = 101
# The server's codes are good for 72 hours; one with less than a day left is replaced.
CODE_KEPT_SECONDS = 48 * 3600
SERVER_NAME = "manage.artbox-service.net"
ANSWER_SECONDS = 60


def hand_over(lab: Lab) -> dict[str, Any]:
    """Collect the facts of a provisioned lab, write its `box.json` and return them."""
    box, server = lab.part("box"), lab.part("server")
    url = f"https://{box.address}"
    certificate = _fetch_certificate(lab)
    state = wait_for_state(url, certificate)
    facts: dict[str, Any] = {
        "kind": "vm" if lab.name == "virtual" else "containers",
        "lab": lab.name,
        "url": url,
        "ip": str(box.address),
        "ca_file": str(certificate),
        "fingerprint": fingerprint(certificate),
        "state": state,
        "server_url": f"https://{SERVER_NAME}",
        "server_ip": str(server.address),
        "server_ca_file": str(lab.directory / "artbox-ca.crt"),
        "ssh": {
            "box": shlex.join(ssh.base_command(lab, box)),
            "server": shlex.join(ssh.base_command(lab, server)),
        },
        "demo": [*ssh.base_command(lab, box), "sudo -u artbox artbox demo"],
        "centre_no": CENTRE,
        "enrolment_code": _code(lab) if state == "setup" else None,
    }
    write_json(lab.facts_file, facts)
    return facts


def _fetch_certificate(lab: Lab) -> Path:
    text = ssh.run(lab, lab.part("box"), ["sudo", "cat", "/etc/artbox/tls/box.crt"])
    path = places.BOX_CERTIFICATE if lab.name == "development" else lab.directory / "box.crt"
    path.write_text(text, encoding="ascii")
    return path


def _code(lab: Lab) -> str:
    """Return the code issued before while it is good, else a new one from the server."""
    path = lab.directory / "enrolment-code"
    if path.exists() and time.time() - path.stat().st_mtime < CODE_KEPT_SECONDS:
        return path.read_text(encoding="ascii").strip()
    asked = ["sudo", "-u", "artbox-server", "artbox-server", "code", "create", "--centre", str(CENTRE)]
    code = ssh.run(lab, lab.part("server"), asked).strip().splitlines()[-1]
    write_private(path, code + "\n")
    return code


def wait_for_state(url: str, certificate: Path) -> str:
    """Return what the box says its state is, waiting until it answers; raises Problem when it does not."""
    deadline = time.monotonic() + ANSWER_SECONDS
    while True:
        try:
            return box_state(url, certificate)
        except (OSError, urllib.error.URLError, KeyError, ValueError) as error:
            if time.monotonic() > deadline:
                raise Problem(
                    f"The box does not answer at {url}: {error}",
                    "look at its log: journalctl -u artbox -u nginx",
                ) from error
            time.sleep(0.5)


def box_state(url: str, certificate: Path) -> str:
    """Ask the box for its state over TLS, trusting its own certificate and no other."""
    trust = ssl.create_default_context(cafile=str(certificate))
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trust)
    )
    with opener.open(f"{url}/api/v1/status", timeout=5) as answer:
        return str(json.load(answer)["state"])


def fingerprint(certificate: Path) -> str:
    """Return the SHA-256 fingerprint of a PEM certificate as browsers show it."""
    der = ssl.PEM_cert_to_DER_cert(certificate.read_text(encoding="ascii"))
    return hashlib.sha256(der).digest().hex(":").upper()


def write_json(path: Path, facts: dict[str, Any]) -> None:
    """Write facts for programs, readable by their owner alone."""
    write_private(path, json.dumps(facts, indent=2, ensure_ascii=False) + "\n")


def current_facts() -> dict[str, Any]:
    """Return the `box.json` of what a person is running now; empty when nothing is."""
    if not places.BOX_FACTS.exists():
        return {}
    content: dict[str, Any] = json.loads(places.BOX_FACTS.read_text(encoding="utf-8"))
    return content


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    unfinished = path.with_name(path.name + ".unfinished")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)


def announce(facts: dict[str, Any], *, stop: str) -> None:
    """Tell a person what runs where, what to type and how to end it."""
    say(f"\nThe ARTbox answers at {facts['url']}   (state: {facts['state']})")
    say("Your browser warns once: the box made its certificate itself. SHA-256 fingerprint to compare:")
    say(f"  {facts['fingerprint']}")
    if facts["state"] == "setup":
        say("\nThe setup dialog asks for:")
        say(f"  centre number     {facts['centre_no']}")
        say(f"  enrolment code    {facts['enrolment_code']}   (good once, for 72 hours)")
        say("  master password and the administrator's password: your own, at least 15 characters each")
    elif facts["state"] == "locked":
        say("\nThe box is set up and locked: it asks for the master password you chose.")
    say()
    for name, command in facts.get("ssh", {}).items():
        say(f"  shell on the {name:7} {command}")
    say(f"  certificate          {places.shown(Path(facts['ca_file']))}")
    demo = shlex.join(facts["demo"]) if facts["kind"] == "vm" else "make demo"
    say(f"  synthetic records    {demo}   (when the box is unlocked)")
    say(f"  stop and remove      {stop}")
    facts_file = places.VM_FACTS if facts["kind"] == "vm" else places.BOX_FACTS
    say(f"  all this as JSON     {places.shown(facts_file)}")
