"""The slip as a PDF: one page, its own font, what it says in five languages, what opens it."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
from pypdf import PdfReader
from pypdf.errors import FileNotDecryptedError

from bot.rendering import formats
from bot.slips.fonts import built_of, shape
from bot.slips.lines import broken, width
from bot.slips.lock import locked
from bot.slips.sheet import Frame, draw
from bot.slips.words import text
from nhi_core.domain.bills import BillKind
from nhi_core.domain.eslip import Holder
from nhi_core.domain.payment_barcode import build
from nhi_core.domain.roc import PremiumMonth
from nhi_core.services.eslip_content import MOST_ROWS, SlipContent, SlipRow
from nhi_core.wire import LANGUAGES

languages = pytest.mark.parametrize("language", LANGUAGES)
FRAME = Frame(phone="02-0000-0000", sandbox=True)
UNTIL = date(2026, 9, 30)
NUMBER = "0000000012345678"
_MARGIN = 30.0  # points: printers leave so much white


def content(rows: int = 2, *, codes: bool = True, earlier: int = 0, over: bool = False) -> SlipContent:
    months = [PremiumMonth(2026, 8).plus(-back) for back in range(rows)][::-1]
    made = tuple(SlipRow(month, BillKind.DEPENDANTS, UNTIL, 1652, 83, 41) for month in months)
    total = sum(row.amount for row in made) + 826 * earlier
    return SlipContent(
        holder=Holder.PERSON,
        name_masked="陳○美",
        unit_name="臺中市后里區公所",
        made_on=date(2026, 9, 20),
        rows=made,
        earlier=earlier,
        earlier_amount=826 * earlier,
        total=total,
        estimate=41 * rows,
        until=UNTIL,
        number=NUMBER if codes else None,
        store=None
        if over or not codes
        else build(until=UNTIL, item="000", reference=NUMBER, month=months[-1], amount=min(total, 20_000)),
        over_store_limit=over,
        qr="https://nhi.example/pay?" + "x" * 300 if codes else None,
    )


def read(pdf: bytes) -> tuple[str, Any]:
    (page,) = PdfReader(io.BytesIO(pdf)).pages
    return page.extract_text(), page


@languages
def test_it_says_what_is_to_be_paid_in_every_language(language: str) -> None:
    said, _ = read(draw(content(), language, FRAME))
    flat = said.replace(" ", "").replace("\n", "")
    wanted = [formats.money(3470, language), formats.money(1735, language), NUMBER, "臺中市后里區公所"]
    wanted += [text("zh-TW", "pdf.title"), text("zh-TW", "pdf.total"), text("zh-TW", "pdf.sandbox")]
    if language != "th":
        # pypdf reads no ActualText; that of Thai is tested below.
        wanted += [text(language, "pdf.title"), text(language, "pdf.note.source")]
        wanted += [text(language, "pdf.estimate", {"amount": formats.money(82, language)})]
    for words in wanted:
        assert words.replace(" ", "") in flat, words
    assert content().store is not None
    for segment in content().store.segments:  # type: ignore[union-attr]
        assert segment in said


def test_thai_reads_as_it_was_written() -> None:
    _, page = read(draw(content(), "th", FRAME))
    raw = page.get_contents().get_data().decode("latin-1")
    for word in ("ชำระ", "เบี้ย", "ที่"):
        assert word.encode("utf-16-be").hex().upper() in raw


@languages
def test_the_font_travels_with_the_page(language: str) -> None:
    _, page = read(draw(content(), language, FRAME))
    fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]
    ours = [font for font in fonts if "Slip" in font["/BaseFont"]]
    assert ours
    assert all("/FontFile2" in font["/FontDescriptor"] and "/ToUnicode" in font for font in ours)


@languages
@pytest.mark.parametrize(
    "fullest",
    [
        content(MOST_ROWS, earlier=48),
        content(MOST_ROWS, earlier=48, over=True),
        content(MOST_ROWS, codes=False),
        content(1),
    ],
    ids=["full", "above a store's limit", "without codes", "one bill"],
)
def test_it_is_one_page_and_nothing_leaves_the_paper(language: str, fullest: SlipContent) -> None:
    _, page = read(draw(fullest, language, FRAME))
    places: list[tuple[float, float]] = []

    def see(said: str, matrix: Any, text_matrix: list[float], font: Any, size: float) -> None:
        if said.strip():
            places.append((text_matrix[4], text_matrix[5]))

    page.extract_text(visitor_text=see)
    assert places
    assert min(y for _, y in places if y > 0) > _MARGIN
    assert max(y for _, y in places) < float(page.mediabox.height) - _MARGIN
    assert all(x < float(page.mediabox.width) - _MARGIN for x, _ in places)


def test_without_codes_it_says_so_and_names_other_ways() -> None:
    said, _ = read(draw(content(codes=False), "en", FRAME))
    assert "no payment codes" in said
    assert NUMBER not in said
    above, _ = read(draw(content(over=True), "en", FRAME))
    assert "stores cannot take it" in above


def test_only_the_password_opens_it() -> None:
    pdf = locked(draw(content(), "zh-TW", FRAME), password="Sawah-Hijau-7", owner="o" * 24)
    reader = PdfReader(io.BytesIO(pdf))
    encryption = reader.trailer["/Encrypt"]
    assert (encryption["/V"], encryption["/R"], encryption["/Length"]) == (5, 6, 256)
    for wrong in ("", "sawah-hijau-7", "115", "Sawah-Hijau-77"):
        assert not reader.decrypt(wrong)
    with pytest.raises(FileNotDecryptedError):
        reader.pages[0].extract_text()
    assert reader.decrypt("Sawah-Hijau-7")
    assert "3,470" in reader.pages[0].extract_text()


def test_a_letter_that_no_font_has_does_not_stop_the_page() -> None:
    assert read(draw(content(), "zh-TW", FRAME))[0]
    (run,) = shape("\U0001f600")
    assert [glyph.char for glyph in run.glyphs] == ["□"]
    assert built_of(["\U0001f600"]).getbuffer().nbytes > 0


@languages
def test_lines_are_broken_within_their_width(language: str) -> None:
    note = text(language, "pdf.note.how", {"limit": "NT$20,000", "fee": "NT$3"})
    lines = broken(note, 9, 200)
    assert len(lines) > 1
    assert "".join(lines).replace(" ", "") == note.replace(" ", "")
    # Thai is broken at its spaces alone, so one of its lines may be longer.
    assert language == "th" or all(width(line, 9) <= 200 for line in lines)
    assert not [line for line in lines if line[0] in "、，。；：）"]


@languages
@pytest.mark.parametrize(
    "key", ["pdf.note.how", "pdf.note.posting", "pdf.note.help", "pdf.note.source", "pdf.estimate"]
)
def test_every_note_keeps_within_the_page(language: str, key: str) -> None:
    filled = {"limit": "NT$20,000", "fee": "NT$3", "n": 3, "phone": "0800-030-598", "amount": "NT$99,999"}
    assert all(width(line, 8.5) <= 475 for line in broken(text(language, key, filled), 8.5, 475))
