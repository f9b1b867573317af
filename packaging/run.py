"""What `make run` does: the desktop where there is a display, else the headless node with a line that says so."""

import os
import sys
from pathlib import Path

from platformdirs import user_data_path


def main() -> int:
    """Start the desktop or the node; return its exit code."""
    if sys.platform != "linux" or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        from gui.app import main as desktop

        return desktop()
    from node.daemon import run
    from node.options import NodeOptions
    from node.profile import KEYSTORE, create_profile

    home = Path(os.environ.get("PEER2PEER_HOME") or user_data_path("peer2peer", appauthor=False))
    sys.stderr.write(
        "No display here: running the node without a window. In another terminal: uv run peer2peer --help\n"
    )
    if not (home / KEYSTORE).exists():
        name = os.environ.get("USER") or "me"
        create_profile(home, name, None)
        sys.stderr.write(f"Made a profile for {name} in {home}.\n")
    return run(home, NodeOptions())


if __name__ == "__main__":
    sys.exit(main())
