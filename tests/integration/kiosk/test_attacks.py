"""What somebody might try, and what comes of it: nobody is bound who should not be."""

from __future__ import annotations

import json
import secrets
import threading
from typing import Any

import pytest

from nhi_core.domain.errors import CodeRefused, CounterError, KioskRefused
from tests.factories import canary
from tests.factories.events import OTHER, USER
from tests.integration.kiosk.conftest import CONSENT, Lobby, Screen, error_of, typed_by
from tests.integration.kiosk.test_binding import words_of

HELLO = "/kiosk/v1/hello"


def test_hello_says_who_the_kiosk_is(lobby: Lobby, screen: Screen) -> None:
    found = screen.call("POST", "/hello", {}).get_json()
    assert (found["kiosk_id"], found["name"], found["office"]) == (screen.kiosk.kiosk_id, "Lobby 1", "houli")
    assert found["line_id"] == "@nhi-counter"
    assert lobby.core.kiosks.find(screen.kiosk.kiosk_id).seen_at == lobby.clock.now()


def test_the_time_is_the_only_open_page(lobby: Lobby) -> None:
    assert lobby.web.get("/kiosk/v1/time").get_json() == {"now": int(lobby.clock.now().timestamp())}
    for method, path in (("POST", HELLO), ("GET", "/kiosk/v1/sessions/0123456789abcdef")):
        assert error_of(lobby.web.open(path, method=method)) == (401, "signature_refused")


def test_no_answer_is_kept_by_anybody_on_the_way(screen: Screen) -> None:
    screen.shown()
    assert {answer.headers["Cache-Control"] for answer in screen.answers} == {"no-store"}


def test_a_request_that_was_overheard_is_worth_nothing(lobby: Lobby, screen: Screen) -> None:
    body = b"{}"
    headers = screen.kiosk.headers("POST", HELLO, body)
    assert lobby.web.post(HELLO, data=body, headers=headers).status_code == 200
    assert error_of(lobby.web.post(HELLO, data=body, headers=headers)) == (401, "replayed")


@pytest.mark.parametrize("skew", [-61, 61, 3600])
def test_a_clock_that_is_off_is_told_the_time(lobby: Lobby, screen: Screen, skew: int) -> None:
    answer = screen.call("POST", "/hello", {}, skew=skew)
    assert error_of(answer) == (401, "clock_off")
    assert answer.get_json()["now"] == int(lobby.clock.now().timestamp())
    assert screen.call("POST", "/hello", {}, skew=skew // abs(skew) * 59).status_code == 200


def test_what_is_signed_cannot_be_changed(lobby: Lobby, screen: Screen) -> None:
    body = json.dumps({"digits": "47"}).encode()
    path = "/kiosk/v1/sessions/0123456789abcdef/confirm"
    for method, where, what in (
        ("POST", path, b'{"digits": "48"}'),
        ("POST", path.replace("confirm", "renew"), body),
        ("PUT", path, body),
        ("POST", path + "?x=1", body),
        ("POST", path, b""),
    ):
        headers = screen.kiosk.headers("POST", path, body)
        answer = lobby.web.open(where, method=method, data=what, headers=headers)
        assert answer.status_code in (401, 405), (method, where)
        assert answer.status_code == 405 or answer.get_json()["error"] == "signature_refused"


def test_another_key_a_foreign_label_a_short_nonce_and_thin_cover_are_refused(
    lobby: Lobby, screen: Screen
) -> None:
    other = lobby.kiosk("Lobby 2")
    own_key, screen.kiosk.private_key = screen.kiosk.private_key, other.private_key
    assert error_of(screen.call("POST", "/hello", {})) == (401, "signature_refused")
    screen.kiosk.private_key = own_key
    for bad in ({"label": "sig1"}, {"nonce": "short"}, {"covered": ("@method",)}):
        assert error_of(screen.call("POST", "/hello", {}, **bad)) == (401, "signature_refused"), bad
    screen.kiosk.kiosk_id = "00000000-0000-4000-8000-000000000000"
    assert error_of(screen.call("POST", "/hello", {})) == (401, "signature_refused")


def test_the_second_fact_cannot_be_guessed(lobby: Lobby, screen: Screen) -> None:
    for pause in range(3):
        screen.open()
        for left in (2, 1):
            answer = screen.fact(f"F900000{left}")
            assert error_of(answer) == (403, "second_fact_wrong")
            assert answer.get_json()["attempts_left"] == left
        locked = screen.fact("F9999999")
        assert error_of(locked) == (429, "too_many_attempts")
        assert locked.get_json()["retry_in"] == (600 if pause < 2 else 0)
        assert screen.view()["reason"] == "locked"
        again = screen.open()
        assert error_of(again) == (429, "too_many_attempts"), "a new session is no new chance"
        lobby.clock.advance(minutes=10)
    another = Screen(lobby.kiosk("Lobby 2"))
    assert another.open().get_json() == {"error": "too_many_attempts", "retry_in": 0}, "nor another kiosk"
    assert lobby.core.binding_desk.unlock_person(canary.NATIONAL_ID)
    assert another.open().status_code == 201


def test_a_kiosk_that_tries_card_after_card_is_stopped_too(lobby: Lobby, screen: Screen) -> None:
    from tests.factories.domain import make_person

    last = None
    for _ in range(10):
        number = make_person().number
        lobby.person(id=number[-6:], number=number)
        assert screen.open(number).status_code == 201
        last = screen.fact("F0000000")
    assert last is not None
    assert error_of(last) == (429, "too_many_attempts")
    assert error_of(screen.open()) == (429, "too_many_attempts")
    assert lobby.core.binding_desk.unlock_kiosk(screen.kiosk.kiosk_id)
    assert screen.open().status_code == 201


def test_a_wrong_answer_of_the_wrong_kind_counts_like_any_other(screen: Screen) -> None:
    screen.open()
    assert error_of(screen.fact("X1234567", "passport")) == (403, "second_fact_wrong")
    assert error_of(screen.fact("?", "entry_permit")) == (403, "second_fact_wrong")


def test_somebody_unknown_a_wrong_birthday_and_an_old_card(screen: Screen) -> None:
    assert error_of(screen.open(canary.UI_NUMBER)) == (404, "unknown_person")
    assert error_of(screen.open("A123456788")) == (404, "unknown_person")
    assert error_of(screen.open(birth="1980-01-02")) == (404, "unknown_person")
    assert error_of(screen.open(card_number="900000000000")) == (409, "card_not_current")


def test_a_photographed_qr_binds_nobody(lobby: Lobby, screen: Screen) -> None:
    """The stranger is quicker and confirms; the person at the kiosk sees no digits on the own phone."""
    typed = typed_by(screen.shown()["qr"])
    assert lobby.write(typed, OTHER) == "bind_compare"
    lobby.press("confirm_binding", OTHER)
    assert lobby.write(typed, USER) == "bind_refused"
    fresh = screen.act("renew").get_json()
    assert lobby.news() == [words_of("bind_stopped")]
    assert lobby.press("confirm_binding", OTHER) == "bind_expired"
    lobby.write(typed_by(fresh["qr"]), USER)
    lobby.press("confirm_binding", USER)
    assert screen.confirm().get_json()["state"] == "bound"
    assert (lobby.bound(USER), lobby.bound(OTHER)) == (True, False)


def test_digits_of_another_screen_confirm_nothing(lobby: Lobby, screen: Screen) -> None:
    lobby.write(typed_by(screen.shown()["qr"]))
    lobby.press("confirm_binding")
    right = screen.view()["digits"]
    wrong = f"{(int(right) + 1) % 100:02d}"
    assert error_of(screen.act("confirm", {"digits": wrong})) == (409, "digits_wrong")
    assert not lobby.bound()


def test_the_kiosk_alone_binds_nobody(lobby: Lobby, screen: Screen) -> None:
    screen.shown()
    assert error_of(screen.act("confirm", {"digits": "00"})) == (409, "wrong_step")
    assert not lobby.bound()


def test_a_token_works_once_and_dies_with_the_card(lobby: Lobby, screen: Screen) -> None:
    typed = typed_by(screen.shown()["qr"])
    lobby.write(typed)
    assert lobby.write(typed) == "bind_refused"
    typed = typed_by(screen.shown()["qr"])
    screen.end("card_removed")
    assert lobby.write(typed) == "bind_refused"


def test_a_new_card_ends_what_the_kiosk_had_open(lobby: Lobby, screen: Screen) -> None:
    typed = typed_by(screen.shown()["qr"])
    first = screen.session
    screen.open()
    assert screen.call("GET", f"/sessions/{first}").get_json()["reason"] == "replaced"
    assert lobby.write(typed) == "bind_refused"


def test_another_kiosk_cannot_touch_a_session(lobby: Lobby, screen: Screen) -> None:
    lobby.write(typed_by(screen.shown()["qr"]))
    thief = Screen(lobby.kiosk("Lobby 2"), screen.session)
    for answer in (
        thief.call("GET", f"/sessions/{screen.session}"),
        thief.act("confirm", {"digits": screen.view()["digits"]}),
        thief.act("renew"),
        thief.act("unbind"),
        thief.fact(),
        thief.end(),
    ):
        assert error_of(answer) == (404, "session_unknown")
    assert screen.view()["state"] == "claimed"


def test_a_kiosk_revoked_in_the_middle_binds_nobody(lobby: Lobby, screen: Screen) -> None:
    lobby.write(typed_by(screen.shown()["qr"]))
    digits = screen.view()["digits"]
    assert lobby.core.kiosks.revoke(screen.kiosk.kiosk_id) == 1
    assert error_of(screen.act("confirm", {"digits": digits})) == (403, "kiosk_revoked")
    assert lobby.press("confirm_binding") == "bind_expired"
    assert not lobby.bound()
    assert lobby.news() == [words_of("bind_stopped")]
    with pytest.raises(KioskRefused):
        lobby.core.kiosks.revoke(screen.kiosk.kiosk_id)


def test_of_many_claims_at_once_one_wins(lobby: Lobby, screen: Screen) -> None:
    token = typed_by(screen.shown()["qr"]).removeprefix("綁定 ")
    users = [f"U{number:032d}" for number in range(4)]
    accounts = [lobby.account(user) for user in users]
    gate, won = threading.Barrier(len(accounts)), []

    def claim(account: str) -> None:
        gate.wait()
        try:
            lobby.core.bindings.propose(account, token)
            won.append(account)
        except CodeRefused:
            pass

    run(claim, accounts)
    assert len(won) == 1
    assert lobby.core.bindings.status(won[0]).pending


def test_both_sides_at_the_same_instant_bind_once(lobby: Lobby, screen: Screen) -> None:
    lobby.write(typed_by(screen.shown()["qr"]))
    digits, account = screen.view()["digits"], lobby.account()
    gate = threading.Barrier(2)

    def confirm(side: str) -> None:
        gate.wait()
        if side == "phone":
            lobby.core.bindings.confirm(account)
        else:
            lobby.core.card_sessions.confirm(screen.kiosk.kiosk_id, screen.session, digits)

    run(confirm, ["phone", "kiosk"])
    assert lobby.bound()
    with lobby.core.uow() as uow:
        assert [one.state for one in uow.bindings.live_of_person("person-1")] == ["bound"]


def test_the_same_request_again_gets_the_same_answer(lobby: Lobby, screen: Screen) -> None:
    screen.open()
    key = secrets.token_urlsafe(12)
    first, again = screen.fact("F0000000", key=key), screen.fact("F0000000", key=key)
    assert first.get_json() == again.get_json() == {"error": "second_fact_wrong", "attempts_left": 2}
    assert error_of(screen.fact("F0000001", key=key)) == (409, "key_reused")
    code, same = (screen.fact(key="the-right-one").get_json()["code"] for _ in range(2))
    assert code == same
    assert all(code.encode() not in value for value in everything_in(lobby)), "kept, but sealed"


def test_too_many_requests(screen: Screen) -> None:
    for _ in range(300):
        last = screen.call("POST", "/hello", {})
    assert last.status_code == 200
    assert error_of(screen.call("POST", "/hello", {})) == (429, "too_many_requests")


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"card": {}}', b"\xff", json.dumps({"consent": CONSENT}).encode()]
)
def test_a_body_that_is_none_is_refused_without_repeating_it(screen: Screen, body: bytes) -> None:
    answer = screen.kiosk.send("POST", "/kiosk/v1/sessions", body)
    assert error_of(answer) == (400, "invalid")


def test_a_body_without_end_is_not_read(screen: Screen) -> None:
    assert screen.kiosk.send("POST", HELLO, b" " * 20_000).status_code == 413


def test_an_older_privacy_notice_is_shown_anew(screen: Screen) -> None:
    CONSENT["version"] = "0"
    try:
        assert error_of(screen.open()) == (409, "consent_outdated")
    finally:
        CONSENT["version"] = "1"


def test_neither_the_database_nor_the_trail_holds_a_code_or_an_identity(lobby: Lobby, screen: Screen) -> None:
    shown = screen.shown()
    secrets_shown = (shown["code"], shown["code"].replace("-", ""), typed_by(shown["qr"])[3:])
    with lobby.core.engine.connect() as connection:
        for table in ("card_sessions", "audit_events", "bindings", "fact_attempts", "one_time_codes"):
            rows = str(connection.exec_driver_sql(f"SELECT * FROM {table}").all())
            for secret in (*secrets_shown, canary.NATIONAL_ID, canary.NAME, "F1234567"):
                assert secret not in rows, table


def run(work: Any, items: list[str]) -> None:
    failures: list[Exception] = []

    def guarded(item: str) -> None:
        try:
            work(item)
        except CounterError as error:
            failures.append(error)

    threads = [threading.Thread(target=guarded, args=(item,)) for item in items]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def everything_in(lobby: Lobby) -> list[bytes]:
    redis = lobby.core.redis
    return [redis.get(name) or b"" for name in redis.keys("nhi:vault:*")]
