"""Whatever comes in from outside is read or refused in our own words; nothing else ever happens.

The same inputs each time, a hundred for each reader. atheris was looked at and left out: the readers are a
few hundred lines of Python without native code of ours, so guidance by coverage finds little that these do
not, and it would be a dependency built by a compiler, for the tests alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.events import Event
from bot.mailbox import Mailbox
from bot.rendering import postbacks
from bot.scrub import scrub
from card_kiosk.cards.nhi import CardFormatError, parse
from nhi_core.adapters.payments.jkopay import JkoPay
from nhi_core.adapters.payments.sandbox import SandboxGateway
from nhi_core.domain import evaluation_files, roc
from nhi_core.domain.errors import CounterError, IdentityRefused, Invalid
from nhi_core.domain.identifiers import mask_name, parse_number
from nhi_core.domain.imports import ImportKind, Reject
from nhi_core.domain.imports_rows import SHAPES, RowReader
from nhi_core.domain.offices import clerk_name, office_code
from nhi_core.domain.payment_barcode import join
from nhi_core.domain.staff import checked_password, parse_username
from nhi_core.ports_payments import CallbackForged, RawCallback
from nhi_core.redaction import redact_text
from nhi_core.sandbox_gateway import HEADER, sign
from nhi_core.security import LinkForged, Sealer, Signer, sandbox_rings
from nhi_core.services.notice_files import file_name
from tests.kiosk.records import number, record
from tests.unit.core.test_oidc import BACK, SECRETS, Provider

NOW = datetime(2026, 9, 10, tzinfo=UTC)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
EVENTS = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(
        ("type", "mode", "webhookEventId", "replyToken", "timestamp", "deliveryContext", "postback"), JSON
    )
    | {
        "message": JSON | st.fixed_dictionaries({}, optional={"type": JSON, "text": JSON, "mention": JSON}),
        "source": JSON
        | st.fixed_dictionaries({}, optional={"type": JSON, "userId": JSON, "groupId": JSON, "roomId": JSON}),
    },
)
steady = settings(
    max_examples=100,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@steady
@given(EVENTS)
def test_any_event_has_an_id_a_kind_and_a_mailbox_and_can_be_kept(raw: dict[str, Any]) -> None:
    event = Event.of(raw, NOW)
    assert event.id.isascii()
    assert event.kind
    assert event.mailbox_source
    assert isinstance(event.in_group, bool)
    assert isinstance(event.mentions_us, bool)
    box = Mailbox(None, Sealer(sandbox_rings().seal))  # type: ignore[arg-type]  # packs without Redis
    assert box._pack("box", event)


@steady
@given(st.binary(max_size=80) | st.binary(min_size=57, max_size=57))
def test_any_bytes_are_a_card_or_none(data: bytes) -> None:
    try:
        parse(data)
    except CardFormatError:
        return


@steady
@given(st.integers(0, 56), st.integers(0, 255))
def test_a_card_with_one_wrong_byte_is_read_or_refused(place: int, byte: int) -> None:
    whole = bytearray(record(id_number=number("A1")))
    whole[place] = byte
    try:
        parse(bytes(whole))
    except CardFormatError:
        return


@steady
@given(st.sampled_from(list(ImportKind)), st.lists(st.text(max_size=30), max_size=20))
def test_any_line_of_a_file_is_a_row_or_is_named_as_wrong(kind: ImportKind, cells: list[str]) -> None:
    columns = SHAPES[kind].columns
    found = RowReader(SHAPES[kind], range(len(columns)), len(columns), "2026-11-22").read(2, cells)
    assert isinstance(found, tuple) or all(isinstance(one, Reject) for one in found)


@steady
@given(st.text(max_size=200), st.booleans())
def test_any_text_is_a_file_of_figures_or_none(text: str, head: bool) -> None:
    whole = (",".join(evaluation_files.FIGURE_COLUMNS) + "\n" if head else "") + text
    try:
        evaluation_files.read_figures(whole, offices={"A": "A"}, items={115: ("x",)})
    except Invalid:
        return


@steady
@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_callback_is_an_order_or_forged(body: bytes) -> None:
    gateway = SandboxGateway(None, "https://counter.test")  # type: ignore[arg-type]  # reads no books
    jko = JkoPay(None, store_id="s", api_key="k", secret="s", senders={"10.1.1.1"})  # type: ignore[arg-type]
    for read in (
        lambda: gateway.attempt_of(RawCallback(body, {HEADER: sign(body)}, None)),
        lambda: jko.attempt_of(RawCallback(body, {}, "10.1.1.1")),
    ):
        try:
            assert isinstance(read(), str)
        except CallbackForged:
            continue


def test_a_callback_without_a_bottom_is_forged() -> None:
    body = b"[" * 200_000
    gateway = SandboxGateway(None, "https://counter.test")  # type: ignore[arg-type]
    with pytest.raises(CallbackForged):
        gateway.attempt_of(RawCallback(body, {HEADER: sign(body)}, None))


class Strange(Provider):
    """A provider that answers anything."""

    def __init__(self, answers: dict[str, Any]) -> None:
        super().__init__()
        self.answers = answers

    def _call(self, method: str, url: str, data: Any = None) -> dict[str, Any]:
        found = super()._call(method, url, data)
        return self.answers.get(url.rsplit("/", 1)[1], found)


@steady
@given(
    st.fixed_dictionaries(
        {},
        optional={
            "keys": st.dictionaries(st.sampled_from(["keys", "x"]), JSON, max_size=2),
            "token": st.dictionaries(st.just("id_token"), JSON | st.text(), max_size=1),
        },
    )
)
def test_whatever_a_provider_says_proves_a_person_or_nobody(answers: dict[str, Any]) -> None:
    try:
        proved = Strange(answers).prove({"code": "c"}, SECRETS, back=BACK)
    except IdentityRefused:
        return
    assert proved == "A123456789"


def test_a_nonce_in_other_letters_is_another_log_ins() -> None:
    with pytest.raises(IdentityRefused):
        Provider(nonce="nönce-龍").prove({"code": "c"}, SECRETS, back=BACK)


READERS: tuple[Callable[[str], object], ...] = (
    parse_number,
    roc.parse_date,
    roc.PremiumMonth.parse,
    clerk_name,
    office_code,
    parse_username,
    lambda text: checked_password(text, "someone"),
    lambda text: Signer(sandbox_rings().sign).verify(text, context="x", now=NOW),
    lambda text: join(text, text, text, 826),
)


@pytest.mark.parametrize("place", range(len(READERS)))
@steady
@given(text=st.text(max_size=60) | st.from_regex(r"[A-Z0-9./-]{0,20}"))
def test_any_text_is_understood_or_refused(place: int, text: str) -> None:
    try:
        READERS[place](text)
    except CounterError:
        return


@steady
@given(st.text(st.characters(), max_size=300))
def test_words_can_always_be_scrubbed_masked_named_and_logged(text: str) -> None:
    scrub(text)
    name = file_name(text, ".pdf")
    assert name.endswith(".pdf")
    assert not set(name) & set("/\\\0\r\n\"'")
    if text.strip():
        mask_name(text)
    line = redact_text(text)
    assert not set(line) & set("\x00\x1b\r\u202e\u2066")


@steady
@given(st.text(max_size=300))
def test_any_tap_is_read_or_stale(data: str) -> None:
    try:
        postbacks.decode(data)
    except (ValueError, CounterError, postbacks.BadPostback):
        return


@steady
@given(st.text(max_size=120))
def test_a_link_that_we_did_not_sign_is_forged(token: str) -> None:
    with pytest.raises(LinkForged):
        Signer(sandbox_rings().sign).verify(token, context="pay", now=NOW)
