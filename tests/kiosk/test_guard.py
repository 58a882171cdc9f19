"""Attacks on the companion from the same machine: other pages, other names, other programs."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from card_kiosk.companion import Act
from card_kiosk.ui.app import create_app
from card_kiosk.ui.hub import Hub

TOKEN = "entry-token-of-this-start"
BASE = "http://127.0.0.1:8020"
BODY = {"seq": 1, "act": "touch"}


class Page:
    """A browser that entered by the right address."""

    def __init__(self, client: FlaskClient, acts: list[Act]) -> None:
        self.client, self.acts = client, acts
        client.get(f"/enter?t={TOKEN}", base_url=BASE)
        found = re.search(r'kiosk-token" content="([^"]+)"', client.get("/", base_url=BASE).text)
        assert found
        self.token = found[1]

    def post(self, base: str = BASE, **headers: str) -> int:
        given = {"Origin": BASE, "Sec-Fetch-Site": "same-origin", "X-Kiosk-Token": self.token}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        given = {name: value for name, value in given.items() if value}
        return self.client.post("/act", json=BODY, headers=given, base_url=base).status_code


@pytest.fixture
def acts() -> list[Act]:
    return []


@pytest.fixture
def client(acts: list[Act]) -> FlaskClient:
    hub = Hub()
    hub.publish({"seq": 1, "screen": "idle"})

    def act(given: Act) -> str:
        acts.append(given)
        return "ok"

    return create_app(hub, act, token=TOKEN, ports={8020}).test_client()  # type: ignore[arg-type]


@pytest.fixture
def page(client: FlaskClient, acts: list[Act]) -> Iterator[Page]:
    return Page(client, acts)  # type: ignore[return-value]


def test_the_page_itself_may_touch(page: Page) -> None:
    assert page.post() == 200
    assert page.acts == [Act(1, "touch", "")]


@pytest.mark.parametrize(
    ("what", "headers", "status"),
    [
        ("another origin", {"Origin": "https://evil.example"}, 403),
        ("another port of this machine", {"Origin": "http://127.0.0.1:9000"}, 403),
        ("no origin at all: another program", {"Origin": ""}, 403),
        ("a sandboxed page", {"Origin": "null"}, 403),
        ("another site that forged nothing", {"Sec_Fetch_Site": "cross-site"}, 403),
        ("another port is the same site", {"Sec_Fetch_Site": "same-site"}, 403),
        ("without the page's token", {"X_Kiosk_Token": ""}, 403),
        ("with a guessed token", {"X_Kiosk_Token": "guess"}, 403),
    ],
)
def test_nobody_else_may_touch(page: Page, what: str, headers: dict[str, str], status: int) -> None:
    assert page.post(**headers) == status, what
    assert page.acts == []


@pytest.mark.parametrize(
    "base", ["http://evil.example:8020", "http://192.168.1.5:8020", "http://127.0.0.1:80"]
)
def test_another_name_is_refused_even_with_everything_else_right(page: Page, base: str) -> None:
    """DNS rebinding: a name of the attacker that points to this machine."""
    assert page.post(base, Origin=base) == 421
    assert page.acts == []


@pytest.mark.parametrize("path", ["/", "/events", "/words/en.json"])
def test_another_local_program_sees_nothing_without_the_entry_token(client: FlaskClient, path: str) -> None:
    assert client.get(path, base_url=BASE).status_code == 403
    assert client.get("/enter?t=guess", base_url=BASE).status_code == 403
    assert client.get("/enter", base_url=BASE).status_code == 403
    assert client.get(path, base_url=BASE).status_code == 403


def test_the_live_view_is_not_given_to_another_page(page: Page) -> None:
    for site in ("cross-site", "same-site", "none"):
        answer = page.client.get("/events", base_url=BASE, headers={"Sec-Fetch-Site": site})
        assert answer.status_code == 403
    answer = page.client.get("/events", base_url=BASE, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 200
    assert answer.mimetype == "text/event-stream"
    answer.close()


def test_no_answer_may_be_kept_framed_or_read_by_others(page: Page) -> None:
    for path in ("/", "/words/en.json", "/static/css/base.css", "/health", "/nowhere"):
        with page.client.get(path, base_url=BASE) as answer:
            headers = answer.headers
        assert headers["Cache-Control"] == "no-store"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert not [name for name, _value in headers if name.lower().startswith("access-control-")]


def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(client: FlaskClient) -> None:
    cookie = client.get(f"/enter?t={TOKEN}", base_url=BASE).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie


@pytest.mark.parametrize(
    "body", ["", "[]", "{}", '{"seq": true, "act": "x"}', '{"seq": 1, "act": 2}', "x" * 9000]
)
def test_bodies_of_another_shape_are_refused(page: Page, body: str) -> None:
    headers = {"Origin": BASE, "X-Kiosk-Token": page.token}
    answer = page.client.post(
        "/act", data=body, headers=headers, base_url=BASE, content_type="application/json"
    )
    assert answer.status_code in {400, 413}
    assert page.acts == []


def test_a_form_of_another_page_is_refused(page: Page) -> None:
    headers = {"Origin": BASE, "X-Kiosk-Token": page.token}
    answer = page.client.post("/act", data={"seq": 1}, headers=headers, base_url=BASE)
    assert answer.status_code == 415


def test_health_names_the_screen_and_nothing_else(client: FlaskClient) -> None:
    assert client.get("/health", base_url=BASE).get_json() == {"screen": "idle", "problem": None}
