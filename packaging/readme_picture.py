"""Makes the README's picture: two real nodes, a real conversation with the local AI, the real window.

    python packaging/readme_picture.py docs/images/window.png

Everything lives in a temporary folder and is gone afterwards.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SAID = (
    ("bo", "The flat roof is 140 m². What if we turned it into a **garden**?"),
    ("ana", "I like it! Two questions first:\n\n1. how much weight does it carry?\n2. who waters it in August?"),
    ("bo", "The survey says 250 kg/m², wet soil is about 1.6 t/m³. So `250 / 1600` = 15 cm everywhere."),
    ("ana", "Then herbs on most of it, and deeper beds over the beams."),
    ("bo", "@Assistant which herbs grow well on a sunny roof?"),
)
ANSWER_S = 120


def command(home: Path, *words: str) -> str:
    """Run the command line on a profile; return what it printed."""
    line = [sys.executable, "-m", "node", "--home", str(home), *words]
    return subprocess.run(line, cwd=ROOT, check=True, capture_output=True, text=True).stdout


@contextlib.contextmanager
def node(home: Path, name: str) -> Iterator[None]:
    """Run a node for a new profile."""
    command(home, "init", "--name", name)
    line = [sys.executable, "-m", "node", "--home", str(home), "node", "--no-mdns"]
    line += ["--listen", "/ip4/127.0.0.1/tcp/0"]
    process = subprocess.Popen(line, cwd=ROOT, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        process.stdout.readline()
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)


def main() -> int:
    """Take the picture."""
    output = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "docs/images/window.png").resolve()
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        homes = {name: Path(folder) / name for name in ("ana", "bo")}
        with node(homes["ana"], "Ana Novak"), node(homes["bo"], "Bo Lind"):
            for title in ("Names for the boat", "Mesh weather station"):
                command(homes["ana"], "conversations", "new", title, "--no-ai")
            made = json.loads(command(homes["ana"], "conversations", "new", "Rooftop garden", "--no-ai", "--json"))
            name = made["id"]
            command(
                homes["ana"], "ai", name, "add", "--name", "Assistant", "--provider", "local", "--policy", "mentioned"
            )
            link = json.loads(command(homes["ana"], "conversations", "invite", name, "--json"))["link"]
            command(homes["bo"], "join", link)
            command(homes["ana"], "phase", name, "advance")
            command(homes["ana"], "phase", name, "progress", "0.4")
            for who, text in SAID:
                command(homes[who], "send", name, text)
            follow = [sys.executable, "-m", "node", "--home", str(homes["ana"]), "--json", "read", name, "--follow"]
            reader = subprocess.Popen(follow, cwd=ROOT, stdout=subprocess.PIPE, text=True)
            assert reader.stdout is not None
            signal.alarm(ANSWER_S)
            for line in reader.stdout:
                if json.loads(line)["kind"] == "ai":
                    break
            signal.alarm(0)
            reader.terminate()
            reader.wait()
            picture = [sys.executable, str(ROOT / "packaging/screenshot.py"), "--home", str(homes["ana"])]
            picture += ["--conversation", name, str(output)]
            subprocess.run(picture, cwd=ROOT, check=True, env={**os.environ, "QT_QPA_PLATFORM": "offscreen"})
    return 0


if __name__ == "__main__":
    sys.exit(main())
