"""The slip itself: one page A4. Chinese stands beside every other language, for the clerk at the counter."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from bot.rendering import formats
from bot.slips import codes
from bot.slips.page import Page
from bot.slips.words import text as words
from nhi_core.domain.payment_barcode import STORE_LIMIT
from nhi_core.domain.payment_channels import BY_KEY
from nhi_core.services.eslip_content import SlipContent, SlipRow

mm: float = 72 / 25.4  # in points
_LEFT, _RIGHT = 18 * mm, float(A4[0]) - 18 * mm
_WIDE = _RIGHT - _LEFT
_TOP = float(A4[1]) - 18 * mm
# Where the columns end, from the left margin: deadline, premium, late fee, sum.
_ENDS = (82 * mm, 116 * mm, 144 * mm, _WIDE)
_ROW = 6.2 * mm
_BARCODE, _STEP = 9.5 * mm, 17.5 * mm
_QR = 58 * mm
_SMALL, _BODY = 8.5, 10.0
_ZH = "zh-TW"


@dataclass(frozen=True, slots=True)
class Frame:
    """What a deployment puts on every slip."""

    phone: str
    sandbox: bool


def draw(content: SlipContent, language: str, frame: Frame) -> bytes:
    """Return the page as PDF, not encrypted yet. It holds a masked name and no number of a person."""
    sheet = _Sheet(content, language, frame)
    y = sheet.head(_TOP)
    y = sheet.sum_to_pay(y)
    y = sheet.bills(y)
    y = sheet.ways(y)
    sheet.notes(y)
    return sheet.page.pdf(
        title=sheet.t("pdf.title"),
        author=sheet.t("brand"),
        language="zh-Hant-TW" if language == _ZH else language,
    )


class _Sheet:
    """One page being set; each part takes where it begins and returns where the next one does."""

    def __init__(self, content: SlipContent, language: str, frame: Frame) -> None:
        self.content, self.language, self.frame = content, language, frame
        self.page = Page()

    def t(self, key: str, **args: object) -> str:
        return words(self.language, key, args)

    def both(self, key: str) -> str:
        """Return a name in the page's language and, where that is another, in Chinese."""
        return " ".join(words(one, key) for one in dict.fromkeys((self.language, _ZH)))

    def money(self, amount: int) -> str:
        return formats.money(amount, self.language)

    def head(self, y: float) -> float:
        page, content = self.page, self.content
        if self.frame.sandbox:
            page.box(_LEFT, y - 2 * mm, _WIDE, 8 * mm, "yellow_soft")
            page.fitted(
                _LEFT + 3 * mm, y, self.both("pdf.sandbox"), _BODY, _WIDE - 6 * mm, colour="yellow_ink"
            )
            y -= 11 * mm
        page.fitted(_LEFT, y - 4 * mm, self.t("pdf.title"), 19, _WIDE, bold=True, colour="brand")
        y -= 11 * mm
        if self.language != _ZH:
            page.left(_LEFT, y, words(_ZH, "pdf.title"), 12, colour="muted")
            y -= 6.5 * mm
        facts = [
            ("pdf.payer", content.name_masked),
            ("pdf.unit", content.unit_name),
            ("pdf.made", formats.day(content.made_on.isoformat(), self.language)),
            ("pdf.number", content.number or ""),
        ]
        shown = [(self.both(key), value) for key, value in facts if value]
        half = _WIDE / 2
        for place, (name, value) in enumerate(shown):
            x, line = _LEFT + half * (place % 2), y - _ROW * 1.55 * (place // 2)
            page.left(x, line, name, _SMALL, colour="muted")
            page.fitted(x, line - 4.6 * mm, value, _BODY + 1, half - 4 * mm)
        return y - _ROW * 1.55 * ((len(shown) + 1) // 2) - 1 * mm

    def sum_to_pay(self, y: float) -> float:
        page, content = self.page, self.content
        high = 17 * mm
        page.box(_LEFT, y - high, _WIDE, high, "brand_soft")
        page.left(_LEFT + 4 * mm, y - 6.5 * mm, self.both("pdf.total"), 11)
        day = formats.day(content.until.isoformat(), self.language)
        late = content.until > max(row.due for row in content.rows)
        deadline = self.t("pdf.late" if late else "pdf.deadline", day=day)
        page.fitted(_LEFT + 4 * mm, y - 13 * mm, deadline, 11, _WIDE * 0.62, bold=True)
        page.right(_RIGHT - 4 * mm, y - 11.5 * mm, self.money(content.total), 22, bold=True, colour="brand")
        return y - high - 7 * mm

    def bills(self, y: float) -> float:
        page, content = self.page, self.content
        page.left(_LEFT, y, self.t("pdf.col.month"), _SMALL, colour="muted")
        for end, key in zip(_ENDS, ("due", "premium", "fee", "amount"), strict=True):
            page.right(_LEFT + end, y, self.t(f"pdf.col.{key}"), _SMALL, colour="muted")
        page.rule(_LEFT, y - 2 * mm, _WIDE, "ink")
        y -= _ROW
        if content.earlier:
            page.left(_LEFT, y, self.t("pdf.earlier", n=content.earlier), _BODY)
            page.right(_RIGHT, y, self.money(content.earlier_amount), _BODY)
            y = self._under(y)
        for row in content.rows:
            self._bill(y, row)
            y = self._under(y)
        if content.estimate:
            note = self.t("pdf.estimate", amount=self.money(content.estimate))
            y = page.paragraph(_LEFT, y - 0.5 * mm, note, _SMALL, _WIDE, colour="muted")
        return y - 3 * mm

    def _bill(self, y: float, row: SlipRow) -> None:
        month = formats.month(row.month.iso, self.language)
        values = (
            formats.day(row.due.isoformat(), self.language),
            self.money(row.premium),
            self.money(row.late_fee),
            self.money(row.amount),
        )
        self.page.left(_LEFT, y, f"{month} · {self.t(f'pdf.kind.{row.kind.value}')}", _BODY)
        for end, value in zip(_ENDS, values, strict=True):
            self.page.right(_LEFT + end, y, value, _BODY)

    def _under(self, y: float) -> float:
        self.page.rule(_LEFT, y - 2 * mm, _WIDE)
        return y - _ROW

    def ways(self, y: float) -> float:
        """The codes, in the order in which a cashier scans them, and the QR beside them."""
        page, content = self.page, self.content
        bottom = y
        if content.store is not None:
            until = content.until.isoformat()
            name = " ".join(
                words(one, "pdf.store", {"day": formats.day(until, one)})
                for one in dict.fromkeys((self.language, _ZH))
            )
            page.fitted(_LEFT, y, name, _BODY, _WIDE - _QR - 6 * mm, bold=True)
            line = y - 3 * mm
            for segment in content.store.segments:
                page.black(partial(_barcode, x=_LEFT, y=line - _BARCODE, text=segment))
                page.left(_LEFT + 10 * codes.MODULE, line - _BARCODE - 3.6 * mm, segment, _SMALL)
                line -= _STEP
            bottom = line
        else:
            key = "pdf.store_over" if content.over_store_limit and content.number else "pdf.no_codes"
            limit = self.money(STORE_LIMIT)
            bottom = page.paragraph(_LEFT, y, self.t(key, amount=limit), _BODY, _WIDE - _QR - 8 * mm)
        if content.qr is not None:
            x = _RIGHT - _QR
            page.fitted(x, y, self.both("pdf.qr"), _BODY, _QR, bold=True)
            page.black(partial(_qr, x=x, y=y - 2 * mm - _QR, text=content.qr))
            bottom = min(bottom, y - _QR - 4 * mm)
        return bottom - 3 * mm

    def notes(self, y: float) -> None:
        page = self.page
        fee = self.money(BY_KEY["ebill"].fee or 0)
        notes = [
            self.t("pdf.note.how", limit=self.money(STORE_LIMIT), fee=fee),
            self.t("pdf.note.posting", n=BY_KEY["counter"].posting_days),
            self.t("pdf.note.help", phone=self.frame.phone),
            self.t("pdf.note.source"),
        ]
        if self.content.number is None:
            del notes[0]
        page.left(_LEFT, y, self.both("pdf.notes"), _BODY, bold=True)
        y -= 5 * mm
        for number, note in enumerate(notes, start=1):
            page.left(_LEFT, y, f"{number}.", _SMALL)
            y = page.paragraph(_LEFT + 4.5 * mm, y, note, _SMALL, _WIDE - 4.5 * mm) - 0.6 * mm


def _barcode(canvas: Canvas, *, x: float, y: float, text: str) -> None:
    codes.barcode(canvas, x, y, text, height=_BARCODE)


def _qr(canvas: Canvas, *, x: float, y: float, text: str) -> None:
    codes.qr(canvas, x, y, text, side=_QR)
