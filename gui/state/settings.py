"""What the person set for this desktop: look, language, notifications, window (docs/user-guide.md).

One JSON file in the profile's folder, written whole or not at all with each change. What a newer version wrote there
and this one does not know is kept; a value of the wrong kind counts as not set.
"""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import orjson

from gui.observe import Signal
from gui.state.listing import ARCHIVED

log = logging.getLogger("gui.settings")

FILE: Final = "desktop.json"
MOST_BYTES: Final = 1 << 20
THEMES: Final = ("system", "light", "dark")
LANGUAGES: Final = ("system", "en", "de")
RULES: Final = ("all", "mentions", "none")
"""What is notified of: everything, mentions and direct messages, nothing."""
TEXT_PERCENT: Final = (80, 150)


class Settings:
    """The settings of one profile.

    Signals:
        changed: name of what is different now.
    """

    def __init__(self, home: Path) -> None:
        self.changed: Signal[str] = Signal()
        self._path = home / FILE
        self._values: dict[str, Any] = _read(self._path)

    @property
    def theme(self) -> str:
        """`system`, `light` or `dark`."""
        return self._one_of("theme", THEMES)

    @property
    def language(self) -> str:
        """`system` or a language's code."""
        return self._one_of("language", LANGUAGES)

    @property
    def text_percent(self) -> int:
        """Size of the text, 80 to 150 per cent of the usual."""
        return self._whole("text_percent", 100, *TEXT_PERCENT)

    @property
    def notifications(self) -> str:
        """The rule for conversations that have none of their own."""
        return self._one_of("notifications", RULES, "mentions")

    @property
    def close_to_tray(self) -> bool:
        """Whether closing the window leaves the program in the tray, where there is one."""
        return self._values.get("close_to_tray") is not False

    @property
    def last_conversation(self) -> str:
        """Id of the conversation that was open last; empty where none was."""
        value = self._values.get("last_conversation")
        return value if isinstance(value, str) else ""

    @property
    def sidebar_px(self) -> int:
        """Width of the sidebar."""
        return self._whole("sidebar_px", 308, 240, 480)

    @property
    def folded(self) -> tuple[str, ...]:
        """Keys of the rows of the list below which all is folded away."""
        value = self._values.get("folded")
        return tuple(key for key in value if isinstance(key, str)) if isinstance(value, list) else (ARCHIVED,)

    @property
    def window(self) -> tuple[int, int, int, int, bool] | None:
        """Where the window stood: x, y, width, height, and whether it filled the screen; None where it is not known."""
        place = self._values.get("window")
        match place:
            case [int() as x, int() as y, int() as width, int() as height, bool() as filled]:
                return x, y, width, height, filled
        return None

    def rule(self, conversation_id: str) -> str:
        """Return what is notified of in a conversation: `all`, `mentions` or `none`."""
        return self.own_rule(conversation_id) or self.notifications

    def own_rule(self, conversation_id: str) -> str:
        """Return the rule that a conversation has for itself; empty where it goes by the general one."""
        value = self._rules().get(conversation_id)
        return value if value in RULES else ""

    def set_rule(self, conversation_id: str, rule: str) -> None:
        """Give a conversation its own rule; an empty one takes it away."""
        rules = {**self._rules(), conversation_id: rule}
        self.set("conversation_notifications", {key: value for key, value in rules.items() if value})

    def set(self, name: str, value: Any) -> None:
        """Keep a value at once; tell where it is another than before."""
        if self._values.get(name) == value:
            return
        self._values[name] = value
        self._write()
        self.changed.emit(name)

    def _rules(self) -> Mapping[str, Any]:
        value = self._values.get("conversation_notifications")
        return value if isinstance(value, dict) else {}

    def _one_of(self, name: str, choices: tuple[str, ...], default: str = "system") -> str:
        value = self._values.get(name)
        return value if isinstance(value, str) and value in choices else default

    def _whole(self, name: str, default: int, least: int, most: int) -> int:
        value = self._values.get(name)
        return min(most, max(least, value)) if isinstance(value, int) and not isinstance(value, bool) else default

    def _write(self) -> None:
        part = self._path.with_name(self._path.name + ".part")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(orjson.dumps(self._values, option=orjson.OPT_INDENT_2))
            os.replace(part, self._path)
        except OSError as error:
            log.warning("settings not written cause=%s", type(error).__name__)


def _read(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ValueError("too large")
        found = orjson.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        log.warning("settings not read, the usual ones count cause=%s", type(error).__name__)
        with contextlib.suppress(OSError):
            path.replace(path.with_name(path.name + ".damaged"))
        return {}
    return found if isinstance(found, dict) else {}
