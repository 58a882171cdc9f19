"""Every page × every role; forms without our token; cookies and headers."""

from __future__ import annotations

import re

import pytest
from flask import Flask, url_for

from bot.console.blueprint import Console
from bot.console.gate import Access
from nhi_core.domain.staff import StaffRole, Stage
from tests.integration.console.conftest import Desk


def accesses(app: Flask) -> dict[str, Access]:
    """Return what each console endpoint says of itself, read from the views themselves."""
    return {
        name.removeprefix("console."): view.console_access
        for name, view in app.view_functions.items()
        if name.startswith("console.") and name != "console.static"
    }


def addresses(app: Flask) -> list[tuple[str, str, str]]:
    """Return (endpoint, method, path) of every console page, with made-up ids."""
    found = []
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if not rule.endpoint.startswith("console.") or rule.endpoint == "console.static":
                continue
            values = {
                name: "1" if "int" in str(rule._converters[name]).lower() else "x" for name in rule.arguments
            }
            path = url_for(rule.endpoint, **values)
            found += [
                (rule.endpoint.removeprefix("console."), method, path)
                for method in sorted((rule.methods or set()) & {"GET", "POST"})
            ]
    return found


OPEN = {"sign_in", "sign_in_try", "lost"}


def test_only_the_sign_in_is_open_to_anybody(desk: Desk) -> None:
    open_pages = {name for name, access in accesses(desk.app).items() if access.stage is None}
    assert open_pages - {"outside", "outside_back"} == OPEN


def test_without_a_session_every_page_leads_to_the_sign_in(desk: Desk) -> None:
    known = accesses(desk.app)
    for endpoint, method, path in addresses(desk.app):
        if known[endpoint].stage is None:
            continue
        browser = desk.browser()
        answer = browser.get(path) if method == "GET" else browser.post(path, page="/console/sign-in")
        assert (answer.status_code, answer.location) == (303, "/console/sign-in"), (method, path)


@pytest.mark.parametrize("role", list(StaffRole))
def test_a_role_opens_its_pages_and_no_others(desk: Desk, role: StaffRole) -> None:
    browser, known = desk.as_(role.value), accesses(desk.app)
    for endpoint, method, path in addresses(desk.app):
        access = known[endpoint]
        if access.stage is not Stage.FULL or endpoint in {"sign_out", "account_end_all"}:
            continue
        answer = browser.get(path) if method == "GET" else browser.post(path)
        allowed = role in access.roles
        assert (answer.status_code == 403) == (not allowed), (role, method, path, answer.status_code)
        assert answer.status_code < 500, (role, method, path)


def test_a_half_open_session_opens_no_page(desk: Desk) -> None:
    browser = desk.browser()
    with desk.core.uow() as uow:
        member = uow.staff.by_username("admin")
        assert member is not None
        token = desk.core.sign_in._open(uow, member.id, Stage.CODE, "test").token
        uow.commit()
    browser.client.set_cookie("nhi_console", token, domain="localhost")
    for path in ("/console/", "/console/kiosks", "/console/account"):
        assert browser.get(path).location == "/console/sign-in/code"


def test_a_form_without_our_token_changes_nothing(desk: Desk) -> None:
    browser = desk.as_("admin")
    answer = browser.client.post("/console/kiosks/enrol", data={"name": "Lobby"})
    assert answer.status_code == 400
    assert "表單已失效" in answer.text
    assert desk.core.kiosks.all() == ()


def test_a_view_that_names_no_role_cannot_be_registered(desk: Desk) -> None:
    console = Console(desk.core, desk.app.blueprints["console"])  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="who may open it"):
        console.add("open", "/open", lambda: "")


def test_pages_are_closed_to_everything_foreign(desk: Desk) -> None:
    answer = desk.browser().get("/console/sign-in")
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Cache-Control"] == "no-store"
    assert not re.search(r"<script(?![^>]*src=)|\son[a-z]+=|\sstyle=", answer.text)


def test_an_unknown_page_says_so_in_words(desk: Desk) -> None:
    answer = desk.as_("auditor").get("/console/nothing/here")
    assert (answer.status_code, "找不到" in answer.text) == (404, True)
    assert desk.browser().get("/console/nothing").status_code == 404
