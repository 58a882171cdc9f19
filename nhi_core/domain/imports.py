"""Files of bills, payments, persons and subsidies: what kinds there are, why a row is refused, and the life

of an import as a table. What the columns are is in `imports_fields` and `imports_rows`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from nhi_core.domain.errors import CounterError, IllegalMove, Invalid


class ImportKind(StrEnum):
    """What a file holds."""

    PERSONS = "persons"
    BILLS = "bills"
    PAYMENTS = "payments"
    SUBSIDIES = "subsidies"
    REGISTRATIONS = "registrations"


class Reason(StrEnum):
    """Why a row is refused. Stable words: reports carry them beside the sentences below."""

    MISSING = "missing"
    COLUMNS = "columns"
    QUOTES = "quotes"
    ENCODING = "encoding"
    NUMBER = "number"
    DATE = "date"
    MONTH = "month"
    AMOUNT = "amount"
    WORD = "word"
    TEXT = "text"
    ID = "id"
    EMAIL = "email"
    PHONE = "phone"
    HOUSEHOLD = "household"
    DOCUMENT = "document"
    CARD_NUMBER = "card_number"
    ORDER = "order"
    PAIR = "pair"
    FUTURE = "future"
    TWICE = "twice"
    NO_PERSON = "no_person"
    NO_BILL = "no_bill"
    OTHER_PERSON = "other_person"
    DIFFERS = "differs"
    WRITE_OFF = "write_off"
    OTHER_SLIP = "other_slip"
    UNCLEAR = "unclear"


SENTENCES: Mapping[Reason, tuple[str, str]] = {
    Reason.MISSING: ("必填欄位空白", "a required value is missing"),
    Reason.COLUMNS: ("欄位數與標題列不同", "the row has more or fewer columns than the heading"),
    Reason.QUOTES: ("引號未成對，或欄位內換行", "a quote is not closed, or a value holds a line break"),
    Reason.ENCODING: ("有無法辨識的字元（編碼或造字）", "the row cannot be read in the file's encoding"),
    Reason.NUMBER: ("身分證號或統一證號格式或檢查碼錯誤", "the ID number's form or check digit is wrong"),
    Reason.DATE: ("不是日期，或無此日", "not a date, or no such day"),
    Reason.MONTH: ("不是年月", "not a month"),
    Reason.AMOUNT: ("不是整數或超出範圍", "not a whole number, or out of range"),
    Reason.WORD: ("不是可用的代碼", "not one of the words this column takes"),
    Reason.TEXT: ("太長，或含有控制字元", "too long, or holds control characters"),
    Reason.ID: (
        "編號格式錯誤（1 至 64 個英數字與 . _ / : -）",
        "not an id (1 to 64 letters, digits and . _ / : -)",
    ),
    Reason.EMAIL: ("電子郵件格式錯誤", "not an e-mail address"),
    Reason.PHONE: ("電話格式錯誤", "not a telephone number"),
    Reason.HOUSEHOLD: ("戶號格式錯誤（8 碼英數字，首碼為英文字母）", "not a household number (8 characters)"),
    Reason.DOCUMENT: (
        "證件號碼格式錯誤（5 至 20 個英數字）",
        "not a document's number (5 to 20 letters and digits)",
    ),
    Reason.CARD_NUMBER: ("健保卡卡號須為 12 碼數字", "a card number has 12 digits"),
    Reason.ORDER: ("日期先後不合理", "the dates are not in order"),
    Reason.PAIR: ("兩欄須同時填寫或同時空白", "two columns that belong together: both or none"),
    Reason.FUTURE: ("日期在未來", "the date is in the future"),
    Reason.TWICE: ("檔案內重複", "the file holds this more than once"),
    Reason.NO_PERSON: (
        "查無此人，請先匯入保險對象",
        "this person is not known; import the persons first",
    ),
    Reason.NO_BILL: ("查無此繳款單，請先匯入繳款單", "this bill is not known; import the bills first"),
    Reason.OTHER_PERSON: ("此編號已屬於他人", "this id belongs to another person already"),
    Reason.DIFFERS: ("與已入帳的資料不同", "differs from what is in the books already"),
    Reason.WRITE_OFF: ("銷帳編號須為 16 碼數字", "a write-off number has 16 digits"),
    Reason.OTHER_SLIP: ("銷帳編號已屬於他人的繳款單", "this write-off number is on another person's bill"),
    Reason.UNCLEAR: (
        "可能是經由本系統繳納的款項，無法確定是哪一筆；請填商店訂單編號，不是則填 -",
        "could be one of several payments through this system; fill in order_number, or - if it is none",
    ),
}


@dataclass(frozen=True, slots=True, order=True)
class Reject:
    """One reason against one row. Never the value: only where it stands. `line` counts from 1."""

    line: int
    column: str
    reason: Reason


class FileRefused(Invalid):
    """The file as a whole cannot be taken; the message says why and quotes nothing of its rows."""

    code = "file_refused"


class ImportTaken(CounterError):
    """Another process took this import over. What it stages is kept; nothing is doubled."""

    code = "import_taken"


class BooksMoved(CounterError):
    """The books changed between the look-up and the merge. Nothing was applied; run it again."""

    code = "books_moved"


class ImportState(StrEnum):
    """Where an import stands. Only APPLIED changed the books, in one transaction."""

    READING = "reading"
    CHECKED = "checked"
    REFUSED = "refused"
    APPLIED = "applied"


class ImportEvent(StrEnum):
    """What can happen to an import."""

    CHECK = "check"
    REFUSE = "refuse"
    APPLY = "apply"
    RESTART = "restart"


MOVES: Mapping[tuple[ImportState, ImportEvent], ImportState] = {
    (ImportState.READING, ImportEvent.CHECK): ImportState.CHECKED,
    (ImportState.READING, ImportEvent.REFUSE): ImportState.REFUSED,
    (ImportState.READING, ImportEvent.APPLY): ImportState.APPLIED,
    (ImportState.READING, ImportEvent.RESTART): ImportState.READING,
    (ImportState.CHECKED, ImportEvent.RESTART): ImportState.READING,
    (ImportState.REFUSED, ImportEvent.RESTART): ImportState.READING,
}

# Each edge names its audit event.
AUDIT_EVENTS: Mapping[ImportEvent, str] = {
    ImportEvent.CHECK: "import_checked",
    ImportEvent.REFUSE: "import_refused",
    ImportEvent.APPLY: "import_applied",
    ImportEvent.RESTART: "import_restarted",
}


def next_state(state: str, event: ImportEvent) -> ImportState:
    """Return the state after `event`. Raises errors.IllegalMove when the table has no such edge."""
    try:
        return MOVES[ImportState(state), event]
    except (KeyError, ValueError):
        raise IllegalMove(f"{event} from {state}") from None
