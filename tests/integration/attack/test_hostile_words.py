"""Every field of every route is filled with what attackers type: it is never code, never a header, never a
formula, never a path, never a number that breaks something.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from werkzeug.test import TestResponse

from nhi_core.adapters.db import make_engine
from nhi_core.adapters.db.tables import metadata
from nhi_core.domain.staff import Stage
from tests.integration.attack.conftest import house_of
from tests.integration.attack.house import Actor, House, words_of
from tests.integration.attack.test_authorisation import path_for

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "openapi" / "web.json"
EVIL = "https://evil.example"
# A product that appears nowhere else, so that a template that works it out gives itself away.
SUM, RESULT = "7919*6971", str(7919 * 6971)
MARKUP = (
    f'"><script>alert(7)</script><img src=x onerror=alert(7)>{{{{{SUM}}}}}${{{SUM}}}'
    f"<%={SUM}%>{{{{config}}}}{{{{''.__class__}}}}%(x)s%n{{0.__class__}}"
)
WORDS = {
    "markup and templates": MARKUP,
    "a formula": '=HYPERLINK("https://evil.example","x")',
    "a path": "../../../../../../etc/passwd",
    "a byte of zero": "a\x00b",
    "another header": "x\r\nX-Evil: 1\r\n\r\n<script>alert(7)</script>",
    "letters from the right": "\u202egnp.exe\u202c \u200b＜script＞",
    "a huge number": "9" * 40,
    "a negative number": "-1",
    "the first day": "0001-01-01",
    "the last day": "9999-12-31",
    "a query": "' OR 1=1; DROP TABLE accounts; -- \\",
    "an address": f"//{EVIL.removeprefix('https://')}/",
    "much": "龘" * 5000,
    "other digits": "٣٤-１２-၁",
}
# Some may break a database or a calendar, the others pages; a field has a different one in each walk.
ZERO = "a byte of zero"
_HARD = ("a huge number", "a negative number", "the first day", "the last day", "a query")
HARD = tuple(WORDS[kind] for kind in _HARD)
SOFT = tuple(word for kind, word in WORDS.items() if kind not in (ZERO, *_HARD))
WALKS: dict[str, tuple[str, ...]] = {
    "markup": (MARKUP,),
    **{f"pages {turn}": SOFT[turn:] + SOFT[:turn] for turn in (0, 3)},
    ZERO: (WORDS[ZERO],),
    **{f"databases {turn}": HARD[turn:] + HARD[:turn] for turn in (0, 2)},
}
# Every list and every calendar of the console understands some of these; unknown ones change nothing.
QUERY = (
    *("since", "until", "month", "year", "page", "per", "after", "as", "office", "state", "kind"),
    *("lang", "next", "quarter", "table", "holder", "code", "q"),
)


@dataclass
class Cast:
    """A house and who walks through it."""

    house: House
    actors: dict[str, Actor]


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def cast(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cast]:
    """A house over each database, with everybody who has something to open it with."""
    if request.param == "sqlite":
        yield _cast(request.getfixturevalue("standing_house"))
        return
    url, folder = request.getfixturevalue("_migrated_postgres"), tmp_path_factory.mktemp("house")
    empty(url)
    with house_of(url, request.getfixturevalue("redis_server"), folder) as found:
        yield _cast(found)


def _cast(house: House) -> Cast:
    house.app.config["WTF_CSRF_METHODS"] = set()
    actors = {one.name: one for one in (*house.machines(), *house.office_people())}
    return Cast(house, {**actors, "citizen": house.citizen("bound")})


def empty(url: str) -> None:
    """Leave no row of other tests."""
    engine = make_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        connection.exec_driver_sql(f"TRUNCATE {', '.join(metadata.tables)}")
    engine.dispose()


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    document = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


@pytest.mark.parametrize("walk", WALKS)
def test_words_that_attackers_type(cast: Cast, walk: str) -> None:
    if (cast.house.core.engine.dialect.name == "postgresql") != (
        walk == ZERO or walk.startswith("databases")
    ):
        pytest.skip("what breaks pages is tried over SQLite, what breaks databases over the strict one")
    wrong = []
    for method, path, operation in operations():
        words = itertools.cycle(WALKS[walk])
        for answer in knocks(cast.house, cast.actors, method, path, operation, words):
            if found := problem(answer, path):
                wrong.append(f"{method} {path}: {found}")
    assert not wrong, "\n".join(wrong)


def knocks(
    house: House,
    actors: dict[str, Actor],
    method: str,
    path: str,
    operation: dict[str, Any],
    words: Iterator[str],
) -> Iterator[TestResponse]:
    """Words in the path; then in every field of the page that a real address opens."""
    rule = path.replace("{", "<").replace("}", ">")
    actor = _actor(house, actors, path)
    parameters = operation.get("parameters", [])
    asked = [one["name"] for one in parameters if one["in"] == "query"]
    filled = rule
    for one in parameters:
        if one["in"] == "path":
            word = next(words)
            inside = "1" if one["schema"]["type"] == "integer" and not word.isdigit() else word
            filled = filled.replace(f"<{one['name']}>", quote(inside, safe=""))
    places = {filled, path_for(house, actor, rule)} if asked or "requestBody" in operation else {filled}
    for where in sorted(places):
        query = urlencode({name: next(words) for name in (*asked, *QUERY)})
        yield _send(house, actor, method, where, query, operation, words)


def _send(
    house: House,
    actor: Actor,
    method: str,
    where: str,
    query: str,
    operation: dict[str, Any],
    words: Iterator[str],
) -> TestResponse:
    client = house.app.test_client()
    if actor.cookie:
        client.set_cookie("nhi_console", actor.cookie, domain="localhost")
    bodies = operation.get("requestBody", {}).get("content", {})
    names = (name for schema in bodies.values() for name in schema["schema"].get("properties", {}))
    fields = {name: next(words) for name in names if name != "file"}
    sent: dict[str, Any] = {"data": fields}
    if "application/json" in bodies:
        raw = json.dumps(fields).encode()
        sent = {"data": raw, "headers": actor.sign(method, where, raw)}
    elif method == "GET":
        sent = {"headers": actor.sign(method, where, b"")}
        where = where if where.startswith("/kiosk") else f"{where}?{query}"
    return client.open(where, method=method, **sent)


def _actor(house: House, actors: dict[str, Actor], path: str) -> Actor:
    if path.startswith("/console"):
        stage = {"code": Stage.CODE, "enrol": Stage.ENROL}.get(path.rsplit("/", 1)[1], Stage.FULL)
        return Actor("chief", house.session("chief", stage))
    known = {
        "/kiosk": "kiosk",
        "/line": "line",
        "/pay/callbacks": "gateway",
        "/metrics": "monitoring",
        "/n/": "clerk",
    }
    return actors[next((name for start, name in known.items() if path.startswith(start)), "citizen")]


def problem(answer: TestResponse, path: str) -> str | None:
    """Return what is wrong with an answer."""
    said, place = words_of(answer), answer.headers.get("Location", "")
    page, plain = answer.mimetype == "text/html", answer.mimetype in ("text/csv", "text/plain")
    wrong = {
        f"status {answer.status_code}": answer.status_code >= 500 and path != "/health/ready",
        "a header of the caller's": "X-Evil" in answer.headers,
        "leads away": place.startswith(("//", "/\\", EVIL)) or "localhost" in place or "\r" in place,
        "a file of the machine": "root:" in said,
        "markup came through": "<script>alert" in said and not plain,
        "a picture came through": page and "<img src=x" in said,
        "a template worked it out": page and any(word in said for word in (RESULT, "<Config", "class 'str'")),
    }
    return next((words for words, found in wrong.items() if found), None)
