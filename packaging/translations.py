"""Collects the desktop's texts into gui/i18n/*.ts, and makes of each the .qm that the program loads.

    python packaging/translations.py update     # after texts in the code have changed
    python packaging/translations.py release    # after translations have changed; `make setup` does it, too

Both are done by the tools that come with PySide6. English has a file for its plurals alone.
"""

import ast
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import PySide6

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "gui" / "i18n"
LANGUAGES = ("en", "de")
SETTINGS = ("-no-obsolete", "-locations", "none", "-source-language", "en")
NODE = "Node"
"""The context of what the node and its client say."""
LAST = "{names} and {last}"
FOR_PROGRAMS = ("node/cli", "node/gateway", "node/client.py", "protocol/sync")
"""What these say no person reads in the window."""
SAID_BY_NODE = ("crypto", "protocol", "node", "gui/api")
RAISED = {
    "UsageError": 1,
    "ProviderError": 1,
    "StartError": 1,
    "PassphraseError": 0,
    "KeystoreError": 0,
    "CallTimedOut": 0,
    "Disconnected": 0,
    "NodeFailed": 0,
}
"""Errors, and the place of the sentence among what they are made of."""
WHOLE = "QCoreApplication.translate"
TOOLS = Path(PySide6.__file__).parent
SUFFIX = ".exe" if sys.platform == "win32" else ""


def texts(module: ast.Module, where: str) -> Iterator[tuple[str, str, bool]]:
    """Yield what a module says: the context, the text, whether it counts (SystemExit where that can't be known).

    It says it by `self.tr` (the context is the class), by `QCoreApplication.translate` or a name for that, or by its
    own `def _tr(text): return QCoreApplication.translate("Context", text)`.
    """
    said, helper = {WHOLE}, ""
    for node in ast.walk(module):
        match node:
            case ast.Assign(targets=[ast.Name(name)], value=ast.Attribute() as value) if ast.unparse(value) == WHOLE:
                said.add(name)
            case ast.FunctionDef(name="_tr", body=[*_, ast.Return(ast.Call(args=[ast.Constant(str(context)), _]))]):
                helper = context
    yield from _texts(module, where, said, helper, "")


def _texts(node: ast.AST, where: str, said: set[str], helper: str, inside: str) -> Iterator[tuple[str, str, bool]]:
    for each in ast.iter_child_nodes(node):
        match each:
            case ast.Call(args=given):
                name = ast.unparse(each.func)
                match given:
                    case [ast.Constant(str(text)), *rest] if name == "self.tr":
                        yield inside, text, len(rest) > 1
                    case [ast.Constant(str(text))] if name == "_tr":
                        yield helper, text, False
                    case [ast.Constant(str(context)), ast.Constant(str(text)), *rest] if name in said:
                        yield context, text, len(rest) > 1
                    case [_, ast.Name("text")] if name in said:
                        pass
                    case _ if name in {*said, "_tr"} or name.endswith(".tr"):
                        _refuse(where, each.lineno)
            case ast.Attribute(attr="translate") if ast.unparse(each) == WHOLE:
                if not isinstance(node, ast.Call | ast.Assign):
                    _refuse(where, each.lineno)
        yield from _texts(each, where, said, helper, each.name if isinstance(each, ast.ClassDef) else inside)


def sentences(module: ast.Module, where: str) -> Iterator[str]:
    """Yield the sentences for people that a module of the node, or of its client, makes (SystemExit: not in full).

    They stand in `Sentence("…")`, in `spoken("…")`, and in the errors named in RAISED.
    """
    for call in ast.walk(module):
        if not isinstance(call, ast.Call):
            continue
        name = ast.unparse(call.func)
        at = RAISED.get(name, 0 if name in ("Sentence", "spoken") else None)
        match call.args[at : at + 1] if at is not None else []:
            case [ast.Constant(str(text))] if text:
                yield text
            case [ast.JoinedStr()] if name not in ("StartError", "KeystoreError"):  # these name paths, and end the node
                _refuse(where, call.lineno)


def _refuse(where: str, line: int) -> NoReturn:
    raise SystemExit(f"{where}:{line}: say this as self.tr or QCoreApplication.translate, in full")


def sources(copies: Path) -> list[str]:
    """Write what each module says into a folder, in the one way that Qt's tool always understands; return the files."""
    found = []
    for path in sorted((ROOT / "gui").rglob("*.py")):
        lines = [
            f"class {context}:\n    def say(self):\n        self.tr({text!r}{', None, number' if counts else ''})\n"
            for context, text, counts in texts(ast.parse(path.read_text(encoding="utf-8")), str(path.relative_to(ROOT)))
        ]
        copy = copies / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text("".join(lines), encoding="utf-8")
        found.append(str(copy))
    copy = copies / "node.py"
    texts_of_node = sorted({LAST, *_of_node()})
    lines = [f"class {NODE}:\n    def say(self):\n        self.tr({text!r})\n" for text in texts_of_node]
    copy.write_text("".join(lines), encoding="utf-8")
    return [*found, str(copy)]


def _of_node() -> Iterator[str]:
    for folder in SAID_BY_NODE:
        for path in sorted((ROOT / folder).rglob("*.py")):
            where = path.relative_to(ROOT)
            if not any(where.is_relative_to(other) for other in FOR_PROGRAMS):
                yield from sentences(ast.parse(path.read_text(encoding="utf-8")), str(where))


def run(tool: str, *arguments: str) -> None:
    """Run one of Qt's tools (SystemExit where it fails)."""
    line = [str(TOOLS / (tool + SUFFIX)), *arguments]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{tool}: {done.stdout}{done.stderr}")


def update(folder: Path = FOLDER) -> None:
    """Bring the .ts files up to date; what the code no longer says goes."""
    with tempfile.TemporaryDirectory() as copies:
        modules = sources(Path(copies))
        for language in LANGUAGES:
            only = ["-pluralonly"] if language == "en" else []
            target = ["-target-language", language, "-ts", str(folder / f"peer2peer_{language}.ts")]
            run("lupdate", *SETTINGS, *only, *modules, *target)


def release(folder: Path = FOLDER) -> None:
    """Make the .qm files; what is not translated stays English."""
    for language in LANGUAGES:
        source = FOLDER / f"peer2peer_{language}.ts"
        run("lrelease", "-silent", str(source), "-qm", str(folder / f"peer2peer_{language}.qm"))


def main() -> int:
    """Do what the arguments say."""
    steps = {"update": update, "release": release}
    named = sys.argv[1:]
    if not named or set(named) - set(steps):
        raise SystemExit(__doc__)
    for name in named:
        steps[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main())
