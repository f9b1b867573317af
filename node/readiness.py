"""The moment at which the node is ready: said on stdout, in `api.json`, and to the service manager."""

import json
import os
import sys
from logging import getLogger

from node.gateway.server import Gateway
from node.network.host import Network
from node.options import NodeOptions
from node.profile import API, API_KEY, Profile, write_private
from node.service_manager import READY, ServiceManager

log = getLogger("node.daemon")


def tell_ready(
    profile: Profile, network: Network, gateway: Gateway, options: NodeOptions, manager: ServiceManager
) -> None:
    """Write `api.json`, and tell everybody who waits for it that the node is ready."""
    write_private(profile.home / API, json.dumps({"api": gateway.url, "pid": os.getpid()}).encode())
    line = json.dumps(
        {
            "event": "ready",
            "peer_id": network.peer_id,
            "addrs": network.addresses(),
            "api": gateway.url,
            "api_key_file": str(profile.home / API_KEY),
        }
    )
    try:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
    except OSError:
        log.info("nobody reads stdout")
    if options.ready_fd is not None:
        try:
            os.write(options.ready_fd, line.encode() + b"\n")
            os.close(options.ready_fd)
        except OSError:
            log.warning("the descriptor for readiness cannot be written")
    manager.tell(READY, "STATUS=ready")
