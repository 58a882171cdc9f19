"""Brings LINE's rich menus to what the layouts say, and shows people theirs."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

import structlog

from bot.richmenus.layouts import PREFIX, Menu, menus, slot
from nhi_core.domain.accounts import AccountKind

if TYPE_CHECKING:
    from nhi_core.bootstrap import Core

log = structlog.get_logger(__name__)

DEFAULT = slot(AccountKind.UNBOUND, "zh-TW")
_TRIES, _PAUSE = 30, 1.0  # seconds that LINE may take to move people from one menu to another


class MenuClient(Protocol):
    """What we need of LINE (bot.line.LineClient has it). Every method raises LineError."""

    def rich_menus(self) -> list[dict[str, Any]]: ...
    def create_rich_menu(self, menu: Mapping[str, Any]) -> str: ...
    def upload_rich_menu_image(self, menu_id: str, image: bytes, content_type: str = "image/png") -> None: ...
    def set_default_rich_menu(self, menu_id: str) -> None: ...
    def delete_rich_menu(self, menu_id: str) -> None: ...
    def link_rich_menu(self, user_id: str, menu_id: str) -> None: ...
    def move_rich_menu_links(self, moves: Mapping[str, str]) -> str: ...
    def rich_menu_links_moved(self, request_id: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class Synced:
    """What a run did, by menu name. `kept_stale`: LINE is still moving people; the next run removes them."""

    created: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    kept_stale: list[str] = field(default_factory=list)


def sync(
    line: MenuClient, *, wanted: list[Menu] | None = None, sleep: Callable[[float], None] = time.sleep
) -> Synced:
    """Create what is missing, set the default, move people off stale menus, remove those.

    A second run changes nothing. Menus that are not ours (another prefix) are left alone. Raises LineError.
    """
    wanted = menus() if wanted is None else wanted
    done = Synced()
    there = _ours(line)
    current: dict[str, str] = {}
    for menu in wanted:
        name = menu.name
        if name in there:
            done.unchanged.append(name)
        else:
            there[name] = _create(line, menu, name)
            done.created.append(name)
        current[slot(menu.kind, menu.language)] = there[name]
    line.set_default_rich_menu(current[DEFAULT])
    keep = set(current.values())
    stale = {name: menu_id for name, menu_id in there.items() if menu_id not in keep}
    moves = {menu_id: current[_slot_of(name)] for name, menu_id in stale.items() if _slot_of(name) in current}
    # To delete a menu takes it from everybody who has it: they get the new one first.
    if moves and not _moved(line, moves, sleep):
        done.kept_stale.extend(sorted(stale))
        return done
    for name, menu_id in sorted(stale.items()):
        line.delete_rich_menu(menu_id)
        done.removed.append(name)
    return done


def assign(
    line: MenuClient,
    core: Core,  # noqa: ARG001 - every errand is handed the core
    line_user_id: str,
    kind: str,
    language: str,
) -> None:
    """Show one person the menu of this kind and language. Idempotent. Raises LineError.

    Before the first `richmenu sync` there is none to show: that is logged, and the person keeps the default.
    """
    there, begin = _ours(line), slot(kind, language)
    # While LINE still moves people off an old version both are there; a version we do not know will do too.
    versions = [name for name in there if name.startswith(begin)]
    names = [name for name in _names() if name in versions] or versions
    if not names:
        log.warning("rich_menu_missing", kind=kind, language=language)
        return
    line.link_rich_menu(line_user_id, there[names[0]])


@cache
def _names() -> tuple[str, ...]:
    return tuple(menu.name for menu in menus())


def _ours(line: MenuClient) -> dict[str, str]:
    """Return name → id of our menus."""
    return {
        str(menu["name"]): str(menu["richMenuId"])
        for menu in line.rich_menus()
        if str(menu.get("name", "")).startswith(f"{PREFIX}|")
    }


def _slot_of(name: str) -> str:
    return name.rpartition("|")[0] + "|"


def _create(line: MenuClient, menu: Menu, name: str) -> str:
    menu_id = line.create_rich_menu({**menu.body, "name": name})
    try:
        line.upload_rich_menu_image(menu_id, menu.image)
    except Exception:
        # A menu without a picture can never be shown; the next run would take its name for a finished one.
        line.delete_rich_menu(menu_id)
        raise
    return menu_id


def _moved(line: MenuClient, moves: Mapping[str, str], sleep: Callable[[float], None]) -> bool:
    request_id = line.move_rich_menu_links(moves)
    for _ in range(_TRIES):
        if line.rich_menu_links_moved(request_id):
            return True
        sleep(_PAUSE)
    return False
