"""Instalments and payments as a citizen goes through them: chat, payment page, gateway, staff, push."""

from __future__ import annotations

import re
import time
from urllib.parse import urlsplit

import pytest
import requests

from tests.plugins.product import Json, Product, button, buttons, nodes, texts

pytestmark = pytest.mark.stack


class Browser:
    """A person's browser at the payment pages."""

    def __init__(self, product: Product) -> None:
        """Reach the pages where the product listens, whatever its public address says."""
        self._base = f"http://127.0.0.1:{product.stack.ports['web']}"
        self._http = requests.Session()

    def look(self, address: str) -> str:
        parts = urlsplit(address)
        answer = self._http.get(f"{self._base}{parts.path}?{parts.query}", timeout=20)
        assert answer.status_code == 200, answer.status_code
        return answer.text

    def pay(self, address: str, what: str) -> str:
        """Press the sandbox gateway's button, decide there, come back; return the page it ends on."""
        amount = re.search(r'name="amount" value="(\d+)"', self.look(address))
        assert amount, "the page offers no way to pay"
        path = urlsplit(address).path
        gateway = self._press(f"{path}/start/sandbox", amount=amount[1], lang="zh-TW")
        return self.look(self._press(urlsplit(gateway).path, do=what))

    def _press(self, path: str, **form: str) -> str:
        answer = self._http.post(f"{self._base}{path}", data=form, timeout=20, allow_redirects=False)
        assert answer.status_code == 303, (path, answer.status_code)
        return answer.headers["Location"]


@pytest.fixture
def browser(product: Product) -> Browser:
    return Browser(product)


def link(messages: list[Json]) -> str:
    """Return the address of the payment page in an answer."""
    found = [str(node["uri"]) for node in nodes(messages) if "/pay/" in str(node.get("uri", ""))]
    assert found, texts(messages)
    return found[0]


def tap_on(messages: list[Json], **entities: str) -> str:
    """Return the data of the button with these entities."""
    wanted = {f"{name}={value}" for name, value in entities.items()}
    found = [data for data in buttons(messages) if wanted <= set(data.split("&"))]
    assert found, (entities, buttons(messages))
    return found[0]


def owed(product: Product, who: str) -> str:
    return texts(product.say(who, "我還欠多少健保費？"))


def pushed(product: Product, who: str, sent: int, *, seconds: float = 90) -> list[Json]:
    """Wait for what the bot says by itself, after it had sent `sent` messages; return it."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        history = product.line.history(product.line.person(who))
        if len(history) > sent:
            return history[sent:]
        time.sleep(0.5)
    raise AssertionError("no push came")


def test_from_the_question_to_the_plan_and_its_first_payment(product: Product, browser: Browser) -> None:
    who = "clerk-8"
    product.bind(who, "twelve_months")
    terms = product.say(who, "我想申請分期")
    assert "想分幾期？" in texts(terms)
    assert "為什麼想分期？" in texts(product.say(who, "六期"))
    corrected = product.say(who, "不是六期，是十二期")
    assert "為什麼想分期？" in texts(corrected)
    contact = product.tap(who, tap_on(corrected, i="inform", reason="unemployment"))
    assert "怎麼聯絡您？" in texts(contact)
    summary = product.tap(who, tap_on(contact, i="instalment_guide", to="line"))
    assert "請看看對不對" in texts(summary)
    assert "12" in texts(summary)
    sent = product.tap(who, tap_on(summary, i="instalment_guide", to="confirm"))
    assert "申請送出了" in texts(sent)
    code = re.search(r"\b[2-9A-Z]{3}-[2-9A-Z]{3}\b", texts(sent))
    assert code, texts(sent)

    before = len(product.line.history(product.line.person(who)))
    assert "Approved: 12 terms" in product.stack.cli("instalments", "approve", code[0])
    news = pushed(product, who, before)
    assert not re.search(r"\d", texts(news)), "a push names no sum and no number"
    status = product.tap(who, button(news, "query_instalment_status"))
    assert "核准了，等您繳第一期" in texts(status)

    answer = product.tap(who, button(status, "pay_premium"))
    page = browser.pay(link(answer), "approve")
    assert "繳費完成，謝謝您" in page
    assert "1 期，共 12 期" in texts(product.tap(who, button(news, "query_instalment_status")))


def test_approved_is_paid_and_not_yet_posted(product: Product, browser: Browser) -> None:
    who = "clerk-9"
    product.bind(who, "long_arrears")
    assert "繳費完成，謝謝您" in browser.pay(link(product.say(who, "我要繳費")), "approve")
    answer = owed(product, who)
    assert "已繳入帳中" in answer
    assert "已逾期" not in answer


def test_refused_is_still_owed_and_can_be_tried_again(product: Product, browser: Browser) -> None:
    who = "clerk-11"
    product.bind(who, "make_up_saturday")
    before = owed(product, who)
    address = link(product.say(who, "我要繳費"))
    assert "選一種繳費方式" in browser.pay(address, "refuse")
    assert owed(product, who) == before
    assert "繳費完成，謝謝您" in browser.pay(address, "approve")


def test_a_gateway_that_calls_twice_is_paid_once(product: Product, browser: Browser) -> None:
    who = "clerk-1"
    product.bind(who, "lunar_new_year")
    assert "繳費完成，謝謝您" in browser.pay(link(product.say(who, "我要繳費")), "twice")
    answer = owed(product, who)
    assert "已繳入帳中" in answer
    assert "多繳" not in answer
    assert "退" not in answer


def test_another_amount_is_told_as_it_is(product: Product, browser: Browser) -> None:
    who = "clerk-3"
    product.bind(who, "charged_fee")
    address = link(product.say(who, "我要繳費"))
    page = browser.pay(address, "other")
    assert "收到的金額不一樣" in page
    # What is missing is still owed, and nothing more.
    assert re.search(r"(?<!\d)100 元", owed(product, who))
