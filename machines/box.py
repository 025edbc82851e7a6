"""`make box`, `make down` and `make demo`: a lab from nothing to a box that answers, and back."""

import shutil
import subprocess

from machines import containers, handover, labs, locking, network, places, provision, rootfs, ssh, wheelhouse
from machines.labs import Lab
from machines.messages import Problem, say, step


def build(name: str) -> None:
    """Build or converge a lab and say how to use it."""
    lab = labs.load(name)
    with locking.exclusive(places.BUILD / f"{name}.lock"):
        create(lab)
        provision.play(lab.inventory, "server")
        provision.play(lab.inventory, "box")
        facts = handover.hand_over(lab)
    handover.announce(facts, stop="make down")


def create(lab: Lab) -> None:
    """Bring the lab's machines up, reachable over ssh, with a wheelhouse beside them; converges."""
    wheelhouse.ensure()
    base = rootfs.ensure(rootfs.packages())
    public_key = ssh.ensure_key(lab)
    network.ensure_bridge(lab)
    for machine in lab.machines:
        containers.ensure_root(lab, machine, base, public_key)
        containers.start(lab, machine)
    ssh.write_known_hosts(lab)
    for machine in lab.machines:
        ssh.wait_until_running(lab, machine)
    step(f"Running: {', '.join(f'{machine.name} ({machine.address})' for machine in lab.machines)}")


def create_only(name: str) -> None:
    """Bring a lab's machines up without provisioning them."""
    with locking.exclusive(places.BUILD / f"{name}.lock"):
        create(labs.load(name))


def hand_over_only(name: str) -> None:
    """Write the facts of a lab that has been provisioned by other means."""
    with locking.exclusive(places.BUILD / f"{name}.lock"):
        handover.hand_over(labs.load(name))


def remove(name: str) -> None:
    """Stop a lab and remove exactly what building it made; the cache stays."""
    lab = labs.load(name)
    with locking.exclusive(places.BUILD / f"{name}.lock"):
        for machine in lab.machines:
            containers.remove(machine)
        network.remove_bridge(lab)
        if name == "development" and handover.current_facts().get("kind") == "containers":
            places.BOX_FACTS.unlink()
            places.BOX_CERTIFICATE.unlink(missing_ok=True)
        shutil.rmtree(lab.directory, ignore_errors=True)
    step(f"The lab {name} is removed; the cached root file system stays for the next time.")


def demo() -> None:
    """Fill the running, unlocked box with synthetic records and deliver them."""
    facts = handover.current_facts()
    if not facts:
        raise Problem(
            "No box is running.", "start one with `make box` or `make app`, set it up, then run this."
        )
    step("Filling the box with synthetic records")
    done = subprocess.run(facts["demo"], cwd=places.ROOT, env=provision.environment(), check=False)
    if done.returncode != 0:
        raise Problem(
            "The box did not take the synthetic records.", "set it up and unlock it, then run this again."
        )
    say(f"See them at {facts['url']}")
