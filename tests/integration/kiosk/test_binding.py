"""A whole binding, the way a citizen does it, and what may happen on the way."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date

import pytest

from bot.rendering import RenderError, render
from nhi_core.domain.people import Proofs
from tests.factories import canary
from tests.factories.events import OTHER, USER
from tests.integration.kiosk.conftest import CARD, HOUSEHOLD, Lobby, Screen, typed_by


def words_of(template: str) -> str:
    return str(render(template, {}, language="zh-TW", session="s")[0]["text"])


def test_card_second_fact_code_digits_bound(lobby: Lobby, screen: Screen) -> None:
    began = time.perf_counter()
    opened = screen.open()
    assert (opened.status_code, opened.get_json()["second_fact"]) == (201, "household_number")
    assert opened.get_json()["attempts_left"] == 3
    shown = screen.fact().get_json()
    assert (shown["state"], shown["expires_in"], shown["bound"]) == ("code", 180, False)
    assert shown["qr"].startswith("https://line.me/R/oaMessage/%40nhi-counter/?")
    assert lobby.write(typed_by(shown["qr"])) == "bind_compare"
    view = screen.view()
    assert (view["state"], view["masked_name"]) == ("claimed", "金OOOO員")
    assert view["digits"] in str(lobby.line.replies[-1][1])
    assert lobby.press("confirm_binding") == "bind_wait_kiosk"
    assert not lobby.bound(), "one side alone binds nobody"
    assert screen.view()["state"] == "phone_confirmed"
    assert screen.confirm().get_json()["state"] == "bound"
    assert lobby.bound()
    assert lobby.news() == [words_of("bind_done")]
    assert lobby.news() == [], "told once"
    assert time.perf_counter() - began < 3
    assert screen.confirm().get_json()["state"] == "bound", "a second press changes nothing"


def test_the_kiosk_may_confirm_first(lobby: Lobby, screen: Screen) -> None:
    lobby.write(typed_by(screen.shown()["qr"]))
    assert screen.confirm().get_json()["state"] == "kiosk_confirmed"
    assert not lobby.bound()
    assert lobby.press("confirm_binding") == "bind_done"
    assert lobby.bound()
    assert screen.view()["state"] == "bound"
    assert lobby.news() == [], "the phone was answered; no push"


def test_the_short_code_typed_by_hand_is_the_same_session(lobby: Lobby, screen: Screen) -> None:
    code = screen.shown()["code"]
    assert lobby.write(f"綁定 {code.lower().replace('-', ' ')}") == "bind_compare"
    assert screen.view()["state"] == "claimed"


def test_the_engine_never_sees_token_or_code(lobby: Lobby, screen: Screen) -> None:
    typed = typed_by(screen.shown()["qr"])
    lobby.write(typed)
    assert [request.text for request in lobby.rasa.asked] == ["綁定 [CODE]"]


def test_refusing_on_the_phone_ends_the_session(lobby: Lobby, screen: Screen) -> None:
    lobby.write(typed_by(screen.shown()["qr"]))
    assert lobby.press("cancel_binding") == "bind_cancelled"
    view = screen.view()
    assert (view["state"], view["reason"]) == ("ended", "refused_on_phone")
    assert not lobby.bound()


@pytest.mark.parametrize("reason", ["card_removed", "cancelled", "timeout"])
def test_when_the_kiosk_ends_it_the_phone_is_told(lobby: Lobby, screen: Screen, reason: str) -> None:
    lobby.write(typed_by(screen.shown()["qr"]))
    assert screen.end(reason).get_json() == {"state": "ended"}
    assert screen.end(reason).status_code == 200, "idempotent"
    assert screen.view()["reason"] == reason
    assert lobby.news() == [words_of("bind_stopped")]
    assert lobby.press("confirm_binding") == "bind_expired"
    assert not lobby.bound()


def test_the_earlier_phone_is_told_and_loses_the_person(lobby: Lobby, screen: Screen) -> None:
    for user in (OTHER, USER):
        lobby.write(typed_by(screen.shown()["qr"]), user)
        lobby.press("confirm_binding", user)
        screen.confirm()
    assert (lobby.bound(OTHER), lobby.bound(USER)) == (False, True)
    assert sorted(lobby.news()) == sorted([words_of("bind_done"), words_of("binding_moved")])


def test_unbinding_at_the_kiosk_needs_the_second_fact_and_tells_the_phone(
    lobby: Lobby, screen: Screen
) -> None:
    lobby.write(typed_by(screen.shown()["qr"]))
    lobby.press("confirm_binding")
    screen.confirm()
    lobby.news()
    screen.open()
    assert screen.act("unbind").status_code == 409
    assert screen.fact().get_json()["bound"] is True
    ended = screen.act("unbind").get_json()
    assert (ended["state"], ended["reason"]) == ("ended", "unbound")
    assert not lobby.bound()
    assert lobby.news() == [words_of("unbound_elsewhere")]
    screen.shown()
    assert screen.act("unbind").get_json() == {"error": "not_bound"}


def test_a_child_is_added_and_the_answers_stay_the_parents(lobby: Lobby, screen: Screen) -> None:
    child = lobby.person(
        id="child", number=canary.UI_NUMBER, name="陳小恩", birth=date(2018, 5, 5),
        proofs=Proofs(card_number=CARD, passport="X1234567"),
    )  # fmt: skip

    def show_child() -> str:
        assert screen.open(child.number, "child", birth="2018-05-05").status_code == 201
        assert screen.answers[-1].get_json()["second_fact"] == "foreigner"
        return typed_by(screen.fact("x1234567", "passport").get_json()["qr"])

    assert lobby.write(show_child()) == "dependant_refused", "one's own card comes first"
    lobby.write(typed_by(screen.shown()["qr"]))
    lobby.press("confirm_binding")
    screen.confirm()
    assert lobby.write(show_child()) == "bind_compare"
    screen.confirm()
    assert lobby.press("confirm_binding") == "dependant_done"
    status = lobby.core.bindings.status(lobby.account())
    assert (status.masked_name, [one.relation for one in status.dependants]) == ("金OOOO員", ["child"])
    lobby.press("confirm_unbind")
    assert lobby.core.bindings.status(lobby.account()).dependants == ()


def test_an_adult_is_nobodys_child(screen: Screen) -> None:
    assert screen.open(relation="child").get_json() == {"error": "relation_refused"}


def test_a_code_past_its_time_is_renewed(lobby: Lobby, screen: Screen) -> None:
    old = screen.shown()
    lobby.clock.advance(minutes=3)
    assert lobby.write(typed_by(old["qr"])) == "bind_refused"
    fresh = screen.act("renew").get_json()
    assert lobby.write(f"綁定 {old['code']}") == "bind_refused"
    assert lobby.write(f"綁定 {fresh['code']}") == "bind_compare"


def test_the_whole_session_has_an_end(lobby: Lobby, screen: Screen) -> None:
    screen.shown()
    lobby.clock.advance(minutes=10)
    assert screen.act("renew").get_json() == {"error": "session_ended", "reason": "expired"}
    assert screen.view()["reason"] == "expired"


def test_what_nobody_ended_the_sweeper_ends(lobby: Lobby, screen: Screen) -> None:
    lobby.write(typed_by(screen.shown()["qr"]))
    lobby.press("confirm_binding")
    lobby.clock.advance(minutes=4)
    assert lobby.core.card_sessions.tidy() == 1
    assert lobby.news() == [words_of("bind_stopped")], "this phone is still waiting"


def test_a_person_of_a_file_import_is_known_by_the_households_fingerprint(lobby: Lobby) -> None:
    digest = lobby.core.fingerprints.make("household", HOUSEHOLD).rpartition(".")[2]
    lobby.person(household=digest, proofs=Proofs())
    screen = Screen(lobby.kiosk())
    screen.open()
    assert screen.fact("F7654321").status_code == 403
    assert screen.fact(" f12-34567 ").status_code == 200


def test_the_staff_unbinds_at_the_counter(lobby: Lobby, screen: Screen) -> None:
    lobby.write(typed_by(screen.shown()["qr"]))
    lobby.press("confirm_binding")
    screen.confirm()
    lobby.news()
    lobby.core.binding_desk.unbind(canary.NATIONAL_ID)
    assert not lobby.bound()
    assert lobby.news() == [words_of("unbound_elsewhere")]


def test_news_that_cannot_be_written_keep_nobody_waiting(lobby: Lobby, screen: Screen) -> None:
    """The first of two cannot be rendered; the second is told all the same, and neither comes again."""
    for user in (OTHER, USER):
        lobby.write(typed_by(screen.shown()["qr"]), user)
        lobby.press("confirm_binding", user)
        screen.confirm()
    good, calls = lobby.office.desk.render, []

    def broken(name: str, *args: object, **more: object) -> object:
        calls.append(name)
        if len(calls) == 1:
            raise RenderError("broken")
        return good(name, *args, **more)

    lobby.office = replace(lobby.office, desk=replace(lobby.office.desk, render=broken))
    assert len(lobby.news()) == 1
    assert lobby.news() == []
    assert len(calls) == 2
