"""The commands behind the Makefile's targets; `machines.bootstrap` starts this in the virtual environment."""

import argparse
import sys
from pathlib import Path

from machines.messages import Problem, complain


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    top = argparse.ArgumentParser(prog="machines", description=__doc__)
    commands = top.add_subparsers(dest="command", required=True)
    for name in ("box", "down", "create", "facts"):
        command = commands.add_parser(name)
        command.add_argument("--lab", default="development")
    commands.add_parser("demo")
    commands.add_parser("app").add_argument("--detach", action="store_true")
    commands.add_parser("app-down")
    for name in ("vm", "vm-down", "check", "test", "figures", "bench", "lock", "clean"):
        commands.add_parser(name)
    supervise = commands.add_parser("app-supervisor")
    supervise.add_argument("directory", type=Path)
    supervise.add_argument("ports", type=int, nargs=4)
    return top


def run(options: argparse.Namespace) -> int:
    """Run one command; imports what that command needs and nothing else."""
    if options.command.startswith("app"):
        return run_application(options)
    if options.command in {"check", "test", "figures", "bench", "lock", "clean"}:
        return run_upkeep(options.command)
    from machines import box, virtual_machine

    match options.command:
        case "box":
            box.build(options.lab)
        case "down":
            box.remove(options.lab)
        case "create":
            box.create_only(options.lab)
        case "facts":
            box.hand_over_only(options.lab)
        case "demo":
            box.demo()
        case "vm":
            virtual_machine.build()
        case "vm-down":
            virtual_machine.remove()
    return 0


def run_application(options: argparse.Namespace) -> int:
    """Run one of the commands of the application without containers."""
    from machines import handover
    from machines.application import commands, instance

    mine = instance.default()
    match options.command:
        case "app" if options.detach:
            handover.announce(commands.run_detached(mine), stop="make app-down")
        case "app":
            commands.run_in_foreground(mine)
        case "app-down":
            commands.remove(mine)
        case "app-supervisor":
            commands.supervise(instance.Instance(options.directory, *options.ports))
    return 0


def run_upkeep(command: str) -> int:
    """Run one of the commands about the tree itself."""
    from machines import checks, hardening, testing, upkeep

    match command:
        case "check":
            return checks.check()
        case "test":
            return testing.run_everything()
        case "figures":
            hardening.record()
        case "bench":
            return bench()
        case "lock":
            upkeep.lock()
        case "clean":
            upkeep.clean()
    return 0


def bench() -> int:
    """Measure; what is measured is imported by this command alone."""
    from benchmarks import intake

    return intake.main([])


def main() -> int:
    """Run the command named on the command line; a Problem is shown without a traceback."""
    try:
        return run(parser().parse_args())
    except Problem as problem:
        complain(problem)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
