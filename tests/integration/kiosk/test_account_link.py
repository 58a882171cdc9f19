"""The other way: a log-in on the web, LINE's own link dialogue, and a yes in the chat."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import polib  # type: ignore[import-untyped]  # ships no types
import pytest

from bot.rendering.catalogue import po_path
from nhi_core.wire import LANGUAGES
from tests.factories import canary
from tests.factories.events import OTHER, USER, event
from tests.integration.kiosk.conftest import Lobby


def page_of(lobby: Lobby, user: str = USER) -> str:
    """Press the button in the chat; return the path of the page."""
    lobby.press("link_account", user)
    found = re.search(r"http://127\.0\.0\.1:8000(/link/[\w-]{32})", str(lobby.line.replies[-1][1]))
    assert found, lobby.line.replies[-1]
    return found[1]


def logged_in(lobby: Lobby, page: str, story: str = "a_story") -> Any:
    """Begin, pick a made-up person; return the answer that leads to LINE's dialogue."""
    begun = lobby.web.post(page)
    assert begun.status_code == 303
    state = parse_qs(urlsplit(begun.headers["Location"]).query)["state"][0]
    chooser = lobby.web.get(f"/link/sandbox?state={state}")
    assert story in chooser.get_data(as_text=True)
    return lobby.web.get("/link/back", query_string={"state": state, "code": story})


def linked(lobby: Lobby, nonce: str, user: str = USER, result: str = "ok") -> None:
    lobby._work(event("accountLink", user=user, link={"result": result, "nonce": nonce}))


def nonce_in(answer: Any) -> str:
    query = parse_qs(urlsplit(answer.headers["Location"]).query)
    return query["nonce"][0]


@pytest.fixture
def lobby(lobby: Lobby) -> Lobby:
    lobby.person(story="a_story")
    return lobby


def test_log_in_link_yes_bound(lobby: Lobby) -> None:
    page = page_of(lobby)
    assert lobby.web.get(page).status_code == 200
    answer = logged_in(lobby, page)
    assert answer.headers["Location"].startswith("http://127.0.0.1:8010/dialog/bot/accountLink?linkToken=")
    nonce = nonce_in(answer)
    assert 10 <= len(nonce) <= 255
    linked(lobby, nonce)
    assert "金OOOO員" in str(lobby.line.replies[-1][1])
    assert not lobby.bound(), "who logged in is proposed, not bound"
    assert lobby.press("confirm_binding") == "bind_done"
    assert lobby.bound()


def test_page_log_in_and_nonce_each_work_once(lobby: Lobby) -> None:
    page = page_of(lobby)
    answer = logged_in(lobby, page)
    assert lobby.web.post(page).status_code == lobby.web.get(page).status_code == 410
    linked(lobby, nonce_in(answer))
    linked(lobby, nonce_in(answer))
    assert "金OOOO員" not in str(lobby.line.replies[-1][1])


def test_a_log_in_that_ends_in_another_browser_is_worth_nothing(lobby: Lobby) -> None:
    begun = lobby.web.post(page_of(lobby))
    state = parse_qs(urlsplit(begun.headers["Location"]).query)["state"][0]
    lobby.web.delete_cookie("nhi_link", path="/link")
    answer = lobby.web.get("/link/back", query_string={"state": state, "code": "a_story"})
    assert answer.status_code == 410


def test_another_account_cannot_use_the_nonce(lobby: Lobby) -> None:
    answer = logged_in(lobby, page_of(lobby))
    linked(lobby, nonce_in(answer), OTHER)
    assert not lobby.core.bindings.status(lobby.account(OTHER)).pending
    linked(lobby, nonce_in(answer), USER)
    assert not lobby.core.bindings.status(lobby.account()).pending, "and it is gone"


def test_a_failed_link_and_a_made_up_nonce_propose_nobody(lobby: Lobby) -> None:
    answer = logged_in(lobby, page_of(lobby))
    linked(lobby, "x" * 40)
    linked(lobby, nonce_in(answer), result="failed")
    assert not lobby.core.bindings.status(lobby.account()).pending


def test_a_stranger_to_the_counter_is_refused(lobby: Lobby) -> None:
    begun = lobby.web.post(page_of(lobby))
    state = parse_qs(urlsplit(begun.headers["Location"]).query)["state"][0]
    answer = lobby.web.get("/link/back", query_string={"state": state, "code": "nobody"})
    assert answer.status_code == 403


def test_no_secret_of_the_way_lies_open_in_redis(lobby: Lobby) -> None:
    nonce = nonce_in(logged_in(lobby, page_of(lobby)))
    names = lobby.core.redis.keys("*")
    values = [lobby.core.redis.get(name) for name in lobby.core.redis.keys("nhi:vault:*")]
    for secret in (nonce.encode(), b"link-token-of", canary.NATIONAL_ID.encode()):
        assert all(secret not in name for name in names)
        assert all(secret not in (value or b"") for value in values)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_speak_five_languages(lobby: Lobby, language: str) -> None:
    words = {entry.msgid: entry.msgstr for entry in polib.pofile(str(po_path(language, "link")))}
    reference = {entry.msgid for entry in polib.pofile(str(po_path("zh-TW", "link")))}
    assert words.keys() == reference
    assert all(words.values())
    shown = lobby.web.get(f"{page_of(lobby)}?lang={language}").get_data(as_text=True)
    assert words["start.warning"] in shown
