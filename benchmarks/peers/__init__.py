"""Environments of peers: one virtual environment each, from a list of pinned packages."""

import subprocess
import sys
from pathlib import Path

LISTS = Path(__file__).parent


def python_of(peer: str, folder: Path) -> Path:
    """Return the Python of a peer's environment, made where it is missing or its list changed.

    Args:
        peer: Name of a list `<peer>.txt` beside this file.
        folder: Where environments are kept.

    Raises:
        CalledProcessError: pip could not install the list.
    """
    wanted = (LISTS / f"{peer}.txt").read_text("utf-8")
    home = folder / "peers" / peer
    python, done = home / "bin" / "python", home / "installed.txt"
    if done.exists() and done.read_text("utf-8") == wanted:
        return python
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(home)], check=True)
    install = [str(python), "-m", "pip", "install", "--quiet", "-r", str(LISTS / f"{peer}.txt")]
    subprocess.run(install, check=True, capture_output=True, text=True)
    done.write_text(wanted, "utf-8")
    return python
