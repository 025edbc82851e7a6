"""What the referees say about a machine: their programs are lent to it, their findings come back as data."""

import re
import subprocess
from dataclasses import dataclass
from xml.etree import ElementTree

from machines import places, referees
from tests.provisioned.machine import Reached

_RULE = "xccdf_org.ssgproject.content_rule_"
_PROFILE = "xccdf_org.ssgproject.content_profile_cis_level1_server"
_XCCDF = "{http://checklists.nist.gov/xccdf/1.2}"
_LYNIS = f"""
cd {referees.PLACE}/usr/share/lynis
mkdir -p {referees.PLACE}/no-plugins
rm -f /run/lynis.pid
../../sbin/lynis audit system --quick --no-colors --profile {referees.PLACE}/etc/lynis/default.prf \\
  --plugindir {referees.PLACE}/no-plugins >/dev/null 2>&1
cat /var/log/lynis-report.dat
rm -f /var/log/lynis.log /var/log/lynis-report.dat
"""
_OPENSCAP = f"""
cd {referees.PLACE}
export LD_LIBRARY_PATH={referees.PLACE}/usr/lib/x86_64-linux-gnu
export OSCAP_SCHEMA_PATH={referees.PLACE}/usr/share/openscap/schemas
export OSCAP_XSLT_PATH={referees.PLACE}/usr/share/openscap/xsl
export OSCAP_CPE_PATH={referees.PLACE}/usr/share/openscap/cpe
usr/bin/oscap xccdf eval --profile {_PROFILE} --results results.xml content.xml >/dev/null 2>&1
cat results.xml
"""


@dataclass(frozen=True)
class LynisReport:
    """The hardening index (0 to 100), and the identifiers of what Lynis warns of and suggests."""

    index: int
    warnings: frozenset[str]
    suggestions: frozenset[str]


@dataclass(frozen=True)
class CisReport:
    """The rules of CIS Level 1 Server by outcome, as OpenSCAP judges them with nothing left out."""

    passed: frozenset[str]
    failed: frozenset[str]
    undecided: frozenset[str]

    @property
    def percent(self) -> float:
        """The share of rules that passed among those that could be judged, in percent, one decimal."""
        return round(100 * len(self.passed) / (len(self.passed) + len(self.failed)), 1)


def lend(machine: Reached) -> None:
    """Unpack the programs on the machine, once per start of it."""
    place = referees.PLACE
    if machine.lines(f"test -e {place}/content.xml && echo there || echo missing") == ["there"]:
        return
    with referees.pack().open("rb") as archive:
        machine.feed(f"mkdir -p {place} && tar --extract --file - --directory {place}", archive)


def lynis(machine: Reached) -> LynisReport:
    """Let Lynis judge the machine with its own default profile."""
    report = machine.run(_LYNIS, seconds=300).decode(errors="replace")
    index = re.search(r"^hardening_index=(\d+)$", report, flags=re.MULTILINE)
    assert index, "Lynis gave no index"
    return LynisReport(int(index[1]), _lynis_ids(report, "warning"), _lynis_ids(report, "suggestion"))


def cis(machine: Reached) -> CisReport:
    """Let OpenSCAP judge the machine by CIS Level 1 Server, untailored."""
    root = ElementTree.fromstring(machine.run(_OPENSCAP, seconds=300))  # noqa: S314
    outcomes: dict[str, set[str]] = {}
    for result in root.iter(f"{_XCCDF}rule-result"):
        outcome = result.findtext(f"{_XCCDF}result") or ""
        outcomes.setdefault(outcome, set()).add(str(result.get("idref")).removeprefix(_RULE))
    return CisReport(
        frozenset(outcomes.get("pass", ())),
        frozenset(outcomes.get("fail", ())),
        frozenset(outcomes.get("error", set()) | outcomes.get("unknown", set())),
    )


def exposures(machine: Reached) -> dict[str, float]:
    """Return the exposure of every running service, 0 (least) to 10, as `systemd-analyze security` says."""
    running = machine.lines(
        "systemctl list-units --type=service --state=running --plain --no-legend | cut -d ' ' -f 1"
    )
    found = {}
    for unit in running:
        line = machine.lines(f"systemd-analyze security --no-pager '{unit}' | tail -n 1")[0]
        level = re.search(r": (\d+\.\d) ", line)
        assert level, line
        found[unit] = float(level[1])
    return found


def ssh_audit(address: str, policy: str) -> subprocess.CompletedProcess[str]:
    """Let ssh-audit judge the machine's ssh server by one of its built-in policies."""
    command = [str(places.ENVIRONMENT / "bin" / "ssh-audit"), "--skip-rate-test", "-P", policy, address]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def _lynis_ids(report: str, kind: str) -> frozenset[str]:
    return frozenset(re.findall(rf"^{kind}\[\]=([A-Z]+-\d+)\|", report, flags=re.MULTILINE))
