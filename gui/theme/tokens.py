"""The one table of colours: a row a role, one value for the light theme and one for the dark."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tokens:
    """Colours of one theme, as `#rrggbb`."""

    name: str
    window: str  # behind the conversation list and dialogs
    surface: str  # behind messages and inputs
    raised: str  # cards, menus, toasts' border
    line: str
    hover: str
    chosen: str
    text: str
    muted: str
    faint: str
    accent: str
    on_accent: str
    accent_strong: str
    ring: str  # focus on the accent
    mine: str
    on_mine: str
    mine_muted: str
    mine_code: str
    other: str
    ai: str
    ai_accent: str
    code: str
    danger: str
    danger_back: str
    good: str
    warn_back: str
    warn_text: str
    toast: str
    on_toast: str
    link: str
    on_absent: str  # initials of somebody who is not here, on their pale circle
    shadow: str
    pygments: str

    @property
    def dark(self) -> bool:
        """Whether this is the dark theme."""
        return self.name == "dark"


LIGHT = Tokens(
    name="light",
    window="#f5f6f8",
    surface="#ffffff",
    raised="#ffffff",
    line="#e3e6eb",
    hover="#eaedf1",
    chosen="#dfe9fd",
    text="#1a1e26",
    muted="#646c7a",
    faint="#98a0ad",
    accent="#2b67e3",
    on_accent="#ffffff",
    accent_strong="#1f55c6",
    ring="#1a1e26",
    mine="#2a60d8",
    on_mine="#ffffff",
    mine_muted="#dfe9fe",
    mine_code="#2151ba",
    other="#eff1f4",
    ai="#f3edfd",
    ai_accent="#7440cf",
    code="#ffffff",
    danger="#c42b3a",
    danger_back="#fdecee",
    good="#1f9d57",
    warn_back="#fdf3dc",
    warn_text="#7a5308",
    toast="#262b35",
    on_toast="#ffffff",
    link="#1d5fd8",
    on_absent="#39404c",
    shadow="#1a1e26",
    pygments="default",
)

DARK = Tokens(
    name="dark",
    window="#14171c",
    surface="#1a1e24",
    raised="#232830",
    line="#2c323b",
    hover="#20252d",
    chosen="#22345a",
    text="#e7eaef",
    muted="#9aa3b1",
    faint="#6d7684",
    accent="#5b8ff5",
    on_accent="#0d1524",
    accent_strong="#7ba6fa",
    ring="#ffffff",
    mine="#2757bd",
    on_mine="#ffffff",
    mine_muted="#cbdafc",
    mine_code="#1f489f",
    other="#282d35",
    ai="#2f2644",
    ai_accent="#bb98fb",
    code="#14171c",
    danger="#ff8b93",
    danger_back="#3b2228",
    good="#4cc98a",
    warn_back="#3a301a",
    warn_text="#f0cd85",
    toast="#e7eaef",
    on_toast="#14171c",
    link="#86b0ff",
    on_absent="#c6cdd8",
    shadow="#000000",
    pygments="github-dark",
)

PEOPLE = ("#c2417c", "#1f7f5c", "#9a6207", "#5b57c9", "#0f7c93", "#b3472f", "#4c7a1d", "#9340b3", "#3a6ea8", "#8a5a44")
"""Colours of people's circles; white text on each has a contrast of at least 4.5."""


def person_colour(identity: str) -> str:
    """Return the colour of a person or conversation; the same on every node."""
    return PEOPLE[hashlib.blake2s(identity.encode()).digest()[0] % len(PEOPLE)]


ABSENT_SHARE = 0.3
"""How much of a person's colour is left in their circle while they are not here."""


def absent_colour(identity: str, tokens: Tokens) -> str:
    """Return the pale colour of a person's circle while they are not here, opaque."""
    return _mixed(person_colour(identity), tokens.surface, ABSENT_SHARE)


def _mixed(over: str, under: str, share: float) -> str:
    pairs = ((int(over[at : at + 2], 16), int(under[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(share * one + (1 - share) * other):02x}" for one, other in pairs)
