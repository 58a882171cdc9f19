"""The sandbox's card drawer: made-up cards in two readers, behind the same guard as the page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from card_kiosk import people
from card_kiosk.cards.nhi import parse
from card_kiosk.ui import drawer
from card_kiosk.virtual import FIRST, SECOND, VirtualReaders
from tests.kiosk.records import number

ROWS = [
    {
        "story": "paid_up", "card_number": "900000000001", "name": "王小明", "id_number": number(),
        "birth": "1990-05-17", "household_number": "F9000000", "entry_permit": None, "passport": None,
    },
    {
        "story": "vietnamese_spouse", "card_number": "900000000002", "name": "NGUYỄN THỊ HỒNG NHUNG",
        "id_number": number("F9"), "birth": "1992-12-01", "household_number": None,
        "entry_permit": "900000000002", "passport": "X9000002",
    },
]  # fmt: skip


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    file = tmp_path / "people.json"
    file.write_text(json.dumps(ROWS), "utf-8")
    app = Flask(__name__)
    link = "https://line.me/R/oaMessage/%40a/?%E7%B6%81%E5%AE%9A%20NHIABC"
    app.register_blueprint(drawer.blueprint(VirtualReaders(), people.load(file), lambda: link))
    return app.test_client()


def test_two_readers_hold_two_cards_and_each_is_named(client: FlaskClient) -> None:
    client.post("/drawer/insert", json={"card": "paid_up", "reader": FIRST})
    state = client.post("/drawer/insert", json={"card": "bank", "reader": SECOND}).get_json()
    assert state["readers"] == {FIRST: "王小明", SECOND: "金融卡"}
    state = client.post("/drawer/pull", json={"reader": FIRST}).get_json()
    assert state["readers"] == {FIRST: "", SECOND: "金融卡"}


def test_it_shows_what_a_phone_would_find_typed_in(client: FlaskClient) -> None:
    assert client.get("/drawer").get_json()["scan"] == "綁定 NHIABC"


@pytest.mark.parametrize("body", [{"card": "nobody", "reader": FIRST}, {"card": "bank", "reader": "x"}])
def test_what_is_not_there_is_not_found(client: FlaskClient, body: dict[str, str]) -> None:
    assert client.post("/drawer/insert", json=body).status_code == 404


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row["story"]))
def test_every_made_up_card_is_a_sound_record(row: dict[str, str]) -> None:
    (person,) = [one for one in people_of() if one.story == row["story"]]
    holder = parse(people.record(person))
    assert (holder.id_number, holder.card_number) == (row["id_number"], row["card_number"])
    assert holder.name_damaged == (row["story"] == "vietnamese_spouse")


def people_of() -> list[people.MadeUp]:
    from datetime import date

    return [people.MadeUp(**{**row, "birth": date.fromisoformat(str(row["birth"]))}) for row in ROWS]  # type: ignore[arg-type]
