"""Who calls: the address behind our own proxy counts, a claimed one does not; no answer names the host."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from flask import Flask

from bot.app import create_app
from nhi_core.bootstrap import build
from nhi_core.services import staff_sign_in
from nhi_core.services.staff_sandbox import seed_staff
from nhi_core.settings import Settings
from tests.fakes.clock import FakeClock
from tests.fakes.limiter import FakeLimiter
from tests.fakes.passwords import FastPasswords
from tests.integration.attack.house import House
from tests.integration.attack.test_authorisation import path_for, routes

PROXY = "10.0.0.1"
PER_ADDRESS = 4


@pytest.fixture(params=[0, 1])
def proxies(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def web(
    migrated_sqlite_url: str, redis_url: str, tmp_path: Path, proxies: int, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Flask]:
    monkeypatch.setattr(staff_sign_in, "PER_ADDRESS", PER_ADDRESS)
    clock = FakeClock()
    settings = Settings.load(
        env_file=None, NHI_DATABASE_URL=migrated_sqlite_url, NHI_VAR_DIR=tmp_path, NHI_TRUSTED_PROXIES=proxies
    )
    with redis.Redis.from_url(redis_url) as client:
        core = build(settings, clock=clock, limiter=FakeLimiter(clock), redis=client)
        seed_staff(core.uow, clock, FastPasswords())
        app = create_app(settings, core, enqueue=lambda *_: None, tell=lambda *_: None)
        app.config["WTF_CSRF_METHODS"] = set()
        yield app
        core.close()


def sign_in(web: Flask, claimed: str, number: int) -> int:
    answer = web.test_client().post(
        "/console/sign-in",
        data={"username": f"nobody{number}", "password": "wrong"},
        headers={"X-Forwarded-For": claimed},
        environ_base={"REMOTE_ADDR": PROXY},
    )
    return answer.status_code


def test_who_guesses_keeps_nobody_else_out(web: Flask, proxies: int) -> None:
    guessing = [sign_in(web, "198.51.100.7", number) for number in range(PER_ADDRESS + 1)]
    assert guessing[-1] == 429
    other = sign_in(web, "192.0.2.44", PER_ADDRESS + 2)
    assert other == (403 if proxies else 429), "without a trusted proxy nobody's word is taken"


def test_a_claimed_address_in_front_of_the_proxys_word_counts_for_nothing(web: Flask, proxies: int) -> None:
    last = [
        sign_in(web, f"192.0.2.{number % 250}, 198.51.100.7", number) for number in range(PER_ADDRESS + 1)
    ]
    assert last[-1] == 429


def test_what_comes_through_a_proxy_never_reads_the_metrics(web: Flask) -> None:
    for claimed in ("127.0.0.1", "::1", "8.8.8.8, 127.0.0.1"):
        answer = web.test_client().get(
            "/metrics", headers={"X-Forwarded-For": claimed}, environ_base={"REMOTE_ADDR": PROXY}
        )
        assert answer.status_code == 404


def test_no_answer_names_the_host_that_the_caller_claims(house: House) -> None:
    house.app.config["WTF_CSRF_METHODS"] = set()
    citizen = house.citizen("bound")
    wrong = []
    for method, path in routes(house.app):
        where = path_for(house, citizen, path)
        for bad in (where, where + "/", where.replace("/", "//")):
            answer = house.app.test_client().open(
                bad,
                method=method,
                headers={
                    "Host": "evil.example",
                    "X-Forwarded-Host": "evil.example",
                    "Forwarded": "host=evil.example",
                },
            )
            kept = [value for _name, value in answer.headers if "evil.example" in value]
            if kept or "evil.example" in answer.get_data(as_text=False).decode("utf-8", "replace"):
                wrong.append((method, bad, kept))
    assert wrong == []
