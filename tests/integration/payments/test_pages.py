from __future__ import annotations

import json
import re

import polib  # type: ignore[import-untyped]  # ships no types
import pytest

from bot.pay.words import words
from bot.rendering.catalogue import PLACEHOLDER, po_path
from nhi_core.sandbox_gateway import HEADER, sign
from nhi_core.wire import LANGUAGES
from tests.factories.domain import make_person
from tests.integration.payments.conftest import Web

AMOUNT = 3469  # 3,304 and a late fee at its cap


def text(key: str, language: str = "en", **args: object) -> str:
    return words(language).text(key, args)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_what_is_paid_and_how_in_every_language(web: Web, language: str) -> None:
    answer = web.browser.get(web.link(language))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert f'<html lang="{language}">' in page
    assert "3,469" in page
    for key in ("title", "channel.store", "channel.ebill", "safety"):
        assert text(key, language) in page
    for secret in (web.till.person.name, web.till.person.number):
        assert secret not in page


def test_the_page_is_locked_down(web: Web) -> None:
    answer = web.browser.get(web.link())
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script" not in policy
    assert "unsafe" not in policy
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers
    page = answer.get_data(as_text=True)
    assert "<script" not in page
    assert "style=" not in page


def test_looking_starts_nothing(web: Web) -> None:
    page = web.link()
    for _ in range(3):
        web.browser.get(page)
    assert web.till.attempts(web.till.orders()[0].id) == ()


def test_the_whole_way(web: Web) -> None:
    page = web.link("en")
    end = web.decide(web.start(page, AMOUNT), "approve")
    assert text("state.paid") in end
    assert web.till.arrears().total == 0
    receipt = web.browser.get(page.partition("?")[0] + "/receipt.pdf")
    assert receipt.mimetype == "application/pdf"
    assert receipt.data.startswith(b"%PDF")


@pytest.mark.parametrize(
    ("what", "state", "booked"),
    [
        ("refuse", "open", 0),
        ("twice", "paid", AMOUNT),
        ("other", "review", AMOUNT - 100),
        ("cancel", "pending", 0),
    ],
)
def test_the_person_is_told_the_truth(web: Web, what: str, state: str, booked: int) -> None:
    end = web.decide(web.start(web.link("en"), AMOUNT), what)
    wanted = {
        "open": "choose",
        "paid": "state.paid",
        "review": "state.review",
        "pending": "state.pending",
    }[state]
    assert text(wanted) in end
    assert sum(payment.amount for payment in web.till.payments()) == booked


def test_a_callback_that_comes_late(web: Web) -> None:
    page = web.link("en")
    gateway = web.start(page, AMOUNT)
    web.decide(gateway, "late")
    web.clock.advance(hours=5)
    assert web.till.payments() == ()
    web.decide(gateway, "call")
    assert sum(payment.amount for payment in web.till.payments()) == AMOUNT
    assert text("state.paid") in web.follow(page)


def test_a_gateway_that_falls_silent_is_asked_until_it_answers(web: Web) -> None:
    page = web.link("en")
    gateway = web.start(page, AMOUNT)
    assert text("state.pending") in web.decide(gateway, "silent")
    web.core.payments.reconcile()
    web.decide(gateway, "wake")
    web.clock.advance(minutes=30)
    web.core.payments.reconcile()
    assert text("state.paid") in web.follow(page)


def test_an_amount_that_is_not_the_pages_is_not_paid(web: Web) -> None:
    path = web.link("en").partition("?")[0]
    answer = web.browser.post(f"{path}/start/sandbox", data={"amount": "1", "lang": "en"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert text("note.changed") in page
    # The languages lead to the page, not to the form's address, which only takes forms.
    assert f'href="{path}?lang=th"' in page


def test_gateways_without_a_contract_are_not_there(web: Web) -> None:
    page = web.browser.get(web.link()).get_data(as_text=True)
    assert "LINE Pay" not in page
    path = web.link().partition("?")[0]
    answer = web.browser.post(f"{path}/start/line_pay", data={"amount": str(AMOUNT)})
    assert answer.status_code == 409
    assert web.browser.post("/pay/callbacks/line_pay", data=b"{}").status_code == 404


def test_forged_callbacks_and_forged_links(web: Web) -> None:
    gateway = web.start(web.link("en"), AMOUNT)
    body = json.dumps({"order": gateway.rsplit("/", 1)[1], "status": "paid", "amount": AMOUNT}).encode()
    for headers in ({}, {HEADER: "0" * 64}, {HEADER: sign(body + b" ")}):
        assert web.browser.post("/pay/callbacks/sandbox", data=body, headers=headers).status_code == 401
    # A good signature over a lie: the gateway is asked, and says no.
    assert (
        web.browser.post("/pay/callbacks/sandbox", data=body, headers={HEADER: sign(body)}).status_code == 200
    )
    assert web.till.payments() == ()
    for path in ("/pay/rubbish", "/pay/a.1.b.c", "/pay/rubbish/back", "/pay/rubbish/show/store"):
        assert web.browser.get(path).status_code == 410


def test_after_the_binding_changed_the_link_shows_nothing(web: Web) -> None:
    page = web.link("en")
    web.till.rebind(make_person(key="another"))
    answer = web.browser.get(page)
    assert answer.status_code == 410
    assert "3,469" not in answer.get_data(as_text=True)


def test_store_barcodes_and_the_agencys_qr(web: Web) -> None:
    path = web.link("en").partition("?")[0]
    store = web.browser.get(f"{path}/show/store?lang=en").get_data(as_text=True)
    assert store.count('<svg class="code"') == 3
    segments = re.findall(r'<p class="digits" aria-hidden="true">([^<]+)</p>', store)
    assert [len(segment) for segment in segments] == [9, 16, 15]
    assert segments[0] == "150910000"
    assert segments[2].endswith("000003469")
    twqr = web.browser.get(f"{path}/show/twqr?lang=en").get_data(as_text=True)
    assert "<svg" in twqr
    assert text("made_up") in twqr
    assert web.browser.get(f"{path}/show/carrier-pigeon").status_code == 409


@pytest.mark.parametrize("language", LANGUAGES)
def test_pay_texts_are_complete_and_alike(language: str) -> None:
    def texts(one: str) -> dict[str, str]:
        return {entry.msgid: entry.msgstr for entry in polib.pofile(str(po_path(one, "pay")))}

    mine, reference = texts(language), texts("zh-TW")
    assert mine.keys() == reference.keys()
    for key, value in mine.items():
        assert value, key
        assert set(PLACEHOLDER.findall(value)) == set(PLACEHOLDER.findall(reference[key])), key
