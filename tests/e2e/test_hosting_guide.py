"""docs/hosting.md, played: its commands on real nodes, started as the unit file says; and the unit file itself."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, build_opener

import pytest
import trio

from tests.e2e.nodes import ROOT, Node, Nodes, cli, following, init, running
from tests.fakes.ai_server import Reply, Request, ai_server
from tests.fakes.openai_server import models, refusing, saying

GUIDE = ROOT / "docs" / "hosting.md"
UNIT = ROOT / "packaging" / "systemd" / "peer2peer-node.service"
ENVIRONMENT = UNIT.with_name("peer2peer-node.env.example")
PROGRAM = "/opt/peer2peer/.venv/bin/peer2peer"
ANSWER_S = 30.0


def settings(path: Path) -> list[tuple[str, str]]:
    """Return the settings of a unit file, in order."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line and line[0] not in "#["]
    return [(name, value) for name, _, value in (line.partition("=") for line in lines)]


def node_arguments(credentials: Path) -> list[str]:
    """Return what the unit file gives to `peer2peer node`, its ports free ones."""
    (command,) = [value for name, value in settings(UNIT) if name == "ExecStart"]
    program, node, *arguments = shlex.split(command)
    assert (program, node, arguments.pop()) == (PROGRAM, "node", "$PEER2PEER_OPTIONS")
    replaced = {"/ip4/0.0.0.0/tcp/4001": "/ip4/127.0.0.1/tcp/0", "127.0.0.1:4002": "127.0.0.1:0"}
    assert set(replaced) <= set(arguments)
    return [replaced.get(each, each).replace("%d", str(credentials)) for each in arguments]


def played() -> Iterator[str]:
    """Return the lines of the guide that are played."""
    for block in re.findall(r"^```sh\n(.*?)^```$", GUIDE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE):
        yield from block.splitlines()


class Machines:
    """The machines of the guide: `peer2peer` is mine, its node runs; the others are made by the guide."""

    def __init__(self, folder: Path, nodes: Nodes, model: str) -> None:
        self._folder = folder
        self._nodes = nodes
        self._model = model
        self._running: dict[str, Node] = {}
        self._latest = ""
        self._words: dict[str, str] = {}
        (folder / "credentials").mkdir()
        (folder / "credentials" / "passphrase").write_text("correct horse\n", encoding="utf-8")
        init(self._home("peer2peer"), "Ana")
        self._running["peer2peer"] = nodes.start(self._home("peer2peer"))
        self._words["CONV"] = cli(self._home("peer2peer"), "conversations", "new", "Roof", "--no-ai")["id"][:8]

    def _home(self, machine: str) -> Path:
        return self._folder / machine

    def play(self, line: str) -> None:
        words = [self._words.get(word, word) for word in shlex.split(line)]
        match words:
            case [("peer2peer" | "host" | "standby") as machine, *arguments]:
                self._command(machine, arguments)
            case ["sudo", "systemctl", *_, "peer2peer-node"]:
                self._service(words[2])
            case ["curl", *_, url]:
                with build_opener(ProxyHandler({})).open(url.replace("127.0.0.1:4002", self._host.api)) as page:
                    assert page.status == 200
            case ["sudo", "tar", "-C", _, "-czf", _, "."]:
                archive = self._folder / "backup.tar.gz"
                home, there = self._home("host"), str(archive)
                subprocess.run(["tar", "-C", str(home), "-czf", there, "."], check=True)
                self._check_backup(archive)
            case _:
                pytest.fail(f"nothing plays this line of the guide: {line}")

    @property
    def _host(self) -> Node:
        return self._running["host"]

    def _command(self, machine: str, arguments: list[str]) -> None:
        passphrase = str(self._folder / "credentials" / "passphrase")
        arguments = [passphrase if each == "/etc/peer2peer/passphrase" else each for each in arguments]
        told: Any = cli(self._home(machine), *arguments)
        if arguments[0] == "init":
            self._latest = machine
        if isinstance(told, dict) and "link" in told:
            self._words["LINK"] = told["link"]
        if arguments[0] == "send":
            self._await_answer(told["id"])

    def _service(self, verb: str) -> None:
        if verb == "stop":
            self._host.end()
            return
        machine = "host" if verb == "start" else self._latest
        variables = {"OPENAI_API_KEY": "sk-none", "OPENAI_BASE_URL": self._model, "OPENAI_MODEL": "fake-1"}
        # the unit's own options come last, so they are what counts
        node = Node(self._home(machine), *node_arguments(self._folder / "credentials"), listen="", variables=variables)
        self._nodes.running.append(node)
        self._running[machine] = node.wait_ready()

    def _await_answer(self, message: str) -> None:
        """Return once an AI has answered."""
        deadline_s = time.monotonic() + ANSWER_S
        with following(self._home("peer2peer"), self._words["CONV"]) as heard:
            while True:
                told = heard.next(within_s=max(0.0, deadline_s - time.monotonic()))
                if told["kind"] == "ai" and told["reply_to"] == message:
                    return

    def _check_backup(self, archive: Path) -> None:
        restored = self._folder / "restored"
        with tarfile.open(archive) as packed:
            packed.extractall(restored, filter="data")
        passphrase = str(self._folder / "credentials" / "passphrase")
        found = cli(restored, "doctor", "--verify", "--passphrase-file", passphrase)
        assert found["sound"]
        assert [each["title"] for each in found["conversations"]] == ["Roof"]

    def check(self) -> None:
        """Check where the guide has led to."""
        (leaf,) = cli(self._home("peer2peer"), "ai", self._words["CONV"])
        assert [each["name"] for each in leaf["hosts"]] == ["Gardener", "Understudy"]
        assert (leaf["name"], leaf["hourly"], leaf["policy"]) == ("Leaf", 30, "mentioned")
        for machine in ("host", "standby", "peer2peer"):
            self._running[machine].check_calm()


def answer(request: Request) -> Reply:
    if request.path.endswith("/chat/completions"):
        return saying("Thyme.")
    return models({"id": "fake-1"}) if request.method == "GET" else refusing(404, message="not here")


@pytest.mark.trio
async def test_the_guide_leads_to_an_ai_with_a_stand_by(tmp_path: Path) -> None:
    with running() as nodes:
        async with ai_server(judge=answer, path="/v1") as model:

            def play() -> None:
                machines = Machines(tmp_path, nodes, model.url)
                for line in played():
                    machines.play(line)
                machines.check()

            await trio.to_thread.run_sync(play)


def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    tool = shutil.which("systemd-analyze")
    if tool is None:
        pytest.skip("no systemd here")
    unit = tmp_path / UNIT.name
    unit.write_text(UNIT.read_text(encoding="utf-8").replace(PROGRAM, sys.executable), encoding="utf-8")
    done = subprocess.run([tool, "verify", "--man=no", str(unit)], capture_output=True, text=True, check=False)
    complaints = [line for line in done.stderr.splitlines() if UNIT.name in line]
    assert (done.returncode, complaints) == (0, []), done.stderr


def test_the_unit_keeps_what_the_guide_promises() -> None:
    told = dict(settings(UNIT))
    assert {name: told[name] for name in ("Type", "Restart", "NoNewPrivileges", "ProtectSystem", "LimitCORE")} == {
        "Type": "notify",
        "Restart": "on-failure",
        "NoNewPrivileges": "yes",
        "ProtectSystem": "strict",
        "LimitCORE": "0",
    }
    assert told["Environment"] == f"PEER2PEER_HOME=/var/lib/{told['StateDirectory']}"
    assert told["CapabilityBoundingSet"] == ""
    assert not [name for name, value in settings(ENVIRONMENT) if name.endswith("_KEY") and value]


def test_every_variable_of_the_example_is_one_that_the_node_reads() -> None:
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "node").rglob("*.py"))
    names = re.findall(r"^#?([A-Z0-9_]+)=", ENVIRONMENT.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(names) >= 8
    missing = [name for name in names if f'"{name}"' not in sources and name != "PEER2PEER_OPTIONS"]
    assert missing == []
    assert os.access(UNIT, os.R_OK)
