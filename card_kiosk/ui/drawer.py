"""The sandbox's card drawer: put made-up cards into virtual readers and pull them out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote, urlsplit

from flask import Blueprint, Response, abort, jsonify, request

from card_kiosk import people
from card_kiosk.people import MadeUp
from card_kiosk.virtual import FIRST, SECOND, VirtualCard, VirtualReaders

_OTHERS: dict[str, tuple[str, Callable[[], VirtualCard]]] = {
    "bank": ("金融卡", people.bank_card),
    "turned": ("插反的卡", people.turned_over),
    "broken": ("壞掉的卡", people.broken_card),
    "silent": ("讀到一半沒反應", people.silent_card),
    "slipping": ("讀到一半被抽出", people.slipping_card),
}
_MACHINE = {
    "service_down": "停止讀卡服務",
    "service_up": "恢復讀卡服務",
    "no_reader": "拔掉讀卡機",
    "one_reader": "接一台讀卡機",
    "two_readers": "接兩台讀卡機",
}


def blueprint(readers: VirtualReaders, made_up: list[MadeUp], scan: Callable[[], str | None]) -> Blueprint:
    """Return the drawer's routes (guarded like all others). `scan()` is the link in the QR code, if shown."""
    drawer = Blueprint("drawer", __name__)
    by_key = {one.story: one for one in made_up}
    inside: dict[VirtualCard, str] = {}

    def state() -> Response:
        cards = readers.inserted()
        return jsonify(
            {
                "readers": {name: inside.get(card, "") if card else "" for name, card in cards.items()},
                "cards": [{"key": key, "name": name} for key, (name, _make) in _OTHERS.items()],
                "machine": [{"key": key, "name": name} for key, name in _MACHINE.items()],
                "people": [
                    {
                        "key": one.story,
                        "name": one.name,
                        "household": one.household_number,
                        "document": one.passport,
                    }
                    for one in made_up
                ],
                "scan": typed_by(scan()),
            }
        )

    def body() -> dict[str, Any]:
        found: Any = request.get_json(silent=True)
        if not isinstance(found, dict):
            abort(400)
        return found

    @drawer.get("/drawer")
    def look() -> Response:
        return state()

    @drawer.post("/drawer/insert")
    def insert() -> Response:
        wanted = body()
        key, reader = wanted.get("card"), wanted.get("reader")
        if reader not in readers.inserted():
            abort(404)
        if key in by_key:
            card, name = people.card_of(by_key[key]), by_key[key].name
        elif key in _OTHERS:
            name, make = _OTHERS[key]
            card = make()
        else:
            abort(404)
        readers.insert(card, reader)
        inside[card] = name
        for gone in set(inside) - set(readers.inserted().values()):
            del inside[gone]
        return state()

    @drawer.post("/drawer/pull")
    def pull() -> Response:
        reader = body().get("reader")
        if reader not in readers.inserted():
            abort(404)
        readers.pull(reader)
        return state()

    @drawer.post("/drawer/machine")
    def machine() -> Response:
        match body().get("act"):
            case "service_down":
                readers.serve(False)
            case "service_up":
                readers.serve(True)
            case "no_reader":
                readers.plug(())
            case "one_reader":
                readers.plug((FIRST,))
            case "two_readers":
                readers.plug((FIRST, SECOND))
            case _:
                abort(404)
        return state()

    return drawer


def typed_by(link: str | None) -> str | None:
    """Return what a phone finds typed in after it scanned the link (`…/oaMessage/<account>/?<text>`)."""
    return unquote(urlsplit(link).query) if link else None
