"""People of the agency's file at a kiosk: what the file gives is what is asked for and compared."""

from __future__ import annotations

from pathlib import Path

import pytest

from nhi_core.domain.imports import ImportKind
from nhi_core.services.imports import ImportView
from tests.factories import canary
from tests.integration.kiosk.conftest import CARD, HOUSEHOLD, Lobby, Screen, error_of, typed_by

PASSPORT, PERMIT = "X7654321", "112233445566"


class TakeIn:
    """Imports one person with these columns beside the needed ones."""

    def __init__(self, lobby: Lobby, path: Path) -> None:
        self._lobby = lobby
        self._path = path

    def __call__(self, number: str = canary.UI_NUMBER, **columns: str) -> ImportView:
        row = {"number": number, "name": canary.NAME, "birth": "1980-01-01", "category": "6", **columns}
        self._path.write_text(f"{','.join(row)}\n{','.join(row.values())}\n", "utf-8")
        view = self._lobby.core.imports.run(ImportKind.PERSONS, self._path)
        assert view.state == "applied"
        return view


@pytest.fixture
def screen(lobby: Lobby) -> Screen:
    """An enrolled kiosk; nobody is known yet."""
    return Screen(lobby.kiosk())


@pytest.fixture
def take_in(lobby: Lobby, tmp_path: Path) -> TakeIn:
    return TakeIn(lobby, tmp_path / "persons.csv")


def test_a_resident_is_bound_with_the_passport_number(lobby: Lobby, screen: Screen, take_in: TakeIn) -> None:
    take_in(passport=PASSPORT, card_number=CARD)
    opened = screen.open(canary.UI_NUMBER)
    assert (opened.status_code, opened.get_json()["second_fact"]) == (201, "foreigner")
    assert error_of(screen.fact(PERMIT, "entry_permit")) == (403, "second_fact_wrong")
    shown = screen.fact("x 765-4321", "passport").get_json()
    assert shown["state"] == "code"
    assert lobby.write(typed_by(shown["qr"])) == "bind_compare"
    lobby.press("confirm_binding")
    assert screen.confirm().get_json()["state"] == "bound"
    assert lobby.bound()


def test_or_with_the_number_of_the_entry_permit(screen: Screen, take_in: TakeIn) -> None:
    take_in(entry_permit=PERMIT)
    screen.open(canary.UI_NUMBER)
    assert screen.fact(PERMIT, "entry_permit").get_json()["state"] == "code"


def test_a_resident_of_whom_nothing_is_known_goes_to_the_counter(screen: Screen, take_in: TakeIn) -> None:
    take_in()
    assert error_of(screen.open(canary.UI_NUMBER)) == (404, "unknown_person")
    take_in(passport=PASSPORT)
    assert screen.open(canary.UI_NUMBER).status_code == 201
    take_in(passport="-")
    assert error_of(screen.open(canary.UI_NUMBER)) == (404, "unknown_person")


def test_a_card_that_is_not_the_newest_one_is_refused(screen: Screen, take_in: TakeIn) -> None:
    newer = "900012345679"
    take_in(canary.NATIONAL_ID, household=HOUSEHOLD)
    assert screen.open(card_number=CARD).status_code == 201, "no card number is known: none is compared"
    take_in(canary.NATIONAL_ID, household=HOUSEHOLD, card_number=newer)
    assert error_of(screen.open(card_number=CARD)) == (409, "card_not_current")
    assert screen.open(card_number=newer).status_code == 201
    assert screen.fact(HOUSEHOLD).get_json()["state"] == "code"
    take_in(canary.NATIONAL_ID, household=HOUSEHOLD, card_number="-")
    assert screen.open(card_number=CARD).status_code == 201
