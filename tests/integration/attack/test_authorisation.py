"""Every route × everybody who might knock: docs/security/authorisation.csv says who is let in, nobody else.

A route that the table does not name fails here, and so does a row without its route.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from nhi_core.domain.binding import BindingState
from nhi_core.domain.staff import StaffRole
from tests.factories import canary
from tests.integration.attack.house import AMOUNT, Actor, House, words_of

TABLE = Path(__file__).resolve().parents[3] / "docs" / "security" / "authorisation.csv"
EVERYBODY = "everybody"
# What somebody who is not let in hears at each door.
REFUSALS = {
    "session": {303, 403},
    "kiosk signature": {401, 403},
    "LINE signature": {401},
    "gateway signature": {401},
    "address": {404, 410},
    "this machine": {404},
}
# These ask before the view, so that the view can stand aside: it must not even be reached.
GATES = ("open", "session", "kiosk signature", "LINE signature", "this machine")


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    method: str
    path: str
    door: str
    let_in: frozenset[str]


def table() -> dict[tuple[str, str], Row]:
    with TABLE.open(encoding="utf-8", newline="") as lines:
        rows = [
            Row(one["method"], one["path"], one["door"], frozenset(one["let in"].split()))
            for one in csv.DictReader(lines)
        ]
    found = {(row.method, row.path): row for row in rows}
    assert len(found) == len(rows), "a route stands twice in the table"
    return found


def routes(app: Flask) -> dict[tuple[str, str], str]:
    """Return (method, path) → endpoint of everything that answers."""
    return {
        (method, re.sub(r"<[a-z]+(?:\(.*?\))?:", "<", rule.rule)): rule.endpoint
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def test_the_table_names_every_route_and_no_other(house: House) -> None:
    missing, gone = routes(house.app).keys() - table().keys(), table().keys() - routes(house.app).keys()
    assert not missing, f"say in {TABLE.name} who may come in here: {sorted(missing)}"
    assert not gone, f"these are no routes any more: {sorted(gone)}"


def test_the_table_knows_every_role_and_every_state_of_a_binding(house: House) -> None:
    names = [actor.name for actor in house.everybody()]
    assert len(names) == len(set(names))
    assert set(names) > {role.value for role in StaffRole} | {state.value for state in BindingState}
    for row in table().values():
        assert row.door == "open" or row.door in REFUSALS, row
        assert row.let_in == {EVERYBODY} or row.let_in <= set(names), row
        assert (row.door == "open") == (row.let_in == {EVERYBODY}), row


def test_everybody_at_every_door(house: House) -> None:
    house.app.config["WTF_CSRF_METHODS"] = set()  # forms have tests of their own; this is about who comes
    reached: list[str] = []
    rows, ends = table(), routes(house.app)
    for key, endpoint in ends.items():
        if rows[key].door in GATES:
            house.app.view_functions[endpoint] = _stand_in(reached, endpoint)
    wrong = []
    for actor in house.everybody():
        for key, endpoint in ends.items():
            row = rows[key]
            reached.clear()
            answer = house.knock(actor, row.method, path_for(house, actor, row.path))
            inside = endpoint in reached if row.door in GATES else _let_in(row, answer)
            wanted = row.let_in == {EVERYBODY} or actor.name in row.let_in
            refused_well = inside or answer.status_code in REFUSALS.get(row.door, set())
            if inside != wanted or not refused_well or answer.status_code >= 500:
                wrong.append((actor.name, row.method, row.path, answer.status_code))
            if not wanted:
                _says_nothing(answer)
    assert not wrong, "\n".join(map(str, wrong))


def path_for(house: House, actor: Actor, path: str) -> str:
    """Return the path with the actor's own token in it, or with one that we never gave."""
    parts = path.split("/")
    place = "ack" if path.startswith("/n/ack") else "sandbox" if path.startswith("/pay/sandbox") else parts[1]
    for name in ("<token>", "<reference>"):
        if name in path:
            path = path.replace(name, actor.links.get(place) or house.forged(place))
    path = path.replace("<channel>", "sandbox").replace("<year>", "2026").replace("<month>", "8")
    return re.sub(r"<[a-z_]+>", "x", path)


def _stand_in(reached: list[str], endpoint: str) -> Callable[..., Any]:
    def view(**_values: object) -> str:
        reached.append(endpoint)
        return ""

    return view


def _let_in(row: Row, answer: TestResponse) -> bool:
    return answer.status_code not in REFUSALS[row.door]


def _says_nothing(answer: TestResponse) -> None:
    said = words_of(answer)
    for secret in (canary.NAME, f"{AMOUNT:,}", str(AMOUNT)):
        assert secret not in said, answer.request.path
