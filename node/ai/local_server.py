"""`python -m node.ai.local_server`: the process which runs the local model, so that a native crash stays here.

It reads one JSON line of settings from stdin (the key travels there, not in the arguments, which every user can read),
serves OpenAI's protocol on a port of loopback, writes one JSON line with its address, and lives until stdin ends: when
the node goes, however it goes, so does this. Imports nothing of the node.
"""

import json
import os
import sys
import threading
from typing import Any, NoReturn

_NICENESS = 5  # the talk comes before the model


def main() -> None:
    """Serve until stdin ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what native code prints must not get between our lines
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    settings = json.loads(sys.stdin.buffer.readline())
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    try:
        server = _serve(settings)
    except Exception as error:  # noqa: BLE001 - whatever the native code raises, the parent shall hear of it
        print(json.dumps({"error": type(error).__name__}), file=answers, flush=True)
        os._exit(1)
    print(json.dumps({"address": server.listening_address}), file=answers, flush=True)
    threading.Event().wait()


def _leave_with_parent() -> NoReturn:
    """Wait for the end of stdin and leave at once, even in the middle of a word."""
    while os.read(0, 4096):
        pass
    os._exit(0)


def _serve(settings: dict[str, Any]) -> Any:
    """Return the running server."""
    import xllamacpp  # not at the top: it is large, and may not be installed

    parameters = xllamacpp.CommonParams()
    parameters.model.path = settings["weights"]
    parameters.model_alias = {settings["alias"]}
    parameters.api_keys = [settings["key"]]
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0
    parameters.n_ctx = settings["context_tokens"] * settings["slots"]
    parameters.n_parallel = settings["slots"]
    for cores in (parameters.cpuparams, parameters.cpuparams_batch):
        cores.n_threads = settings["threads"]
        cores.poll = 0  # threads that wait sleep: what they would burn, others need
    parameters.n_threads_http = settings["slots"] + 2
    parameters.cache_ram_mib = 0  # its default keeps up to 8 GiB of old prompts
    parameters.ui = False
    parameters.endpoint_slots = False
    parameters.verbosity = -1
    return xllamacpp.Server(parameters)


if __name__ == "__main__":
    main()
