"""The way in through the pages, with the real hashes: steps, cookies, where it leads, and the way out."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from bot.app import create_app
from nhi_core import sandbox
from nhi_core.bootstrap import build
from nhi_core.domain.staff import StaffRole
from nhi_core.security.passwords import ArgonPasswords
from nhi_core.security.timecodes import Totp
from nhi_core.services.staff import COMMAND_LINE
from nhi_core.settings import Settings
from tests.fakes.clock import FakeClock
from tests.fakes.limiter import FakeLimiter
from tests.fakes.vault import FakeVault
from tests.integration.console.conftest import Browser, Desk


@pytest.fixture
def real(desk: Desk) -> Desk:
    """The desk whose reviewer has a real hash."""
    with desk.core.uow() as uow:
        uow.staff.set_password("sandbox-reviewer", ArgonPasswords().hash(sandbox.STAFF_PASSWORD))
        uow.commit()
    return desk


def password(browser: Browser, value: str = sandbox.STAFF_PASSWORD, username: str = "reviewer") -> int:
    data: dict[str, object] = {"username": username, "password": value}
    return browser.post("/console/sign-in", data, page="/console/sign-in").status_code


def test_both_steps_lead_to_the_page_that_was_asked_for(real: Desk) -> None:
    browser = real.browser()
    assert browser.get("/console/applications?state=approved").location == "/console/sign-in"
    assert password(browser) == 303
    code = Totp().code(sandbox.totp_secret_for("reviewer"))
    answer = browser.post("/console/sign-in/code", {"code": code}, page="/console/sign-in/code")
    assert (answer.status_code, answer.location) == (303, "/console/applications?state=approved")
    assert browser.get("/console/applications").status_code == 200


def test_a_wrong_password_and_an_unknown_name_look_the_same(real: Desk) -> None:
    pages = []
    for username in ("reviewer", "nobody"):
        browser = real.browser()
        assert password(browser, "wrong", username) == 403
        data: dict[str, object] = {"username": username, "password": "wrong"}
        text = browser.post("/console/sign-in", data, page="/console/sign-in").text
        pages.append("\n".join(line for line in text.splitlines() if "csrf_token" not in line))
    assert pages[0] == pages[1]
    assert "帳號或密碼不對" in pages[0]


def test_too_many_tries_are_told_to_wait(real: Desk) -> None:
    browser = real.browser()
    answers = [password(browser, "wrong") for _ in range(11)]
    assert answers == [403] * 10 + [429]


def test_the_token_changes_with_each_step_and_the_old_one_is_dead(real: Desk) -> None:
    browser = real.browser()
    password(browser)
    half = browser.client.get_cookie("nhi_console")
    code = Totp().code(sandbox.totp_secret_for("reviewer"))
    browser.post("/console/sign-in/code", {"code": code}, page="/console/sign-in/code")
    full = browser.client.get_cookie("nhi_console")
    assert half is not None
    assert full is not None
    assert half.value != full.value
    browser.client.set_cookie("nhi_console", half.value, domain="localhost")
    assert browser.get("/console/applications").location == "/console/sign-in"


def test_signing_out_ends_the_row_and_not_only_the_cookie(real: Desk) -> None:
    browser = real.as_("reviewer")
    token = browser.client.get_cookie("nhi_console")
    assert token is not None
    browser.post("/console/sign-out")
    browser.client.set_cookie("nhi_console", token.value, domain="localhost")
    assert browser.get("/console/").location == "/console/sign-in"


def test_the_first_sign_in_sets_everything_up_and_shows_the_recovery_codes_once(desk: Desk) -> None:
    new = desk.core.staff.add("mei.wang", "王美", [StaffRole.EDITOR], by=COMMAND_LINE)
    browser = desk.browser()
    assert password(browser, new.password, "mei.wang") == 303
    assert browser.get("/console/").location == "/console/sign-in/enrol"
    page = browser.get("/console/sign-in/enrol").text
    assert "<svg" in page
    secret = page.partition('<code class="secret">')[2].partition("</code>")[0].replace(" ", "")
    data: dict[str, object] = {
        "password": "a sentence of mine",
        "again": "a sentence of mine",
        "code": Totp().code(secret),
    }
    differs = browser.post("/console/sign-in/enrol", {**data, "again": "x"}, page="/console/sign-in/enrol")
    assert (differs.status_code, "兩次輸入的密碼不同" in differs.text) == (400, True)
    done = browser.post("/console/sign-in/enrol", data, page="/console/sign-in/enrol")
    assert done.text.count("<li><code>") == 10
    assert browser.get("/console/").status_code == 200
    assert "10 組備用驗證碼" in browser.get("/console/account").text


def test_own_sessions_are_listed_and_one_can_be_ended(real: Desk) -> None:
    mine, other = real.as_("reviewer"), real.as_("reviewer")
    page = mine.get("/console/account").text
    path = page.partition('action="/console/account/sessions/')[2].partition('"')[0]
    mine.post(f"/console/account/sessions/{path}")
    assert other.get("/console/").location == "/console/sign-in"
    assert mine.get("/console/").status_code == 200


def test_anothers_session_cannot_be_ended(real: Desk) -> None:
    other = real.as_("editor")
    [session] = real.core.sign_in.sessions("sandbox-editor")
    real.as_("reviewer").post(f"/console/account/sessions/{session.id}/end")
    assert other.get("/console/").status_code == 200


@pytest.fixture
def safe(migrated_sqlite_url: str) -> Iterator[FlaskClient]:
    """The console at an https address."""
    clock = FakeClock()
    settings = Settings.load(
        env_file=None, NHI_DATABASE_URL=migrated_sqlite_url, NHI_PUBLIC_URL="https://counter.example.test"
    )
    core = build(settings, clock=clock, limiter=FakeLimiter(clock), vault=FakeVault(clock))
    new = core.staff.add("mei.wang", "王美", [StaffRole.EDITOR], by=COMMAND_LINE)
    app = create_app(settings, core, enqueue=lambda *_: None, tell=lambda *_: None)
    client = app.test_client()
    client.environ_base["first_password"] = new.password
    yield client
    core.close()


def test_on_https_cookies_are_for_this_host_and_for_https_alone(safe: FlaskClient) -> None:
    base = "https://counter.example.test"
    page = safe.get("/console/sign-in", base_url=base)
    token = page.text.partition('name="csrf_token" value="')[2].partition('"')[0]
    data = {
        "csrf_token": token,
        "username": "mei.wang",
        "password": safe.environ_base["first_password"],
    }
    headers = {"Referer": f"{base}/console/sign-in"}
    answer = safe.post("/console/sign-in", data=data, base_url=base, headers=headers)
    assert answer.status_code == 303
    cookies = page.headers.getlist("Set-Cookie") + answer.headers.getlist("Set-Cookie")
    assert {cookie.partition("=")[0] for cookie in cookies} == {
        "__Host-nhi_console",
        "__Host-nhi_console_form",
    }
    for cookie in cookies:
        parts = {part.strip() for part in cookie.split(";")}
        assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= parts
        assert not any(part.startswith("Domain") for part in parts)


def test_on_https_a_form_from_elsewhere_is_refused(safe: FlaskClient) -> None:
    base = "https://counter.example.test"
    page = safe.get("/console/sign-in", base_url=base)
    token = page.text.partition('name="csrf_token" value="')[2].partition('"')[0]
    answer = safe.post(
        "/console/sign-in",
        data={"csrf_token": token, "username": "a", "password": "b"},
        base_url=base,
        headers={"Referer": "https://evil.example/"},
    )
    assert answer.status_code == 400
