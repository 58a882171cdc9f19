"""The three rich menus: which wish is where. Labels and pictures exist in every language."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.rendering.catalogue import catalogue
from bot.rendering.postbacks import MENU_SESSION, encode
from nhi_core.domain.accounts import AccountKind
from nhi_core.wire import LANGUAGES

WIDTH, HEIGHT = 2500, 1686
COLUMNS, ROWS = 3, 2
IMAGES = Path(__file__).parent / "images"
PREFIX = "nhi"

# Row by row. A menu button may only begin something: what changes a binding needs a button of the session.
WISHES: dict[AccountKind, tuple[str, ...]] = {
    AccountKind.UNBOUND: (
        "bind_account", "ask_payment_channels", "ask_hardship_help",
        "apply_card", "change_language", "talk_to_person",
    ),
    AccountKind.BOUND: (
        "query_arrears", "estimate_late_fee", "ask_payment_channels",
        "ask_instalment_rules", "apply_card", "talk_to_person",
    ),
    AccountKind.CLERK: (
        "search_notice", "acknowledge_notice", "report_promotion",
        "query_quality_report", "ask_hotline", "help",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Menu:
    """One menu in one language. `name` tells kind, language and the hash of everything that is shown."""

    kind: AccountKind
    language: str
    body: dict[str, Any]
    image: bytes

    @property
    def name(self) -> str:
        """Return `nhi|<kind>|<language>|<hash>`: another content is another name."""
        content = json.dumps(self.body, sort_keys=True, ensure_ascii=False).encode() + self.image
        return f"{slot(self.kind, self.language)}{hashlib.sha256(content).hexdigest()[:16]}"


def slot(kind: str, language: str) -> str:
    """Return how the names of all versions of one menu begin."""
    return f"{PREFIX}|{kind}|{language}|"


def image_path(kind: AccountKind, language: str) -> Path:
    """Return the picture's file (made by bot.richmenus.draw)."""
    return IMAGES / f"{kind.value}-{language}.png"


def cells() -> list[tuple[int, int, int, int]]:
    """Return x, y, width, height of each tile, row by row; together they cover the whole picture."""
    across = [WIDTH * column // COLUMNS for column in range(COLUMNS + 1)]
    down = [HEIGHT * row // ROWS for row in range(ROWS + 1)]
    return [
        (across[c], down[r], across[c + 1] - across[c], down[r + 1] - down[r])
        for r in range(ROWS)
        for c in range(COLUMNS)
    ]


def body(kind: AccountKind, language: str) -> dict[str, Any]:
    """Return the menu as LINE takes it, without its name."""
    words = catalogue(language)
    areas = []
    for intent, (x, y, width, height) in zip(WISHES[kind], cells(), strict=True):
        label = words.text(f"intent.{intent}")
        action = {
            "type": "postback",
            "label": label,
            "data": encode(intent, MENU_SESSION),
            "displayText": label,
        }
        areas.append({"bounds": {"x": x, "y": y, "width": width, "height": height}, "action": action})
    return {
        "size": {"width": WIDTH, "height": HEIGHT},
        "selected": True,
        "chatBarText": words.text("menu.bar"),
        "areas": areas,
    }


def menus() -> list[Menu]:
    """Return every kind in every language. Raises FileNotFoundError when a picture was not drawn."""
    return [
        Menu(kind, language, body(kind, language), image_path(kind, language).read_bytes())
        for kind in WISHES
        for language in LANGUAGES
    ]
