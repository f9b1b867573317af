"""Where the node's log goes: stderr, the level from PEER2PEER_LOG; never texts, keys or addresses."""

import logging
import os
import sys
from typing import Final

VARIABLE: Final = "PEER2PEER_LOG"


def start_log() -> None:
    """Log to stderr from now on; `PEER2PEER_LOG` names the level (default WARNING)."""
    name = os.environ.get(VARIABLE, "warning").upper()
    level = logging.getLevelNamesMapping().get(name, logging.WARNING)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)-7s %(name)s %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for area in ("node", "protocol", "crypto"):
        logging.getLogger(area).setLevel(level)
