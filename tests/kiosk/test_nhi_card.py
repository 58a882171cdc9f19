from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from card_kiosk.apdu import Answer, transmit
from card_kiosk.cards import nhi
from card_kiosk.cards.nhi import CardFormatError, CardHolder, parse
from card_kiosk.problems import CardProblem, Problem
from nhi_core.domain.identifiers import NumberKind, number_kind
from tests.kiosk.records import OK, READ, SELECT, number, record, roc


class Script:
    """A card that answers by the script and remembers what it was asked."""

    def __init__(self, answers: dict[bytes, bytes]) -> None:
        self.answers = answers
        self.asked: list[bytes] = []

    def transmit(self, command: bytes) -> bytes:
        self.asked.append(command)
        return self.answers.get(command, b"\x6d\x00")


def test_every_field_of_a_record_is_read() -> None:
    holder = parse(record())
    assert (holder.card_number, holder.id_number) == ("900000000001", number())
    assert (holder.name, holder.name_damaged, holder.sex) == ("王小明", False, "M")
    assert (holder.birth, holder.issued) == (date(1990, 5, 17), date(2019, 3, 1))
    assert holder.number_kind is NumberKind.CITIZEN


def test_the_commands_are_the_bytes_that_real_cards_were_seen_to_answer() -> None:
    """The last 00 of SELECT belongs to the name: Lc is 16 and there is no Le."""
    assert nhi.SELECT == SELECT
    assert len(nhi.SELECT) == 21
    assert nhi.SELECT[4] == len(nhi.SELECT) - 5 == 16
    assert nhi.READ == READ


def test_the_century_digit_of_the_republic_is_kept() -> None:
    assert parse(record(birth=b"1010229", issued=b"1100101")).birth == date(2012, 2, 29)


@pytest.mark.parametrize("prefix", ["A1", "B2", "C8", "D9", "AC", "FD"])
def test_citizens_and_residents_with_new_and_old_numbers_are_read(prefix: str) -> None:
    assert parse(record(id_number=number(prefix))).id_number == number(prefix)


@pytest.mark.parametrize("name", ["施振碁", "墻恒裏銹"])
def test_characters_of_the_eten_rows_are_read(name: str) -> None:
    holder = parse(record(name=name.encode("cp950")))
    assert (holder.name, holder.name_damaged) == (name, False)


@pytest.mark.parametrize("rare", [b"\xfa\x40", b"\x8e\x40", b"\x81\x40"])
def test_a_character_outside_the_code_is_shown_as_damaged_and_not_as_another(rare: bytes) -> None:
    holder = parse(record(name="游錫".encode("cp950") + rare))
    assert (holder.name, holder.name_damaged) == ("游錫\ufffd", True)


def test_a_long_name_cut_in_the_middle_of_a_character_is_damaged() -> None:
    whole = "ABC谷辣斯尤達卡以美加立".encode("cp950")[:20]
    assert parse(record(name=whole)).name_damaged


@pytest.mark.parametrize("filler", [b"\0", b" ", "\u3000".encode("cp950")])
def test_fillers_are_not_part_of_the_name(filler: bytes) -> None:
    padded = ("王小明".encode("cp950") + filler * 14)[:20]
    assert parse(record(name=padded)).name == "王小明"


def test_a_latin_name_of_twenty_bytes_is_read() -> None:
    assert parse(record(name=b"MUHAMMAD ABDURRAHMAN")).name == "MUHAMMAD ABDURRAHMAN"


@pytest.mark.parametrize(
    ("field", "bad"),
    [
        ("record", record()[:56]),
        ("record", b""),
        ("card_number", record(card=b"90000000000A")),
        ("card_number", record(card="９９９９".encode("cp950").ljust(12, b"0"))),
        ("name", record(name=b"")),
        ("name", record(name=b"   ")),
        ("name", record(name=b"AB\0CD")),
        ("id_number", record(id_number="A123456788")),
        ("id_number", record(id_number="a123456789")),
        ("id_number", record(id_number="A323456789")),
        ("birth", record(birth=b"0790230")),
        ("birth", record(birth=b"0000101")),
        ("birth", record(birth=b"79 0517")),
        ("sex", record(sex=b"m")),
        ("sex", record(sex=b"\0")),
        ("issued", record(issued=b"1081301")),
        ("issued", record(birth=b"1080302", issued=b"1080301")),
    ],
)
def test_a_malformed_record_is_refused_by_its_field_and_without_its_bytes(field: str, bad: bytes) -> None:
    with pytest.raises(CardFormatError) as refused:
        parse(bad)
    assert refused.value.field == field
    assert "9000000" not in str(refused.value)


@given(st.binary(max_size=80))
def test_no_bytes_raise_anything_but_the_parsers_own_error(raw: bytes) -> None:
    try:
        holder = parse(raw)
    except CardFormatError:
        return
    assert isinstance(holder, CardHolder)


@given(st.data())
def test_a_record_with_changed_bytes_is_refused_or_still_whole(data: st.DataObject) -> None:
    raw = bytearray(record())
    for _ in range(data.draw(st.integers(1, 6))):
        raw[data.draw(st.integers(0, 56))] = data.draw(st.integers(0, 255))
    try:
        holder = parse(bytes(raw))
    except CardFormatError:
        return
    # Whatever was accepted says, byte for byte, what the record says.
    assert holder.card_number.encode() == raw[:12]
    assert len(holder.card_number) == 12
    assert holder.card_number.isdigit()
    assert holder.id_number.encode() == raw[32:42]
    assert number_kind(holder.id_number) is holder.number_kind
    assert roc(holder.birth) == raw[42:49]
    assert holder.sex.encode() == raw[49:50]
    assert roc(holder.issued) == raw[50:57]
    assert holder.birth <= holder.issued
    assert holder.name.strip() == holder.name != ""
    assert ("\ufffd" in holder.name) == holder.name_damaged


birthdays = st.dates(date(1912, 1, 1), date(2026, 1, 1))


@given(
    card=st.from_regex(rb"[0-9]{12}", fullmatch=True),
    name=st.text("王李陳林黃碁恒ABC ", min_size=1, max_size=10).filter(str.strip),
    prefix=st.sampled_from(["A1", "Z2", "K8", "M9", "AC"]),
    serial=st.integers(0, 9_999_999),
    days=st.tuples(birthdays, birthdays).map(sorted),
    sex=st.sampled_from(["M", "F"]),
)
def test_every_sound_record_is_read_back(
    card: bytes, name: str, prefix: str, serial: int, days: list[date], sex: str
) -> None:
    raw = record(
        card=card,
        name=name.encode("cp950"),
        id_number=number(prefix, serial),
        birth=roc(days[0]),
        sex=sex.encode(),
        issued=roc(days[1]),
    )
    holder = parse(raw)
    assert (holder.name, holder.birth, holder.issued) == (name.strip(), days[0], days[1])
    assert (holder.sex, holder.id_number) == (sex, number(prefix, serial))


def test_nothing_of_the_person_is_in_its_representation() -> None:
    holder = parse(record())
    shown = repr(holder) + str(holder) + repr(Answer(record(), 0x9000))
    assert "王" not in shown
    assert number()[:5] not in shown


# --- reading -----------------------------------------------------------------------------------------


def test_the_status_of_select_is_not_looked_at() -> None:
    """Newer cards answer READ whatever SELECT said."""
    card = Script({SELECT: b"\x6a\x82", READ: record() + OK})
    assert nhi.read(card).id_number == number()
    assert card.asked == [SELECT, READ]


def test_bytes_after_the_record_are_left_alone() -> None:
    assert nhi.read(Script({READ: record() + b"\0" * 15 + OK})).name == "王小明"


@pytest.mark.parametrize("status", ["6D00", "6A86", "6A82", "6985", "6F00"])
def test_a_card_that_refuses_the_command_is_another_card(status: str) -> None:
    with pytest.raises(CardProblem) as refused:
        nhi.read(Script({READ: bytes.fromhex(status)}))
    assert refused.value.problem is Problem.NOT_NHI_CARD


@pytest.mark.parametrize("data", [bytes(range(57)), record()[:30], b"", b"\xff" * 57])
def test_garbage_and_short_answers_are_unreadable(data: bytes) -> None:
    with pytest.raises(CardProblem) as refused:
        nhi.read(Script({READ: data + OK}))
    assert refused.value.problem is Problem.CARD_UNREADABLE


@pytest.mark.parametrize("raw", [b"", b"\x90"])
def test_an_answer_without_a_status_word_means_that_the_card_left(raw: bytes) -> None:
    with pytest.raises(CardProblem) as refused:
        nhi.read(Script({SELECT: OK, READ: raw}))
    assert refused.value.problem is Problem.CARD_REMOVED


def test_cards_on_t0_hand_out_the_record_in_parts() -> None:
    whole = record()
    first, second = bytes.fromhex("00C0000039"), bytes.fromhex("00C0000011")
    card = Script({READ: b"\x61\x39", first: whole[:40] + b"\x61\x11", second: whole[40:] + OK})
    assert nhi.read(card).id_number == number()


def test_cards_on_t0_that_want_the_length_are_asked_again() -> None:
    card = Script({READ: b"\x6c\x39", READ + b"\x39": record() + OK})
    assert nhi.read(card).id_number == number()


def test_a_card_that_never_ends_its_answer_is_given_up() -> None:
    class Endless:
        def transmit(self, command: bytes) -> bytes:
            return b"\0" * 255 + b"\x61\xff"

    with pytest.raises(CardProblem) as refused:
        transmit(Endless(), READ)
    assert refused.value.problem is Problem.CARD_UNREADABLE


def test_a_card_that_offers_more_and_gives_nothing_is_given_up() -> None:
    class Empty:
        def transmit(self, command: bytes) -> bytes:
            return b"\x61\xff"

    with pytest.raises(CardProblem):
        transmit(Empty(), READ)
