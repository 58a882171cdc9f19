"""What the columns of each kind of file are, and what must hold between the values of a row."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import getitem, itemgetter

from nhi_core.domain import imports_fields as f
from nhi_core.domain.imports import FileRefused, ImportKind, Reason, Reject
from nhi_core.domain.imports_fields import Reader, Refused, Value

Row = tuple[Value, ...]
# Values in the order of the columns, and today's ISO text → the column at fault and why, or None.
Rule = Callable[[Row, str], tuple[str, Reason] | None]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its names in a heading, its reader, and the value of an empty or absent cell.

    `own`: each value is one person's own, so that it is read once a file and need not be remembered.
    """

    name: str
    zh: str
    read: Reader
    example: str
    required: bool = True
    default: Value = None
    own: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """The columns of one kind of file. `heading` False: the columns stand in this order, without names."""

    kind: ImportKind
    columns: tuple[Column, ...]
    rule: Rule
    heading: bool = True

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names."""
        return tuple(column.name for column in self.columns)


class RowReader:
    """Reads the rows of one file. Made once a file, for its heading and today's date."""

    def __init__(self, shape: Shape, positions: Sequence[int | None], width: int, today: str) -> None:
        """`positions[i]` is where column i stands in a row of `width` cells; None when the file lacks it."""
        self._columns = shape.columns
        # Columns that the file lacks are read from one empty cell behind the last.
        self._places = tuple(width if position is None else position for position in positions)
        self._pick: Callable[[list[str]], tuple[str, ...]] = itemgetter(*self._places)
        self._values = tuple(
            f.Remembered(column.read, required=column.required, default=column.default, own=column.own)
            for column in shape.columns
        )
        self._rule = shape.rule
        self._width = width
        self._least = sum(column.required for column in shape.columns) if not shape.heading else width
        self._today = today

    def read(self, line: int, cells: list[str]) -> Row | list[Reject]:
        """Return the values in the columns' order, or every reason against the row."""
        if len(cells) != self._width:
            # Spreadsheets write empty cells after the last one.
            while len(cells) > self._width and not cells[-1].strip():
                cells.pop()
            if not self._least <= len(cells) <= self._width:
                return [Reject(line, "", Reason.COLUMNS)]
            cells = cells + [""] * (self._width - len(cells))
        cells.append("")
        try:
            # All of a row's look-ups in one go: files bring rows by the million.
            row = tuple(map(getitem, self._values, self._pick(cells)))
        except Refused:
            return self._reasons(line, cells)
        fault = self._rule(row, self._today)
        return row if fault is None else [Reject(line, *fault)]

    def _reasons(self, line: int, cells: list[str]) -> list[Reject]:
        rejects: list[Reject] = []
        for column, place in zip(self._columns, self._places, strict=True):
            text = cells[place].strip()
            if not text and column.required:
                rejects.append(Reject(line, column.name, Reason.MISSING))
            elif text:
                try:
                    column.read(text)
                except Refused as refused:
                    rejects.append(Reject(line, column.name, refused.reason))
        return rejects


def positions_of(shape: Shape, heading: list[str]) -> list[int | None]:
    """Find each column in a file's heading. Raises FileRefused; its words never repeat a heading's text,

    for a file without one has a person there.
    """
    names = {name: column.name for column in shape.columns for name in (column.name, column.zh)}
    found: dict[str, int] = {}
    while heading and not heading[-1].strip():
        heading = heading[:-1]
    for position, text in enumerate(heading):
        plain = unicodedata.normalize("NFKC", text).strip().lower().replace(" ", "_")
        name = names.get(plain)
        if name is None:
            raise FileRefused(
                f"column {position + 1} of the heading is not known; known columns: {', '.join(shape.names)}"
            )
        if name in found:
            raise FileRefused(f"the heading has the column {name} twice")
        found[name] = position
    missing = [column.name for column in shape.columns if column.required and column.name not in found]
    if missing:
        raise FileRefused(f"the heading lacks: {', '.join(missing)}")
    return [found.get(column.name) for column in shape.columns]


_SLUG = re.compile(r"[a-z][a-z0-9_]{0,31}", re.ASCII)


def _slug(text: str) -> Value:
    found = unicodedata.normalize("NFKC", text).lower()
    if _SLUG.fullmatch(found) is None:
        raise Refused(Reason.WORD)
    return found


def _categories() -> Mapping[str, Value]:
    zh = "一二三四五六"
    return {
        word: n
        for n in range(1, 7)
        for word in (str(n), f"第{n}類", f"第{zh[n - 1]}類", zh[n - 1], f"{n}類")
    }  # fmt: skip


_KINDS: Mapping[str, Value] = {
    **{word: word for word in ("own", "dependants", "unit", "withholder")},
    "本人": "own", "眷屬": "dependants", "投保單位": "unit", "扣費義務人": "withholder",
}  # fmt: skip


def _person_rule(row: Row, today: str) -> tuple[str, Reason] | None:
    _, _, birth, _, _, since, until, _, _, _ = row
    if str(birth) > today:
        return "birth", Reason.FUTURE
    if (since is None) != (until is None):
        return "hardship_until", Reason.PAIR
    if since is not None and str(until) < str(since):
        return "hardship_until", Reason.ORDER
    return None


def _bill_rule(row: Row, _today: str) -> tuple[str, Reason] | None:
    _, _, _, month, _, due, _, _, start, _, deferred, _, _ = row
    if str(due) < str(month):
        return "due", Reason.ORDER
    if start is not None and str(start) <= str(due):
        return "late_fee_start", Reason.ORDER
    if deferred is not None and str(deferred) < str(due):
        return "deferred_until", Reason.ORDER
    return None


def _payment_rule(row: Row, today: str) -> tuple[str, Reason] | None:
    _, _, _, paid, posted, _, _ = row
    if str(paid) > today:
        return "paid_on", Reason.FUTURE
    if posted is not None and str(posted) < str(paid):
        return "posted_on", Reason.ORDER
    if posted is not None and str(posted) > today:
        return "posted_on", Reason.FUTURE
    return None


def _subsidy_rule(row: Row, _today: str) -> tuple[str, Reason] | None:
    _, _, _, _, _, _, since, until = row
    return ("until", Reason.ORDER) if until is not None and str(until) < str(since) else None


def _no_rule(_row: Row, _today: str) -> None:
    return None


def _proof(name: str, zh: str, read: Reader, example: str) -> Column:
    """Return a column of what a kiosk checks: empty leaves the books as they are, a dash clears."""
    return Column(name, zh, f.or_clear(read), example, required=False, own=True)


SHAPES: Mapping[ImportKind, Shape] = {
    shape.kind: shape
    for shape in (
        Shape(
            ImportKind.PERSONS,
            (
                Column("number", "身分證號", f.number, "A123456789"),
                Column("name", "姓名", f.text_of(100), "王小明"),
                Column("birth", "出生日期", f.day, "69/02/29"),
                Column("category", "投保類別", f.word(_categories()), "6"),
                Column("household", "戶號", f.household, "F1234567", required=False),
                Column("hardship_since", "經濟困難起日", f.day, "115/01/01", required=False),
                Column("hardship_until", "經濟困難迄日", f.day, "115/12/31", required=False),
                _proof("entry_permit", "入出境許可證號", f.document, "123456789012"),
                _proof("passport", "護照號碼", f.document, "X1234567"),
                _proof("card_number", "健保卡卡號", f.card_number, "000012345678"),
            ),
            _person_rule,
        ),
        Shape(
            ImportKind.BILLS,
            (
                Column("bill", "繳款單編號", f.identity, "11506-0000001"),
                Column("number", "身分證號", f.number, "A123456789"),
                Column("kind", "種類", f.word(_KINDS), "own", required=False, default="own"),
                Column("month", "保費年月", f.month, "115/06"),
                Column("amount", "金額", f.whole(0), "826"),
                Column("due", "繳納期限", f.day, "115/07/31"),
                Column("unit_name", "投保單位", f.text_of(200), "臺中市后里區公所"),
                Column("headcount", "人數", f.whole(1, 1_000_000), "1", required=False, default=1),
                Column("late_fee_start", "滯納金起算日", f.day, "115/08/18", required=False),
                Column("charged_late_fee", "已開滯納金", f.whole(0), "41", required=False),
                Column("deferred_until", "緩繳至", f.day, "118/07/31", required=False),
                Column("in_enforcement", "移送執行", f.yes_no, "否", required=False, default=0),
                Column("write_off", "銷帳編號", f.write_off, "4595000011506001", required=False),
            ),
            _bill_rule,
        ),
        Shape(
            ImportKind.PAYMENTS,
            (
                Column("payment", "收款編號", f.identity, "R-115080300017"),
                Column("bill", "繳款單編號", f.identity, "11506-0000001"),
                Column("amount", "金額", f.whole(1), "826"),
                Column("paid_on", "繳納日期", f.day, "115/08/03"),
                Column("posted_on", "入帳日期", f.day, "115/08/06", required=False),
                Column("channel", "管道", _slug, "store"),
                Column("order_number", "商店訂單編號", f.order_number, "-", required=False),
            ),
            _payment_rule,
        ),
        Shape(
            ImportKind.SUBSIDIES,
            (
                Column("subsidy", "補助編號", f.identity, "S-115-00042"),
                Column("number", "身分證號", f.number, "A123456789"),
                Column("kind", "補助項目", _slug, "near_poor"),
                Column("percent", "補助比率", f.whole(1, 100), "50"),
                Column("ceiling", "額度上限", f.whole(1), "413", required=False),
                Column("granted_by", "補助機關", f.text_of(100), "臺中市政府社會局"),
                Column("since", "減免起月", f.month, "115/01"),
                Column("until", "減免迄月", f.month, "115/12", required=False),
            ),
            _subsidy_rule,
        ),
        Shape(
            ImportKind.REGISTRATIONS,
            (
                Column("number", "身分證號", f.number, "A123456789"),
                Column("email", "電子郵件", f.email, "staff@unit.example"),
                Column("phone", "手機或聯絡電話", f.phone, "0912345678", required=False),
            ),
            _no_rule,
            heading=False,
        ),
    )
}
