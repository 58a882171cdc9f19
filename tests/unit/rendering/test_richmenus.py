"""Rich menus: what is drawn, and how LINE is brought to it."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import pytest
from PIL import Image

from bot.rendering import decode
from bot.richmenus import assign, draw, sync
from bot.richmenus.icons import ICONS
from bot.richmenus.layouts import HEIGHT, WIDTH, WISHES, Menu, cells, menus
from nhi_core.bootstrap import Core
from nhi_core.wire import LANGUAGES

ALL = menus()
CORE = cast("Core", None)


class FakeLine:
    """LINE's rich menus, in memory."""

    def __init__(self, *, slow: bool = False, broken_upload: bool = False) -> None:
        self.there: dict[str, dict[str, Any]] = {}
        self.images: dict[str, bytes] = {}
        self.links: dict[str, str] = {}
        self.default: str | None = None
        self.slow, self.broken_upload = slow, broken_upload
        self._count = 0

    def rich_menus(self) -> list[dict[str, Any]]:
        return [{**menu, "richMenuId": menu_id} for menu_id, menu in self.there.items()]

    def create_rich_menu(self, menu: Mapping[str, Any]) -> str:
        self._count += 1
        self.there[f"richmenu-{self._count}"] = dict(menu)
        return f"richmenu-{self._count}"

    def upload_rich_menu_image(self, menu_id: str, image: bytes, content_type: str = "image/png") -> None:
        if self.broken_upload:
            raise ConnectionError
        self.images[menu_id] = image

    def set_default_rich_menu(self, menu_id: str) -> None:
        self.default = menu_id

    def delete_rich_menu(self, menu_id: str) -> None:
        del self.there[menu_id]
        self.links = {user: menu for user, menu in self.links.items() if menu != menu_id}

    def link_rich_menu(self, user_id: str, menu_id: str) -> None:
        assert menu_id in self.images
        self.links[user_id] = menu_id

    def move_rich_menu_links(self, moves: Mapping[str, str]) -> str:
        self.links = {user: moves.get(menu, menu) for user, menu in self.links.items()}
        return "request-1"

    def rich_menu_links_moved(self, request_id: str) -> bool:
        return not self.slow

    def shown(self, user_id: str) -> str:
        return str(self.there[self.links[user_id]]["name"])


def changed(menu: Menu) -> Menu:
    return dataclasses.replace(menu, image=menu.image + b"\0")


def test_three_kinds_in_five_languages_are_made_and_a_second_run_changes_nothing() -> None:
    line = FakeLine()
    assert len(sync(line).created) == 15
    again = sync(line)
    assert len(again.unchanged) == 15
    assert not again.created + again.removed + again.kept_stale
    assert line.default is not None
    assert line.there[line.default]["name"].startswith("nhi|unbound|zh-TW|")


def test_people_keep_a_menu_of_their_kind_when_it_is_replaced() -> None:
    line = FakeLine()
    sync(line, wanted=[changed(menu) for menu in ALL])
    assign(line, CORE, "U1", "bound", "vi")
    old = line.shown("U1")
    done = sync(line)
    assert len(done.created) == len(done.removed) == 15
    assert line.shown("U1") != old
    assert line.shown("U1").startswith("nhi|bound|vi|")


def test_a_stale_menu_stays_until_nobody_has_it() -> None:
    line = FakeLine(slow=True)
    sync(line, wanted=[changed(menu) for menu in ALL])
    done = sync(line, sleep=lambda _seconds: None)
    assert len(done.kept_stale) == 15
    assign(line, CORE, "U1", "bound", "th")
    assert line.shown("U1") in {menu.name for menu in ALL}
    line.slow = False
    assert len(sync(line).removed) == 15


def test_menus_of_others_are_left_alone() -> None:
    line = FakeLine()
    line.create_rich_menu({"name": "a campaign"})
    sync(line)
    assert "richmenu-1" in line.there


def test_a_menu_without_its_picture_is_not_left_behind() -> None:
    line = FakeLine(broken_upload=True)
    with pytest.raises(ConnectionError):
        sync(line)
    assert not line.there


def test_before_the_first_sync_a_person_keeps_the_default() -> None:
    line = FakeLine()
    assign(line, CORE, "U1", "bound", "vi")
    assert not line.links


@pytest.mark.parametrize("menu", ALL, ids=lambda menu: f"{menu.kind}-{menu.language}")
def test_a_picture_is_whole_small_and_shows_the_present_labels(menu: Menu) -> None:
    assert len(menu.image) <= draw.MAX_BYTES
    picture = Image.open(io.BytesIO(menu.image))
    assert picture.size == (WIDTH, HEIGHT)
    assert picture.info[draw.LABELS_KEY] == draw.labels(menu.kind, menu.language), (
        "run python -m bot.richmenus.draw"
    )


@pytest.mark.parametrize("menu", ALL, ids=lambda menu: f"{menu.kind}-{menu.language}")
def test_areas_begin_something_and_have_a_label_for_screen_readers(menu: Menu) -> None:
    for area, intent in zip(menu.body["areas"], WISHES[menu.kind], strict=True):
        tap = decode(area["action"]["data"])
        assert (tap.intent, tap.session) == (intent, "menu")
        assert area["action"]["label"]
    never = {"confirm_binding", "cancel_binding", "confirm_unbind", "confirm_cancel_eslip", "affirm", "deny"}
    assert not never & set(WISHES[menu.kind])


def test_tiles_cover_the_picture_without_overlap() -> None:
    assert sum(width * height for _, _, width, height in cells()) == WIDTH * HEIGHT


def test_every_tile_has_an_icon() -> None:
    assert {intent for wishes in WISHES.values() for intent in wishes} == ICONS.keys()


@pytest.mark.skipif(not (draw.CJK.exists() and draw.THAI.exists()), reason="needs the fonts of the pictures")
@pytest.mark.parametrize("language", LANGUAGES)
def test_labels_stay_readable_and_inside_their_tile(language: str) -> None:
    width = cells()[0][2] - 100
    for kind in WISHES:
        for label in draw.labels(kind, language).encode().decode("unicode_escape").split(" | "):
            lines, face = draw.lines_of(label, language, width)
            assert face.size >= draw.SMALLEST
            assert all(face.getlength(line) <= width for line in lines)


def test_a_missing_font_is_said_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draw, "THAI", Path("/nowhere.ttf"))
    with pytest.raises(draw.FontMissing, match="fonts-thai-tlwg"):
        draw.font("th", 100)
