"""Addresses cannot be guessed and refuse alike; what can be guessed is limited; bodies have an end."""

from __future__ import annotations

import io
import secrets
from datetime import timedelta
from typing import Any

import pytest
from werkzeug.test import create_environ, run_wsgi_app

from nhi_core.adapters.clock import SystemIds
from nhi_core.security import hashed_name
from tests.integration.attack.conftest import Patient
from tests.integration.attack.house import House, words_of

PAGES = {
    "pay": ("/pay/{}", "/pay/{}/back", "/pay/{}/receipt.pdf", "/pay/{}/show/store"),
    "eslip": ("/eslip/{}", "/eslip/{}/code", "/eslip/{}/slip"),
    "notice-file": ("/n/{}",),
    "notice-ack": ("/n/ack/{}",),
    "media": ("/media/{}",),
    "link": ("/link/{}",),
}


def tokens(house: House, context: str) -> dict[str, str]:
    """Return every kind of token that is not good: forged, of another page, over, changed, and nonsense."""
    now = house.clock.now()
    if context in ("media", "link"):
        return {"unknown": secrets.token_urlsafe(24), "another": secrets.token_urlsafe(24)}
    good = house.core.signer.sign("a b", context=context, expires_at=now + timedelta(hours=1))
    other = house.core.signer.sign("a b", context="another", expires_at=now + timedelta(hours=1))
    over = house.core.signer.sign("a b", context=context, expires_at=now - timedelta(hours=1))
    return {
        "of nobody": good,
        "another page's": other,
        "over": over,
        "forged": house.forged(context),
        "cut": good[:-1],
        "longer life": good.replace(good.split(".")[1], str(int(good.split(".")[1]) + 9000)),
        "nonsense": "nonsense-of-somebody",
        "empty parts": "........",
    }


@pytest.mark.parametrize("context", PAGES)
def test_whatever_is_wrong_with_an_address_the_answer_is_the_same(house: House, context: str) -> None:
    client = house.app.test_client()
    for page in PAGES[context]:
        answers = {
            (answer.status_code, words_of(answer).replace(token, "…"))
            for token in tokens(house, context).values()
            if (answer := client.get(page.format(token)))
        }
        assert len(answers) == 1, page
        assert answers.pop()[0] in (404, 410)


def test_random_addresses_have_more_than_128_bits() -> None:
    found = {SystemIds().token() for _ in range(1000)}
    assert len(found) == 1000
    # 32 characters of 64: 192 bits.
    assert {len(token) for token in found} == {32}
    assert set("".join(found)) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


def test_who_lists_the_keys_of_redis_finds_no_address_to_open(house: House) -> None:
    citizen = house.citizen("bound")
    names = [name.decode() for name in house.core.redis.keys("*")]
    for place in ("media", "link"):
        token = citizen.links[place]
        assert not [name for name in names if token in name]
        assert [name for name in names if hashed_name(token) in name]


GUESSED: tuple[tuple[str, dict[str, str], tuple[str, ...]], ...] = (
    ("/console/sign-in", {"username": "admin", "password": "x"}, ("console-address", "console-account")),
)


@pytest.mark.parametrize(("path", "form", "limits"), GUESSED)
def test_what_can_be_guessed_is_counted(
    house: House, path: str, form: dict[str, str], limits: tuple[str, ...]
) -> None:
    house.app.config["WTF_CSRF_METHODS"] = set()
    house.app.test_client().post(path, data=form)
    asked = house.core.limiter.asked  # type: ignore[attr-defined]  # the limiter that only writes down
    assert isinstance(house.core.limiter, Patient)
    assert {name.partition(":")[0] for name in asked} >= set(limits)


def test_a_kiosks_calls_are_counted(house: House) -> None:
    kiosk = next(one for one in house.machines() if one.name == "kiosk")
    assert house.knock(kiosk, "POST", "/kiosk/v1/hello").status_code == 200
    assert any(name.startswith("kiosk-calls") for name in house.core.limiter.asked)  # type: ignore[attr-defined]


class Endless(io.RawIOBase):
    """A body that does not say how long it is, and counts what is read of it."""

    def __init__(self, size: int) -> None:
        self.left, self.read_bytes = size, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count = min(len(buffer), self.left)
        buffer[:count] = b"x" * count
        self.left -= count
        self.read_bytes += count
        return count


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/line/webhook", 1024 * 1024),
        ("/pay/callbacks/sandbox", 1024 * 1024),
        ("/kiosk/v1/hello", 16 * 1024),
        ("/console/sign-in", 1024 * 1024),
    ],
)
def test_a_body_that_does_not_say_its_length_is_not_read_to_the_end(
    house: House, path: str, most: int
) -> None:
    house.app.config["WTF_CSRF_METHODS"] = set()
    stream = Endless(64 * 1024 * 1024)
    environ = create_environ(path, method="POST", content_type="application/x-www-form-urlencoded")
    environ |= {"wsgi.input": io.BufferedReader(stream), "wsgi.input_terminated": True}
    environ.pop("CONTENT_LENGTH", None)
    _body, status, _headers = run_wsgi_app(house.app, environ)
    assert status[:3] in ("401", "403", "413"), "what was read of it is no request"
    assert stream.read_bytes <= most + 256 * 1024


def test_a_compressed_body_is_never_unfolded(house: House) -> None:
    """A few kilobytes can unfold to gigabytes: the bytes that came are what is signed, and what is read."""
    line = next(one for one in house.machines() if one.name == "line")
    packed = b"\x1f\x8b\x08" + b"\0" * 500
    headers = {**line.sign("POST", "/line/webhook", packed), "Content-Encoding": "gzip"}
    answer = house.app.test_client().post("/line/webhook", data=packed, headers=headers)
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "next_page",
    [
        "//evil.example/",
        "https://evil.example/console/",
        "/\\evil.example",
        "/console/../../evil",
        "javascript:1",
    ],
)
def test_after_the_sign_in_nobody_is_led_elsewhere(house: House, next_page: str) -> None:
    house.app.config["WTF_CSRF_METHODS"] = set()
    client = house.app.test_client()
    client.get(f"/console/kiosks?next={next_page}")
    client.get(next_page if next_page.startswith("/") else "/")
    answer = client.post(
        f"/console/sign-in?next={next_page}",
        data={"username": "admin", "password": "sandbox-console-2026", "next": next_page},
    )
    assert "evil" not in answer.headers.get("Location", "")
    assert "javascript" not in answer.headers.get("Location", "")


def test_a_cookie_from_before_a_sign_in_opens_nothing_after_it(house: House) -> None:
    """Session fixation: what somebody planted is not what the sign-in raises."""
    house.app.config["WTF_CSRF_METHODS"] = set()
    client = house.app.test_client()
    planted = "planted-by-somebody-else-0123456789abcdef"
    client.set_cookie("nhi_console", planted, domain="localhost")
    answer = client.post("/console/sign-in", data={"username": "admin", "password": "sandbox-console-2026"})
    given = [one for one in answer.headers.getlist("Set-Cookie") if one.startswith("nhi_console=")]
    assert planted not in str(given)
    other = house.app.test_client()
    other.set_cookie("nhi_console", planted, domain="localhost")
    assert other.get("/console/").status_code == 303
