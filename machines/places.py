"""Where things lie in the working tree: the sources, what is built, what is kept between builds."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
CACHE = BUILD / "cache"
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"
WHEELHOUSE = BUILD / "wheelhouse"
BOX_FACTS = BUILD / "box.json"
VM_FACTS = BUILD / "vm.json"
BOX_CERTIFICATE = BUILD / "box.crt"


def shown(path: Path) -> str:
    """Return a path as a person in the working tree would type it."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
