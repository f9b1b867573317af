"""Writes the appendix of docs/protocol.md out of the vectors: `python -m tests.vectors.appendix`, and with `make`."""

import json
from pathlib import Path
from textwrap import wrap
from typing import Any, Final

HERE: Final = Path(__file__).parent
DOCUMENT: Final = Path(__file__).parents[2] / "docs" / "protocol.md"
HEADING: Final = "## Appendix: vectors"
_ABOUT: Final = (
    "Made by `python -m tests.vectors.appendix` from the files in `tests/vectors`, which hold more: do not edit it.\n"
    "Bytes are in hex, everything else as it is."
)
_WIDTH: Final = 116
_LONGEST: Final = 1_200
"""Hex digits of one value; what is longer stands in the file only."""


def load(name: str) -> Any:
    return json.loads((HERE / f"{name}.json").read_text())


def render() -> str:
    """Return the appendix, from its heading to the end of the document."""
    parts = [
        HEADING,
        _ABOUT,
        _keys(),
        _operations(),
        _epochs(),
        _invites(),
        _signals(),
        _bodies(),
        _sync(),
        _authority(),
        _signatures(),
    ]
    return "\n\n".join(parts) + "\n"


def write() -> None:
    """Put the appendix in place of the one that is there."""
    before, _, _ = DOCUMENT.read_text().partition(HEADING)
    DOCUMENT.write_text(before.rstrip() + "\n\n" + render())


def _section(title: str, about: str, *lines: str) -> str:
    return "\n".join([f"### {title}", "", about, "", *lines])


def _rows(values: dict[str, Any]) -> list[str]:
    """Return names with their values, long ones over several lines, as a code block."""
    lines = []
    for name, value in values.items():
        text = str(value)
        if len(text) > _LONGEST:
            text = f"{text[:64]}... {len(text) // 2} bytes in all"
        label = name.replace("_", " ")
        if len(label) + len(text) + 6 <= _WIDTH:
            lines.append(f"    {label}: {text}")
        else:
            lines.append(f"    {label}:")
            lines += [f"        {part}" for part in wrap(text, _WIDTH - 8, break_on_hyphens=False)]
    return lines


def _only(held: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: held[name] for name in names}


def _keys() -> str:
    return _section(
        "Keys and a certificate", "A person and a device, from their seeds (`keys.json`).", *_rows(load("keys"))
    )


def _operations() -> str:
    held = load("operations")
    shown = [held["operations"][0], next(row for row in held["operations"] if row["plane"] == 1)]
    lines = []
    for title, row in zip(("genesis", "first content operation"), shown, strict=True):
        lines += [f"The {title}:", "", *_rows(_only(row, "header", "id", "signature", "body")), ""]
    ends = _only(held, "control_heads_hash", "content_heads_hash", "state_hash")
    about = (
        f"Two of the {len(held['operations'])} operations of a conversation, and what all come to (`operations.json`)."
    )
    return _section(
        "Operations", about, *_rows(_only(held, "conversation", "epoch", "epoch_key")), "", *lines, *_rows(ends)
    )


def _epochs() -> str:
    about = (
        "An epoch key, what is derived from it, a wrap (its one-time key is fixed here), a link to an earlier key,\n"
        "and one closed body with its key and associated data (`epochs.json`)."
    )
    return _section("Epochs and bodies", about, *_rows(load("epochs")))


def _invites() -> str:
    held = load("invites")
    frames = {f"frame_{name}": data for name, data in held.pop("frames").items()}
    del held["admit"], held["addresses"]
    return _section("Invites and joining", "A link, and the handshake by it (`invites.json`).", *_rows(held | frames))


def _signals() -> str:
    held = load("signals")
    del held["gossip_ops"]
    return _section("Registers, signals, gossip", "What is not in the log (`signals.json`).", *_rows(held))


def _bodies() -> str:
    held = load("bodies")
    short = {name: body for name, body in held["control"].items() if len(body) < 700}
    about = "One body of each kind, content before it is closed; the longest are in `bodies.json` only."
    lines = [*_rows({f"control, {name}": body for name, body in short.items()})]
    return _section(
        "Bodies", about, *lines, *_rows({f"content, {name}": body for name, body in held["content"].items()})
    )


def _sync() -> str:
    held = load("sync")
    recon = held["reconciliation"]
    about = (
        "Every frame; the first two OPS frames are of one stream, so that the second refers to the first, and hold\n"
        "the operations named (`sync.json`); the third begins a stream; its operation has a proof for a signature."
    )
    operations = {f"operation_{number}": name for number, name in enumerate(held["operations"])}
    said = {
        f"{'question' if number % 2 == 0 else 'answer'}_{number // 2 + 1}": data
        for number, data in enumerate(recon["ranges"])
    }
    needed = {f"needed_{number + 1}": name for number, name in enumerate(recon["need"])}
    spans = {f"pulled_{number + 1}": " to ".join(span) for number, span in enumerate(recon["need_ranges"])}
    lines = [
        *_rows({"conversation": held["conversation"]} | held["frames"] | operations),
        "",
        (
            f"A reconciliation: of {len(held['keys'])} keys one side lacks {len(recon['asking_lacks'])} and the other "
            f"{len(recon['answering_lacks'])}; `sync.json` lists"
        ),
        "them, and has the same once more with a salt. The ranges they send, and what the asking side then asks for:",
        "",
        *_rows({"fingerprint of all that the answering side holds": recon["fingerprint"]} | said | needed | spans),
    ]
    return _section("Sync", about, *lines)


def _authority() -> str:
    held = load("authority")
    about = (
        "People are removed, leave, lose a device, while others write and do not know it yet. In any order of arrival\n"
        "every copy ends with these verdicts: for control operations whether they count, for content the level at\n"
        "which it is valid (`authority.json` holds the operations)."
    )
    names = {identity: name for name, identity in held["people"].items()}
    assert len(names) == len(held["people"])
    lines = ["| operation | plane | verdict | in the log |", "|---|---|---|---|"]
    for row in held["operations"]:
        plane = ("control", "content")[row["plane"]]
        lines.append(f"| {row['name']} | {plane} | {row['verdict']} | {'no' if row['quarantined'] else 'yes'} |")
    members = ", ".join(f"{name} ({level})" for name, level in sorted(held["members"].items()))
    ends = _only(held, "conversation", "title", "control_heads_hash", "content_heads_hash", "state_hash")
    return _section(
        "Authority", about, *lines, "", f"Members in the end, with their levels: {members}.", "", *_rows(ends)
    )


def _signatures() -> str:
    held = load("ed25519")
    about = "Signatures on which libraries disagree, and what counts here; keys and bytes are in `ed25519.json`."
    lines = ["| case | holds |", "|---|---|"]
    lines += [f"| {case['name']} | {'yes' if case['valid'] else 'no'} |" for case in held["cases"]]
    return _section("Ed25519", about, *lines)


if __name__ == "__main__":
    write()
