"""docs/architecture.md has a place for every module of the desktop, and for every package."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NAMES = set(re.findall(r"`([^`\s]+)`", (ROOT / "docs" / "architecture.md").read_text("utf-8")))
PACKAGES = sorted(
    str(path.parent.relative_to(ROOT))
    for root in ("crypto", "protocol", "node", "gui")
    for path in (ROOT / root).rglob("__init__.py")
)


@pytest.mark.parametrize("package", PACKAGES)
def test_every_package_is_named(package: str) -> None:
    assert any(name.rstrip("/") == package or name.startswith(f"{package}/") for name in NAMES)


def test_every_module_of_the_desktop_is_named() -> None:
    missing = [
        str(path.relative_to(ROOT))
        for path in sorted((ROOT / "gui").rglob("*.py"))
        if not path.name.startswith("__")
        and not NAMES & {path.name, str(path.relative_to(ROOT)), f"{path.parent.relative_to(ROOT)}/"}
    ]
    assert not missing, "say in docs/architecture.md what these are for"
