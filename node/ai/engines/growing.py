"""What people see of an answer in JSON while it grows: its response, as far as it has come; pure, linear in time.

Reads any text, in any pieces, and never raises. What is no JSON object, in a fence or not, is seen as it is.
"""

import re
from typing import Final, Literal

RESPONSE: Final = "response"
_KEY_CHARACTERS: Final = 64
_OPENED = re.compile(r"(?:```[a-zA-Z]{0,10}\s*)?\{")
_MAY_OPEN = re.compile(r"`{0,2}|```[a-zA-Z]{0,10}\s*")
_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_UNREADABLE: Final = "\ufffd"


class Growing:
    """An answer in the making.

    Attributes:
        text: what people see of it so far.
        is_json: it begins as a JSON object.
        keys: the fields of that object so far.
    """

    def __init__(self) -> None:
        self.text = ""
        self.is_json = False
        self.keys: set[str] = set()
        self._is_prose = False
        self._head = ""
        self._depth = 1
        self._string: Literal["", "key", "response", "other"] = ""
        self._letters = Letters()
        self._key = ""
        self._is_value = False
        self._has_response = False

    def feed(self, piece: str) -> None:
        """Take the next piece."""
        if not self.is_json and not self._is_prose:
            head = (self._head + piece).lstrip()
            if opened := _OPENED.match(head):
                self.is_json, piece = True, head[opened.end() :]
            elif _MAY_OPEN.fullmatch(head):
                self._head = head.rstrip(" \t\r\n") + "\n" * head.endswith("\n")
                return
            else:
                self._is_prose, piece = True, head
        self.text += "".join(map(self._take, piece)) if self.is_json else piece

    def _take(self, character: str) -> str:
        """Return what the next character of the JSON adds to the text."""
        if self._string:
            return self._take_in_string(character)
        match character:
            case '"':
                self._begin_string()
            case "{" | "[":
                self._depth += 1
            case "}" | "]":
                self._depth -= 1
            case ":" if self._depth == 1:
                self._is_value = True
            case "," if self._depth == 1:
                self._is_value = False
        return ""

    def _begin_string(self) -> None:
        self._letters = Letters()
        if self._depth == 1 and not self._is_value:
            self._string, self._key = "key", ""
        elif self._depth == 1 and self._key == RESPONSE and not self._has_response:
            self._string, self._has_response = "response", True
        else:
            self._string = "other"

    def _take_in_string(self, character: str) -> str:
        if character == '"' and not self._letters.is_escaped:
            if self._string == "key":
                self.keys.add(self._key)
            self._string = ""
            return ""
        said = self._letters.read(character)
        if self._string == "key":
            self._key = (self._key + said)[:_KEY_CHARACTERS]
        return said if self._string == "response" else ""


class Letters:
    """The characters of a JSON string, without what escapes them; what makes no sense becomes U+FFFD."""

    def __init__(self) -> None:
        self._escape = ""
        self._high = 0

    @property
    def is_escaped(self) -> bool:
        """Whether the next character belongs to an escape."""
        return bool(self._escape)

    def read(self, character: str) -> str:
        """Return what the next character of the source says, empty in the middle of an escape."""
        if not self._escape:
            if character == "\\":
                self._escape = character
                return ""
            return self._after_high() + character
        self._escape += character
        if self._escape[1] != "u":
            letter, self._escape = _ESCAPES.get(character, character), ""
            return self._after_high() + letter
        if len(self._escape) < 6:
            return ""
        digits, self._escape = self._escape[2:], ""
        try:
            code = int(digits, 16)
        except ValueError:
            return self._after_high() + _UNREADABLE
        if 0xDC00 <= code < 0xE000 and self._high:
            code, self._high = 0x10000 + ((self._high - 0xD800) << 10) + code - 0xDC00, 0
            return chr(code)
        before = self._after_high()
        if 0xD800 <= code < 0xDC00:
            self._high = code
            return before
        return before + (_UNREADABLE if 0xDC00 <= code < 0xE000 else chr(code))

    def _after_high(self) -> str:
        """Return what stands for the first half of a character whose second half did not come."""
        alone, self._high = self._high, 0
        return _UNREADABLE if alone else ""
