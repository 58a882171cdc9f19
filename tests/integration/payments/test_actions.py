"""What the chat answers about paying."""

from __future__ import annotations

import dataclasses

import pytest

from actions.base import Answer, Asked, CounterAction
from actions.payments import AskPaymentChannels, PayAtStore, PayPremium, RequestPaymentCertificate
from bot.rendering import render
from nhi_core.domain.payment import PaymentTooSoon
from nhi_core.services.turns import TurnContext
from nhi_core.services.views import to_json
from nhi_core.wire import LANGUAGES
from tests.integration.payments.conftest import Web

NOTHING_SAID = Asked({}, None, ())


def ask(web: Web, action: type[CounterAction], account: str = "account", language: str = "en") -> Answer:
    return action(web.core).answer(TurnContext(account, language, {}), NOTHING_SAID)


def shown(answer: Answer, language: str = "en") -> str:
    view = to_json(answer.view) if answer.view is not None else {}
    return str(render(answer.template, {**(answer.args or {}), **view}, language=language, session="s"))


def test_who_owes_gets_a_link_that_opens(web: Web) -> None:
    answer = ask(web, PayPremium)
    assert answer.template == "pay_link"
    link = to_json(answer.view)["url"]
    assert isinstance(link, str)
    assert "3,469" in web.follow(link)
    # What the dialogue engine carries names neither an amount nor an address.
    assert answer.args == {"store": False}


def test_at_the_store_the_barcodes_open(web: Web) -> None:
    answer = ask(web, PayAtStore)
    link = to_json(answer.view)["store_url"]
    assert isinstance(link, str)
    assert web.follow(link).count('<svg class="code"') == 3


@pytest.mark.parametrize(("action", "template"), [(PayPremium, "pay_premium"), (PayAtStore, "pay_at_store")])
def test_who_is_not_bound_hears_how_one_pays(web: Web, action: type[CounterAction], template: str) -> None:
    assert ask(web, action, "stranger").template == template


def test_who_has_paid_is_told_so_and_gets_the_record(web: Web) -> None:
    assert ask(web, RequestPaymentCertificate).template == "request_payment_certificate"
    page = web.link()
    web.decide(web.start(page, 3469), "approve")
    answer = ask(web, PayPremium)
    assert (answer.template, answer.args) == ("pay_not_now", {"why": "nothing"})
    record = ask(web, RequestPaymentCertificate)
    assert "3,469" in shown(record)
    link = to_json(record.view)["url"]
    assert isinstance(link, str)
    path = link.split("8000", 1)[1]
    assert web.browser.get(path).mimetype == "application/pdf"


def test_a_fresh_binding_is_told_to_wait(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    def too_soon(*_args: object, **_kwargs: object) -> None:
        raise PaymentTooSoon

    monkeypatch.setattr(web.core.payments, "order", too_soon)
    assert ask(web, PayPremium).args == {"why": "too_soon"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_ways_to_pay_are_those_there_are(web: Web, language: str) -> None:
    answer = ask(web, AskPaymentChannels, language=language)
    view = to_json(answer.view)
    assert isinstance(view["ways"], list)
    assert [way["key"] for way in view["ways"] if isinstance(way, dict)] == [
        "sandbox",
        "twqr",
        "store",
        "ebill",
        "nhia",
        "counter",
    ]
    assert shown(answer, language)


def test_above_a_stores_limit_there_are_no_barcodes(web: Web) -> None:
    with web.till.store() as uow:
        bills = uow.bills.of_payer("payer")
        uow.bills.replace(
            "payer", bills=[dataclasses.replace(bills[0], amount=25_000)], payments=[], plans=[]
        )
        uow.commit()
    assert ask(web, PayAtStore).template == "pay_at_store"
    path = web.link("en").partition("?")[0]
    assert web.browser.get(f"{path}/show/store").status_code == 409
