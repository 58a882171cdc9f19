"""Vectors of the formats: store barcodes, TWQR, and both gateways' signatures."""

from __future__ import annotations

from datetime import UTC, date, datetime
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nhi_core.adapters.payments import jkopay, line_pay
from nhi_core.domain.errors import Invalid
from nhi_core.domain.payment_barcode import build, check_characters, join
from nhi_core.domain.payment_channels import BY_KEY
from nhi_core.domain.payment_twqr import Merchant, nhia_address, payload
from nhi_core.domain.roc import PremiumMonth

LINE_SECRET = "a917ab6a2367b536f8e5a6e2977e06f4"
NONCE = "00000000-0000-4000-8000-000000000001"
JKO_SECRET = "r0odDC1e9LHXDmxuvmOv9bgaWLf2CXB2c4gMheoFucVKNMi1K0Id9zwRHJF1r-kdtAKriKgb11VDlo7Kb8R-FQ"
JKO_ORDER = (
    '{"platform_order_id":"demo-order-001","store_id":"35f12dff-1581-11e9-a054-00505684fd45",'
    '"currency": "TWD","total_price":10,"final_price":10,"unredeem":10,"result_display_url":"https://display.com",'
    '"result_url":"https://result-callback.xxx/xxx"}'
)
MERCHANT = Merchant("FAKE00000000", "00,000000000000000000000000000000000000")


@pytest.mark.parametrize(
    ("first", "second", "head", "amount", "third"),
    [
        ("151231600", "0063123456781155", "1510", 826, "1510AX000000826"),
        ("991231Y01", "ABCDEFGHIKLMNPQR", "1234", 7890, "12349Y000007890"),
        ("151216699", "4595764157321093", "1510", 1548, "151096000001548"),
    ],
)
def test_store_barcode_vectors(first: str, second: str, head: str, amount: int, third: str) -> None:
    assert join(first, second, head, amount).segments == (first, second, third)


def test_a_store_barcode_is_built_from_what_it_means() -> None:
    code = build(
        until=date(2026, 12, 31),
        item="600",
        reference="63123456781155",
        month=PremiumMonth(2026, 10),
        amount=826,
    )
    assert code.segments == ("151231600", "0063123456781155", "1510AX000000826")


@pytest.mark.parametrize("amount", [0, 20_001])
def test_a_store_does_not_take_every_amount(amount: int) -> None:
    with pytest.raises(Invalid):
        build(
            until=date(2026, 12, 31), item="600", reference="1", month=PremiumMonth(2026, 10), amount=amount
        )


def test_the_year_is_of_the_republic_and_its_last_two_digits() -> None:
    for until, first in ((date(2010, 12, 31), "991231000"), (date(2011, 1, 31), "000131000")):
        code = build(until=until, item="000", reference="1", month=PremiumMonth(2010, 12), amount=1)
        assert (code.first, code.third[:4]) == (first, "9912")


@pytest.mark.parametrize(
    ("first", "checks"),
    [("1", "1X"), ("0", "AX"), ("91", "91"), ("9010", "BX"), ("0901", "AY"), ("+%-. $/", "47")],
)
def test_each_check_character_and_each_sign_has_its_value(first: str, checks: str) -> None:
    # + % - . space $ / count 1 2 6 7 8 9 0: odd places 1 + 6 + 8 + 0, even places 2 + 7 + 9, mod 11.
    assert check_characters(first, "", "") == checks


def test_what_code_39_cannot_draw_is_refused() -> None:
    with pytest.raises(Invalid):
        check_characters("15123160台", "0" * 16, "1510000000826")


@given(st.integers(1, 20_000), st.integers(0, 15), st.integers(1, 9))
def test_a_changed_digit_of_the_reference_changes_the_check(amount: int, place: int, add: int) -> None:
    good = "0063123456781155"
    bad = good[:place] + str((int(good[place]) + add) % 10) + good[place + 1 :]
    assert join("151231600", good, "1510", amount).third != join("151231600", bad, "1510", amount).third


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        (
            "/v3/payments/request",
            '{"amount":826,"currency":"TWD","orderId":"DEMO-0001"}',
            "INfWpYrW4mz2NGLW/71iqLZJpEy5EcK+5Xqd3NXeFdo=",
        ),
        ("/v3/payments", "orderId=DEMO-0001", "CGN+qZHSmpaLF4YVReA+3KdtUVQ829C2Gbq0YasWGKU="),
    ],
)
def test_line_pay_signature_vectors(path: str, text: str, expected: str) -> None:
    assert line_pay.signature(LINE_SECRET, path, text, NONCE) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "platform_order_ids=test123,demo-order-001",
            "7778b95890af17c5b41e8cef957f4769e7bfecc79e9f9ee555923293ebd8e880",
        ),
        (JKO_ORDER, "3577609b058ab85c2d0a00a5421a991979ed6b9f549476e9a82476dc1b70d876"),
    ],
)
def test_jkopay_published_vectors(text: str, expected: str) -> None:
    assert jkopay.digest(JKO_SECRET, text) == expected


def test_a_twqr_bill_payload_and_the_agency_address_around_it() -> None:
    twqr = payload(
        merchant=MERCHANT,
        write_off="0000000012345678",
        amount=826,
        due=date(2026, 11, 30),
        until=datetime(2026, 11, 22, 2, 30, tzinfo=UTC),
    )
    assert twqr == (
        "TWQRP://衛生福利部中央健康保險署/158/03/V1?D1=82600&D3=FAKE00000000&D4=20261130&D7=0000000012345678"
        "&D8=個人繳款單&D10=901&D11=00,000000000000000000000000000000000000&D12=20261122103000"
    )
    address = nhia_address(twqr, write_off="0000000012345678", amount=826)
    head, query, inner = address.split("?", 2)
    assert head == "https://cloudicweb.nhi.gov.tw/nhiapp/PayBill/pay.aspx"
    assert query == "billtype=02&billno=0000000012345678&billamt=826"
    assert unquote(inner) == twqr
    assert address.isascii()


@pytest.mark.parametrize("write_off", ["", "1" * 17, "銷帳"])
def test_a_write_off_number_that_is_none_makes_no_payload(write_off: str) -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    with pytest.raises(Invalid):
        payload(merchant=MERCHANT, write_off=write_off, amount=826, due=now.date(), until=now)


def test_what_the_channels_cost_and_take() -> None:
    assert {key: BY_KEY[key].fee for key in ("ebill", "twqr", "line_pay", "jkopay")} == {
        "ebill": 3, "twqr": 3, "line_pay": 0, "jkopay": 0,
    }  # fmt: skip
    assert (BY_KEY["store"].takes(20_000), BY_KEY["store"].takes(20_001)) == (True, False)
    assert BY_KEY["ebill"].url == "https://ebill.ba.org.tw/"
