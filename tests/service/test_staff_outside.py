"""The organisation's own log-in: it opens an account that was tied before, and makes none."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

import pytest

from nhi_core.domain.errors import IdentityRefused, TooManyAttempts
from nhi_core.domain.staff import SignInRefused, Stage
from nhi_core.ports_identity import LoginSecrets
from nhi_core.services.staff import COMMAND_LINE
from nhi_core.services.staff_outside import PER_ADDRESS, OutsideSignIn
from tests.service.test_staff_sign_in import House

SUBJECT = "8f14e45f-ceea"


class Provider:
    """Says that whoever comes back with a code is `subject`."""

    def __init__(self) -> None:
        self.subject = SUBJECT
        self.seen: LoginSecrets | None = None

    def begin(self, secrets: LoginSecrets, *, back: str) -> str:
        return f"https://login.example.test/auth?state={secrets.state}&back={back}"

    def prove(self, answer: Mapping[str, str], secrets: LoginSecrets, *, back: str) -> str:
        if answer.get("code") != "good":
            raise IdentityRefused("the provider said no")
        self.seen = secrets
        return self.subject


class Door:
    def __init__(self, *, offered: bool = True) -> None:
        self.house, self.provider = House(), Provider()
        w = self.house.world
        self.service = OutsideSignIn(
            w.uow, w.vault, w.ids, w.fingerprints, w.limiter,
            identity=self.provider if offered else None,
            sign_in=self.house.sign_in,
            public_url="https://counter.example.test",
        )  # fmt: skip

    def begin(self) -> tuple[str, str]:
        begun = self.service.begin(address="192.0.2.1")
        return parse_qs(urlsplit(begun.url).query)["state"][0], begun.browser

    def finish(self, state: str, browser: str, code: str = "good") -> Stage:
        answer = {"state": state, "code": code}
        return self.service.finish(answer, browser=browser, agent="Firefox").stage

    def tie(self) -> None:
        self.house.staff.tie_outside(self.house.id, SUBJECT, by=COMMAND_LINE)


def test_a_tied_log_in_opens_the_account() -> None:
    door = Door()
    door.tie()
    assert door.finish(*door.begin()) is Stage.FULL


def test_an_untied_log_in_opens_nothing_and_makes_nobody() -> None:
    door = Door()
    with pytest.raises(SignInRefused):
        door.finish(*door.begin())
    assert len(door.house.staff.all()) == 1


def test_it_works_once_and_in_the_same_browser_alone() -> None:
    door = Door()
    door.tie()
    state, browser = door.begin()
    with pytest.raises(SignInRefused):
        door.finish(state, "another")
    with pytest.raises(SignInRefused):
        door.finish(state, browser)
    state, browser = door.begin()
    door.house.world.clock.advance(minutes=11)
    with pytest.raises(SignInRefused):
        door.finish(state, browser)


def test_a_refusal_of_the_provider_is_one_of_ours() -> None:
    door = Door()
    door.tie()
    with pytest.raises(SignInRefused):
        door.finish(*door.begin(), code="bad")


def test_somebody_shut_out_stays_out() -> None:
    door = Door()
    door.tie()
    second = door.house.staff.add("second", "二", door.house.staff.all()[0].roles, by=COMMAND_LINE)
    door.house.staff.set_active(door.house.id, active=False, by=second.member.id)
    with pytest.raises(SignInRefused):
        door.finish(*door.begin())


def test_untying_closes_the_door() -> None:
    door = Door()
    door.tie()
    door.house.staff.tie_outside(door.house.id, None, by=COMMAND_LINE)
    with pytest.raises(SignInRefused):
        door.finish(*door.begin())


def test_beginning_is_slowed_down_by_address() -> None:
    door = Door()
    for _ in range(PER_ADDRESS):
        door.begin()
    with pytest.raises(TooManyAttempts):
        door.begin()


def test_without_a_provider_it_is_not_offered() -> None:
    door = Door(offered=False)
    assert not door.service.offered
    with pytest.raises(SignInRefused):
        door.begin()
