"""A citizen at the kiosk, on the whole product: card, question, phone, and only then the binding."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest

from card_kiosk.testing import KioskDriver
from tests.plugins.product import Product, button, texts

pytestmark = pytest.mark.stack

# Household numbers of the made-up people are published in docs/sandbox-households.md.
STORY = "two_month_not_due"


@pytest.fixture
def kiosk(product: Product) -> Iterator[KioskDriver]:
    driver = KioskDriver(product.stack.kiosk_address())
    driver.wait_for("idle", timeout=30)
    yield driver
    driver.pull()
    driver.wait_for("idle", timeout=30)
    driver.close()


def household_of(product: Product, story: str) -> str:
    """Read the made-up second fact where the sandbox publishes it."""
    rows = json.loads(product.stack.cli("people", "--json"))
    return str(next(row["household_number"] for row in rows if row["story"] == story))


def show_code(kiosk: KioskDriver, household: str, story: str = STORY) -> None:
    kiosk.insert(story)
    kiosk.wait_for("card")
    assert kiosk.act("relation", "self") == "ok"
    assert kiosk.act("agree") == "ok"
    kiosk.wait_for("fact")
    assert kiosk.act("fact", household) == "ok"
    kiosk.wait_for("code")


def test_a_card_is_bound_when_phone_and_kiosk_say_so(product: Product, kiosk: KioskDriver) -> None:
    household = household_of(product, STORY)
    began = time.monotonic()
    show_code(kiosk, household)
    proposal = product.say("clerk-7", kiosk.scanned())
    digits = kiosk.wait_for("compare")["digits"]
    assert digits in texts(proposal), "the phone shows the same two digits"
    answered = product.tap("clerk-7", button(proposal, "confirm_binding"))
    assert kiosk.act("same") == "ok"
    kiosk.wait_for("done")
    took = time.monotonic() - began
    assert answered
    assert took < 10
    kiosk.pull()
    assert "person" not in kiosk.wait_for("idle")


def test_a_wrong_household_number_shows_no_code(product: Product, kiosk: KioskDriver) -> None:
    kiosk.insert("not_due")
    kiosk.wait_for("card")
    kiosk.act("relation", "self")
    kiosk.act("agree")
    kiosk.wait_for("fact")
    kiosk.act("fact", "F9099999")
    view = kiosk.wait_for("fact")
    assert view["fact"]["wrong"] == "match"


def test_a_card_pulled_before_the_phone_answers_binds_nobody(product: Product, kiosk: KioskDriver) -> None:
    household = household_of(product, "in_grace")
    show_code(kiosk, household, "in_grace")
    typed = kiosk.scanned()
    kiosk.pull()
    view = kiosk.wait_for("problem")
    assert view["problem"] == "card_removed"
    time.sleep(1)
    answer = product.say("clerk-8", typed)
    assert "confirm_binding" not in str(answer)
