"""The year chart by its address: for the person bound now, for an hour, and for nobody who guesses."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from bot.api import media
from bot.app import finish_app
from bot.charts.year import HEIGHT, WIDTH, year_chart
from bot.richmenus import draw
from nhi_core.adapters.premiums.sandbox import seed
from nhi_core.domain.errors import CacheUnavailable
from nhi_core.services.history import MonthMark, MonthState
from nhi_core.wire import LANGUAGES
from tests.factories.domain import make_person
from tests.fakes.world import CALENDAR, TODAY, World

STATES = tuple(MonthState)
MARKS = tuple(MonthMark(f"2026-{n:02d}", STATES[n % len(STATES)], 826, 826) for n in range(1, 13))


@pytest.fixture
def world() -> World:
    world = World()
    seed(world.uow, TODAY, CALENDAR)
    return world


@pytest.fixture
def account(world: World) -> str:
    account = world.account()
    with world.uow() as uow:
        person = uow.people.by_story("one_month_late")
    assert person is not None
    world.bind(account, person)
    return account


@pytest.fixture
def web(world: World) -> FlaskClient:
    app = Flask("bot")
    app.register_blueprint(media.blueprint(world.pictures, world.history))
    finish_app(app)
    return app.test_client()


def path(world: World, account: str) -> str:
    return world.pictures.offer_year(account, 2026, "th").url.removeprefix(world.public_url)


def test_the_address_shows_the_chart_and_asks_nobody_to_keep_it(
    world: World, account: str, web: FlaskClient
) -> None:
    answer = web.get(path(world, account))
    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    assert answer.headers["Cache-Control"] == "no-store"
    assert Image.open(io.BytesIO(answer.data)).size == (WIDTH, HEIGHT)


def test_after_an_hour_it_is_gone(world: World, account: str, web: FlaskClient) -> None:
    address = path(world, account)
    world.clock.advance(hours=1, seconds=1)
    assert web.get(address).status_code == 404


def test_after_unbinding_it_is_gone(world: World, account: str, web: FlaskClient) -> None:
    address = path(world, account)
    world.bindings.unbind(account)
    assert web.get(address).status_code == 404


def test_a_guess_is_not_found(web: FlaskClient) -> None:
    assert web.get(f"/media/{'A' * 32}").status_code == 404
    assert web.get("/media/short").status_code == 404


def test_without_redis_it_says_come_again(
    world: World, account: str, web: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = path(world, account)

    def away(_token: str) -> None:
        raise CacheUnavailable

    monkeypatch.setattr(world.pictures, "year_of", away)
    assert web.get(address).status_code == 503


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_is_drawn_in_every_language(language: str) -> None:
    drawn = year_chart("2026", MARKS, language)
    assert Image.open(io.BytesIO(drawn)).size == (WIDTH, HEIGHT)
    assert len(drawn) < 300_000
    nothing = year_chart("2026", [MonthMark(m.month, MonthState.NONE, 0, 0) for m in MARKS], language)
    assert drawn != nothing


def test_without_the_systems_fonts_marks_and_figures_are_still_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CJK", "THAI"):
        monkeypatch.setattr(draw, name, Path("/nowhere"))
    drawn = year_chart("2026", MARKS, "zh-TW")
    assert Image.open(io.BytesIO(drawn)).size == (WIDTH, HEIGHT)


def test_bound_to_somebody_else_since_it_shows_neither(world: World, account: str, web: FlaskClient) -> None:
    address = path(world, account)
    world.bindings.unbind(account)
    world.bind(account, world.add_person(make_person()))
    assert web.get(address).status_code == 404
