"""What a row must be to be taken, and why it is refused otherwise."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from nhi_core.domain import imports_fields as f
from nhi_core.domain.errors import IllegalMove
from nhi_core.domain.imports import (
    AUDIT_EVENTS,
    MOVES,
    SENTENCES,
    FileRefused,
    ImportEvent,
    ImportKind,
    ImportState,
    Reason,
    Reject,
    next_state,
)
from nhi_core.domain.imports_rows import SHAPES, Column, Row, RowReader, Shape, positions_of
from tests.factories import canary

TODAY = "2026-11-22"
DOCUMENTED = (Path(__file__).resolve().parents[3] / "docs/howto/import-data.md").read_text("utf-8")
GOOD = {kind: {column.name: column.example for column in shape.columns} for kind, shape in SHAPES.items()}
EVERY_COLUMN = [(kind, column) for kind, shape in SHAPES.items() for column in shape.columns]


def reader(kind: ImportKind) -> RowReader:
    columns = SHAPES[kind].columns
    return RowReader(SHAPES[kind], range(len(columns)), len(columns), TODAY)


def read(kind: ImportKind, /, **changes: str) -> Row | list[Reject]:
    return reader(kind).read(7, list({**GOOD[kind], **changes}.values()))


def value(kind: ImportKind, column: str, text: str) -> object:
    row = read(kind, **{column: text})
    assert isinstance(row, tuple), row
    return row[SHAPES[kind].names.index(column)]


@pytest.mark.parametrize("kind", list(ImportKind))
def test_the_examples_of_the_documentation_make_a_good_row(kind: ImportKind) -> None:
    assert isinstance(read(kind), tuple)


@pytest.mark.parametrize(("kind", "column"), EVERY_COLUMN, ids=lambda item: getattr(item, "name", item))
def test_an_empty_cell_is_missing_or_takes_its_default(kind: ImportKind, column: Column) -> None:
    found = read(kind, **{column.name: " "})
    if column.required:
        assert found == [Reject(7, column.name, Reason.MISSING)]
    elif column.name.startswith("hardship"):
        assert found == [Reject(7, "hardship_until", Reason.PAIR)]
    else:
        assert isinstance(found, tuple)
        assert found[SHAPES[kind].names.index(column.name)] == column.default


@pytest.mark.parametrize(
    ("column", "text", "taken"),
    [
        ("month", "110/03", "2021-03-01"),
        ("month", "11003", "2021-03-01"),
        ("month", "2021-03", "2021-03-01"),
        ("due", "115年7月30日", "2026-07-30"),
        ("due", "1150730", "2026-07-30"),
        ("due", "20260730", "2026-07-30"),
        ("amount", "1,652", 1652),
        ("amount", "NT$1,652", 1652),
        ("amount", "８２６", 826),
        ("amount", "0", 0),
        ("kind", "眷屬", "dependants"),
        ("kind", "OWN", "own"),
        ("kind", "", "own"),
        ("headcount", "", 1),
        ("in_enforcement", "是", 1),
        ("in_enforcement", "", 0),
        ("number", "ａ１２３４５６７８９", "A123456789"),
        ("number", "ac01234567", "AC01234567"),
        ("write_off", "4595-0000-1150-6001", "4595000011506001"),
        ("write_off", "４５９５００００１１５０６００１", "4595000011506001"),
    ],
)
def test_what_people_write_is_understood(column: str, text: str, taken: object) -> None:
    assert value(ImportKind.BILLS, column, text) == taken


@pytest.mark.parametrize(
    ("column", "text", "taken"),
    [
        ("entry_permit", "1234 5678-9012", "123456789012"),
        ("passport", "x1234567", "X1234567"),
        ("passport", "Ｘ１２３４５６７", "X1234567"),
        ("card_number", "0000 1234 5678", "000012345678"),
        *((column, dash, "-") for column in ("entry_permit", "passport", "card_number") for dash in "-－—"),
    ],
)
def test_what_a_kiosk_checks_is_read_in_its_plain_form_and_a_dash_clears(
    column: str, text: str, taken: str
) -> None:
    assert value(ImportKind.PERSONS, column, text) == taken


@pytest.mark.parametrize(
    ("column", "text", "reason"),
    [
        ("bill", "=1+1", Reason.ID),
        ("bill", "x" * 65, Reason.ID),
        ("number", "A123456788", Reason.NUMBER),
        ("number", "A323456789", Reason.NUMBER),
        ("kind", "other", Reason.WORD),
        ("month", "115/13", Reason.MONTH),
        ("amount", "-1", Reason.AMOUNT),
        ("amount", "8.26", Reason.AMOUNT),
        ("amount", "1,65", Reason.AMOUNT),
        ("amount", "2147483648", Reason.AMOUNT),
        ("due", "114/02/29", Reason.DATE),
        ("due", "115/05/31", Reason.ORDER),
        ("late_fee_start", "115/07/31", Reason.ORDER),
        ("deferred_until", "115/07/30", Reason.ORDER),
        ("unit_name", "公所" * 101, Reason.TEXT),
        ("unit_name", "公\x00所", Reason.TEXT),
        ("headcount", "0", Reason.AMOUNT),
        ("in_enforcement", "maybe", Reason.WORD),
        ("write_off", "459500001150600", Reason.WRITE_OFF),
        ("write_off", "4.595E+15", Reason.WRITE_OFF),
    ],
)
def test_a_bill_that_cannot_be_right_is_refused_with_its_reason(
    column: str, text: str, reason: Reason
) -> None:
    assert read(ImportKind.BILLS, **{column: text}) == [Reject(7, column, reason)]


@pytest.mark.parametrize(
    ("kind", "changes", "column", "reason"),
    [
        (ImportKind.PERSONS, {"birth": "116/01/01"}, "birth", Reason.FUTURE),
        (ImportKind.PERSONS, {"category": "7"}, "category", Reason.WORD),
        (ImportKind.PERSONS, {"household": "1234"}, "household", Reason.HOUSEHOLD),
        (ImportKind.PERSONS, {"entry_permit": "1234"}, "entry_permit", Reason.DOCUMENT),
        (ImportKind.PERSONS, {"entry_permit": "許可證12345"}, "entry_permit", Reason.DOCUMENT),
        (ImportKind.PERSONS, {"passport": "X" * 21}, "passport", Reason.DOCUMENT),
        (ImportKind.PERSONS, {"passport": "--"}, "passport", Reason.DOCUMENT),
        (ImportKind.PERSONS, {"card_number": "12345678"}, "card_number", Reason.CARD_NUMBER),
        (ImportKind.PERSONS, {"card_number": "9.00012E+11"}, "card_number", Reason.CARD_NUMBER),
        (ImportKind.PERSONS, {"hardship_until": ""}, "hardship_until", Reason.PAIR),
        (ImportKind.PERSONS, {"hardship_until": "114/12/31"}, "hardship_until", Reason.ORDER),
        (ImportKind.PAYMENTS, {"paid_on": "115/11/23", "posted_on": ""}, "paid_on", Reason.FUTURE),
        (ImportKind.PAYMENTS, {"posted_on": "115/08/02"}, "posted_on", Reason.ORDER),
        (ImportKind.PAYMENTS, {"posted_on": "115/11/23"}, "posted_on", Reason.FUTURE),
        (ImportKind.PAYMENTS, {"amount": "0"}, "amount", Reason.AMOUNT),
        (ImportKind.PAYMENTS, {"channel": "7-11!"}, "channel", Reason.WORD),
        (ImportKind.SUBSIDIES, {"percent": "101"}, "percent", Reason.AMOUNT),
        (ImportKind.SUBSIDIES, {"until": "114/12"}, "until", Reason.ORDER),
        (ImportKind.REGISTRATIONS, {"email": "no address"}, "email", Reason.EMAIL),
        (ImportKind.REGISTRATIONS, {"email": "a@b"}, "email", Reason.EMAIL),
        (ImportKind.REGISTRATIONS, {"phone": "12"}, "phone", Reason.PHONE),
    ],
)
def test_other_rows_too(kind: ImportKind, changes: dict[str, str], column: str, reason: Reason) -> None:
    assert read(kind, **changes) == [Reject(7, column, reason)]


def test_every_fault_of_a_row_is_told_at_once() -> None:
    found = read(ImportKind.BILLS, number="A123456788", amount="x", due="")
    assert {(r.column, r.reason) for r in found} == {  # type: ignore[union-attr]
        ("number", Reason.NUMBER),
        ("amount", Reason.AMOUNT),
        ("due", Reason.MISSING),
    }


def test_a_row_has_as_many_cells_as_the_heading_but_spreadsheets_add_empty_ones() -> None:
    cells = list(GOOD[ImportKind.PAYMENTS].values())
    assert isinstance(reader(ImportKind.PAYMENTS).read(2, [*cells, "", ""]), tuple)
    assert reader(ImportKind.PAYMENTS).read(2, [*cells, "x"]) == [Reject(2, "", Reason.COLUMNS)]
    assert reader(ImportKind.PAYMENTS).read(2, cells[:-1]) == [Reject(2, "", Reason.COLUMNS)]


def test_a_registration_may_leave_its_last_column_out() -> None:
    row = reader(ImportKind.REGISTRATIONS).read(1, ["A123456789", "staff@Unit.Example"])
    assert row == ("A123456789", "staff@unit.example", None)


def test_a_reject_never_holds_what_stood_in_the_row() -> None:
    found = read(ImportKind.REGISTRATIONS, number=canary.NATIONAL_ID[:-1] + "9", email=canary.NAME)
    assert canary.NATIONAL_ID[:-1] not in repr(found)
    assert canary.NAME not in repr(found)


class TestHeading:
    def test_english_and_chinese_names_in_any_order(self) -> None:
        shape = SHAPES[ImportKind.PAYMENTS]
        found = positions_of(shape, ["繳款單編號", "Payment", "金額", " paid_on ", "管道"])
        assert found == [1, 0, 2, 3, None, 4, None]

    def test_an_absent_optional_column_reads_as_its_default(self) -> None:
        heading = [name for name in SHAPES[ImportKind.BILLS].names if name != "headcount"]
        positions = positions_of(SHAPES[ImportKind.BILLS], heading)
        cells = [GOOD[ImportKind.BILLS][name] for name in heading]
        row = RowReader(SHAPES[ImportKind.BILLS], positions, len(heading), TODAY).read(2, cells)
        assert isinstance(row, tuple)
        assert row[SHAPES[ImportKind.BILLS].names.index("headcount")] == 1

    @pytest.mark.parametrize(
        ("heading", "words"),
        [
            (["payment", "bill"], "lacks: amount, paid_on, channel"),
            (["payment", "payment"], "twice"),
            (["payment", canary.NATIONAL_ID], "column 2 of the heading is not known"),
        ],
    )
    def test_a_wrong_heading_refuses_the_file_and_is_not_repeated(
        self, heading: list[str], words: str
    ) -> None:
        with pytest.raises(FileRefused, match=words) as refused:
            positions_of(SHAPES[ImportKind.PAYMENTS], heading)
        assert canary.NATIONAL_ID not in str(refused.value)


def test_values_that_never_come_again_are_not_remembered() -> None:
    reads: list[str] = []

    def read_one(text: str) -> str:
        reads.append(text)
        return text

    shared, own = (f.Remembered(read_one, required=False, default=None, own=own) for own in (False, True))
    for column in (shared, own):
        assert [column[cell] for cell in ("", "a", "", "a")] == [None, "a", None, "a"]
    assert (reads, list(shared), list(own)) == (["a", "a", "a"], ["", "a"], [""])


@pytest.mark.parametrize("shape", [shape for shape in SHAPES.values() if shape.heading], ids=lambda s: s.kind)
def test_the_documentation_names_every_column_and_its_example(shape: Shape) -> None:
    rows = [line for line in DOCUMENTED.splitlines() if line.startswith("| `")]
    for column in shape.columns:
        assert [
            row for row in rows
            if f"`{column.name}`" in row and column.zh in row and column.example in row
        ], column.name  # fmt: skip


def test_every_reason_has_its_sentences() -> None:
    assert set(SENTENCES) == set(Reason)


def test_an_applied_import_never_moves_again() -> None:
    for state, event in itertools.product(ImportState, ImportEvent):
        if (state, event) in MOVES:
            assert next_state(state, event) is MOVES[state, event]
            assert AUDIT_EVENTS[event]
        else:
            with pytest.raises(IllegalMove):
                next_state(state, event)
    assert not [state for state, _event in MOVES if state is ImportState.APPLIED]
