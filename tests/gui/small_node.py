"""A program that behaves as `python -m node`: enough to test finding, starting, restarting and locking."""

import json
import os
import signal
import socket
import sys
import time
from pathlib import Path


def option(name: str) -> str:
    return sys.argv[sys.argv.index(name) + 1] if name in sys.argv else ""


home = Path(option("--home"))
home.mkdir(parents=True, exist_ok=True)
if sys.argv[1] == "init":
    if option("--name") == "bad":
        sys.stderr.write(json.dumps({"error": "bad_request", "reason": "That name can't be used."}) + "\n")
        sys.exit(1)
    (home / "keystore").write_text(option("--name"))
    if option("--passphrase-file"):
        (home / "passphrase").write_text(Path(option("--passphrase-file")).read_text())
    sys.stdout.write(json.dumps({"identity": "a" * 64, "name": option("--name"), "peer_id": "p"}) + "\n")
    sys.exit(0)
with (home / "starts").open("a") as starts:
    starts.write(f"{os.getpid()}\n")
if (home / "broken").exists():
    sys.stderr.write("warming up\npeer2peer: the profile is damaged\n")
    sys.exit(1)
if (home / "passphrase").exists():
    secret = option("--passphrase-file")
    if not secret:
        sys.stderr.write("peer2peer: this profile needs its passphrase\n")
        sys.exit(1)
    (home / "secret_mode").write_text(oct(os.stat(secret).st_mode & 0o777))
    (home / "secret_path").write_text(secret)
    if Path(secret).read_text() != (home / "passphrase").read_text():
        sys.stderr.write("peer2peer: that passphrase is wrong\n")
        sys.exit(1)
if (home / "stubborn").exists():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
listening = socket.create_server(("127.0.0.1", 0))
url = f"ws://127.0.0.1:{listening.getsockname()[1]}/socket/websocket"
(home / "api_key").write_text("k")
(home / "api.json").write_text(json.dumps({"api": url, "pid": os.getpid()}))
sys.stdout.write(json.dumps({"event": "ready", "api": url, "peer_id": "p", "addrs": []}) + "\n")
sys.stdout.flush()
while True:
    time.sleep(60)
