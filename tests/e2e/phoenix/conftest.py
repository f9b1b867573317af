"""The official Phoenix client from npm, for the tests of this folder."""

import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
INSTALL_S = 60


@pytest.fixture(scope="session")
def client() -> str:
    """The path of Node.js, its packages installed as the lock file says."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("needs Node.js and npm, which are not installed")
    if not (HERE / "node_modules" / "phoenix").is_dir():
        command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        try:
            done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, timeout=INSTALL_S, check=False)
        except subprocess.TimeoutExpired:
            pytest.skip("npm ci took too long")
        if done.returncode != 0:
            pytest.skip(f"npm ci failed, is there a network? {done.stderr.strip()[-200:]}")
    return node
