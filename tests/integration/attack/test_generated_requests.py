"""Requests made from our own OpenAPI document, good and bad ones, at every route: no fault of ours, no answer
that the document does not know, nothing of the request in a page as code, and the headers on all of them.

The same requests each time (derandomised): eight for a public route, three for one of the console.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis import Case, GenerationMode
from werkzeug.test import TestResponse

from nhi_core.domain.staff import Stage
from tests.integration.attack.house import Actor, House, words_of
from tests.integration.attack.test_authorisation import path_for

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "openapi" / "web.json"
schema = schemathesis.openapi.from_path(DOCUMENT)
schema.config.generation.update(modes=[GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
schema.config.phases.coverage.enabled = False
schema.config.phases.examples.enabled = False

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Strict-Transport-Security": "max-age=31536000",
}
# Asked before any page: the router, the size, and the session of a console that was left.
ALWAYS = {303, 308, 400, 404, 405, 413}
ACTORS: dict[str, Actor] = {}


def few(examples: int) -> settings:
    return settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


@schema.exclude(path_regex="^/console").parametrize()
@few(8)
def test_whatever_is_sent_to_us(case: Case, standing_house: House) -> None:
    try_both(case, standing_house)


@schema.include(path_regex="^/console").parametrize()
@few(3)
def test_whatever_is_sent_to_the_console(case: Case, standing_house: House) -> None:
    try_both(case, standing_house)


def try_both(case: Case, house: House) -> None:
    """Send it as it was made, and where a token is in the path with a real one as well."""
    house.app.config["WTF_CSRF_METHODS"] = set()
    rule = case.operation.path.replace("{", "<").replace("}", ">")
    for token in ("generated", "real"):
        _judge(case, _send(house, case, rule, token))
        if "token" not in (case.path_parameters or {}):
            break


def _send(house: House, case: Case, rule: str, token: str) -> TestResponse:
    prepared = requests.Request(
        **{k: v for k, v in case.as_transport_kwargs(base_url="http://localhost").items() if k in _REQUEST}
    ).prepare()
    body = prepared.body or b""
    sent = body.encode() if isinstance(body, str) else body if isinstance(body, bytes) else b"".join(body)
    parts = urlsplit(str(prepared.url))
    actor = _actor(house, rule)
    path = path_for(house, actor, rule) if token == "real" else parts.path
    where = path + (f"?{parts.query}" if parts.query else "")
    client = house.app.test_client()
    if actor.cookie:
        client.set_cookie("nhi_console", actor.cookie, domain="localhost")
    headers = {
        name: value
        for name, value in prepared.headers.items()
        if name.lower() not in ("cookie", "content-length", "host") and value.isascii()
    }
    return client.open(
        where,
        method=prepared.method,
        data=sent,
        headers={**headers, **actor.sign(str(prepared.method), where, sent)},
    )


_REQUEST = ("method", "url", "headers", "data", "json", "files", "params")


def _actor(house: House, rule: str) -> Actor:
    if not ACTORS:
        ACTORS.update({one.name: one for one in house.machines()})
        ACTORS["citizen"] = house.citizen("bound")
        ACTORS["clerk"] = house.office_people()[0]
    if rule.startswith("/console"):
        stage = {"code": Stage.CODE, "enrol": Stage.ENROL}.get(rule.rsplit("/", 1)[1], Stage.FULL)
        return Actor("chief", house.session("chief", stage))
    by_door = {
        "/kiosk": "kiosk",
        "/line": "line",
        "/pay/callbacks": "gateway",
        "/metrics": "monitoring",
        "/n/": "clerk",
    }
    name = next((actor for start, actor in by_door.items() if rule.startswith(start)), "citizen")
    return ACTORS[name]


def _judge(case: Case, answer: TestResponse) -> None:
    where = f"{case.method} {case.operation.path}"
    known = {int(status) for status in case.operation.definition.raw["responses"]}
    assert answer.status_code < 500 or (answer.status_code == 503 and "/health/ready" in where), where
    assert answer.status_code in known | ALWAYS, (where, answer.status_code)
    for name, value in HEADERS.items():
        assert answer.headers[name] == value, where
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Referrer-Policy"] in ("no-referrer", "same-origin")
    if "/static/" not in where:
        assert answer.headers["Cache-Control"] == "no-store", where
    for cookie in answer.headers.getlist("Set-Cookie"):
        assert "HttpOnly" in cookie, where
        assert "SameSite=Lax" in cookie, where
    assert "Traceback" not in words_of(answer)
