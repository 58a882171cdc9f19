"""Reading one value of a row. Each reader takes the text of a cell, or raises Refused with the reason.

Dates come back as ISO text and months as their first day's ISO text: what both databases take as they are.
`Remembered` spares values that come again and again (dates, amounts, names of units) a second reading.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping

from nhi_core.domain import identifiers, roc
from nhi_core.domain.errors import Invalid
from nhi_core.domain.imports import Reason
from nhi_core.domain.payment_matching import NOT_OURS

Value = str | int | None
Reader = Callable[[str], Value]

_REMEMBERED = 1 << 15
CLEAR = "-"  # as a value: take away what stands in the books; None leaves it
_MOST = 2_147_483_647  # a four-byte integer column
_WHOLE = re.compile(r"(?:NT\$|\$)?(\d{1,10}|\d{1,3}(?:,\d{3})+)(?:元|\.0+)?", re.ASCII)
_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z._/:-]{0,63}", re.ASCII)
_EMAIL = re.compile(
    r"[^\s@,;:<>()\[\]\\\"]{1,64}@(?:[0-9A-Za-z](?:[0-9A-Za-z-]{0,61}[0-9A-Za-z])?\.)+[A-Za-z]{2,63}",
    re.ASCII,
)
_DOCUMENT = re.compile(r"[0-9A-Z]{5,20}", re.ASCII)
_WRITE_OFF = re.compile(r"\d{16}", re.ASCII)
_DASHES = frozenset({"-", "－", "—", "–"})
_TRUE = frozenset({"1", "y", "yes", "true", "是", "有"})
_FALSE = frozenset({"0", "n", "no", "false", "否", "無"})


class Refused(Exception):
    """The cell cannot be taken. Holds the reason alone."""

    def __init__(self, reason: Reason) -> None:
        """Keep the reason."""
        super().__init__(reason.value)
        self.reason = reason


class Remembered(dict[str, Value]):
    """Cell → value of one column: a cell is read when it comes for the first time. Looking up raises Refused.

    An empty cell gives the default. Holds so many values at most, then begins anew. `own`: the column's
    values are each one person's own, and the empty cell alone is remembered.
    """

    __slots__ = ("_default", "_own", "_read", "_required")

    def __init__(self, read: Reader, *, required: bool, default: Value, own: bool = False) -> None:
        """Remember nothing yet."""
        super().__init__()
        self._read = read
        self._own = own
        self._required = required
        self._default = default

    def __missing__(self, cell: str) -> Value:
        """Read a cell that is not known."""
        text = cell.strip()
        # No reader takes an empty text, so a required cell that is empty ends here too.
        value = self._read(text) if text or self._required else self._default
        if self._own and text:
            return value
        if len(self) >= _REMEMBERED:
            self.clear()
        self[cell] = value
        return value


def number(text: str) -> Value:
    """Read a national ID or UI number."""
    try:
        return identifiers.parse_number(text)
    except Invalid:
        raise Refused(Reason.NUMBER) from None


def day(text: str) -> Value:
    """Read a date, AD or ROC; returns ISO text."""
    try:
        found = roc.parse_date(text)
    except Invalid:
        raise Refused(Reason.DATE) from None
    if not 1900 <= found.year <= 2200:
        raise Refused(Reason.DATE)
    return found.isoformat()


def month(text: str) -> Value:
    """Read a premium month; returns its first day's ISO text."""
    try:
        found = roc.PremiumMonth.parse(text)
    except Invalid:
        raise Refused(Reason.MONTH) from None
    if not 1990 <= found.year <= 2200:
        raise Refused(Reason.MONTH)
    return found.first_day.isoformat()


def whole(least: int, most: int = _MOST) -> Reader:
    """Return a reader of whole numbers between `least` and `most` (NT$ may have commas and its sign)."""

    def read(text: str) -> Value:
        match = _WHOLE.fullmatch(unicodedata.normalize("NFKC", text))
        if match is None:
            raise Refused(Reason.AMOUNT)
        found = int(match[1].replace(",", ""))
        if not least <= found <= most:
            raise Refused(Reason.AMOUNT)
        return found

    return read


def text_of(most: int) -> Reader:
    """Return a reader of plain text of 1 to `most` characters, without control characters."""

    def read(text: str) -> Value:
        found = unicodedata.normalize("NFC", text)
        if not 0 < len(found) <= most or not found.isprintable():
            raise Refused(Reason.TEXT)
        return found

    return read


def identity(text: str) -> Value:
    """Read an id of the agency's."""
    if _ID.fullmatch(text) is None:
        raise Refused(Reason.ID)
    return text


def write_off(text: str) -> Value:
    """Read a write-off number (銷帳編號). No check rule of it is on record."""
    found = unicodedata.normalize("NFKC", text).replace(" ", "").replace("-", "")
    if _WRITE_OFF.fullmatch(found) is None:
        raise Refused(Reason.WRITE_OFF)
    return found


def order_number(text: str) -> Value:
    """Read the order number at a gateway, or the dash that says that there is none."""
    return NOT_OURS if text in _DASHES else identity(text)


def word(words: Mapping[str, Value]) -> Reader:
    """Return a reader of one of `words` (any case)."""

    def read(text: str) -> Value:
        try:
            return words[unicodedata.normalize("NFKC", text).lower()]
        except KeyError:
            raise Refused(Reason.WORD) from None

    return read


yes_no = word({**dict.fromkeys(_TRUE, 1), **dict.fromkeys(_FALSE, 0)})


def household(text: str) -> Value:
    """Read a household number."""
    try:
        return identifiers.parse_household_number(text)
    except Invalid:
        raise Refused(Reason.HOUSEHOLD) from None


def document(text: str) -> Value:
    """Read the number of an entry permit or passport, in its plain form."""
    found = identifiers.plain(text)
    if _DOCUMENT.fullmatch(found) is None:
        raise Refused(Reason.DOCUMENT)
    return found


def card_number(text: str) -> Value:
    """Read the number of an NHI card."""
    try:
        return identifiers.parse_card_number(text)
    except Invalid:
        raise Refused(Reason.CARD_NUMBER) from None


def or_clear(read: Reader) -> Reader:
    """Return a reader that takes a dash for CLEAR, and anything else as `read` does."""

    def read_or_clear(text: str) -> Value:
        return CLEAR if text in _DASHES else read(text)

    return read_or_clear


def email(text: str) -> Value:
    """Read an e-mail address; its domain in small letters."""
    found = unicodedata.normalize("NFKC", text)
    if len(found) > 254 or _EMAIL.fullmatch(found) is None:
        raise Refused(Reason.EMAIL)
    local, _, domain = found.rpartition("@")
    return f"{local}@{domain.lower()}"


def phone(text: str) -> Value:
    """Read a mobile number (returned as 09xxxxxxxx), or a land line with its extension after #."""
    try:
        return identifiers.parse_mobile(text)
    except Invalid:
        found = identifiers.plain(text)
        if re.fullmatch(r"(?:\+?886|0)[2-8]\d{6,8}(?:#\d{1,6})?", found, re.ASCII) is None:
            raise Refused(Reason.PHONE) from None
        return found
