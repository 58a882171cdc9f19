"""Identifiers out, amounts and dates in."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.scrub import scrub
from nhi_core.domain import codes, identifiers

LETTERS = "ABCDEFGHJKLMNPQRSTUVXYWZIO"
SEPARATORS = ["", " ", "-", "－", "　", ".", "·", "\u200b", "–", " - ", "_", "/", "、"]
WORDS = st.text(alphabet="我的健保卡費欠繳查詢要綁定，。？ok ", max_size=12)


@st.composite
def numbers(draw: st.DrawFn) -> str:
    """Draw a valid national ID or residence number, new or old."""
    second = draw(st.sampled_from("1289ABCD"))
    nine = (
        draw(st.sampled_from(LETTERS))
        + second
        + "".join(draw(st.lists(st.sampled_from("0123456789"), min_size=7, max_size=7)))
    )
    return nine + identifiers.number_check_digit(nine)


@st.composite
def written(draw: st.DrawFn, number: str) -> str:
    """Write a number as people do: case, width, digits of other scripts, separators."""
    pieces = []
    wide, lower, thai = draw(st.booleans()), draw(st.booleans()), draw(st.booleans())
    for index, letter in enumerate(number):
        shown = letter.lower() if lower else letter
        if thai and shown.isdigit():
            shown = chr(ord("๐") + int(shown))
        elif wide:
            shown = chr(ord(shown) + 0xFEE0)
        pieces.append((draw(st.sampled_from(SEPARATORS)) if index else "") + shown)
    return "".join(pieces)


def bare(text: str) -> str:
    folded = "".join(
        str(unicodedata.decimal(char)) if char.isdecimal() else unicodedata.normalize("NFKC", char)
        for char in text
    )
    return "".join(char for char in folded.upper() if char.isascii() and char.isalnum())


@given(st.data(), numbers(), WORDS, WORDS)
def test_no_valid_number_survives_in_any_writing(
    data: st.DataObject, number: str, before: str, after: str
) -> None:
    before = before.rstrip("ok ") + "，"
    shown = data.draw(written(number))
    found = scrub(f"{before}{shown} {after}")
    assert number not in bare(found.text)
    assert number in found.secrets["id"]
    assert number not in repr(found)


@given(st.lists(numbers(), min_size=2, max_size=4))
def test_all_of_several_numbers_go(several: list[str]) -> None:
    found = scrub("、".join(several))
    assert found.text == "、".join(["[ID]"] * len(several))
    assert found.secrets["id"] == several


@given(st.text(alphabet="0123456789", min_size=12, max_size=12), st.sampled_from(["", " ", "-", "－"]))
def test_card_numbers_go(number: str, gap: str) -> None:
    shown = gap.join((number[:4], number[4:8], number[8:]))
    found = scrub(f"卡號 {shown}")
    assert found.text == "卡號 [CARD]"
    assert found.secrets == {"card": [number]}


@given(
    st.text(alphabet=codes.ALPHABET, min_size=7, max_size=7),
    st.sampled_from(["{}", "綁定 {}", "bind {} please"]),
)
def test_codes_as_they_are_shown_go(body: str, sentence: str) -> None:
    code = codes.complete(body)
    for shown in (codes.display(code), codes.display(code).lower()):
        found = scrub(sentence.format(shown))
        assert found.text == sentence.format("[CODE]")
        assert found.secrets == {"code": [code]}


@given(
    st.text(alphabet=codes.ALPHABET, min_size=7, max_size=7).filter(
        lambda body: not body.isalpha() and not body.isdigit()
    )
)
def test_codes_typed_without_the_dash_go(body: str) -> None:
    code = codes.complete(body)
    if code.isdigit():
        return
    for shown in (code, code.lower(), f"{code[:4]} {code[4:]}"):
        assert scrub(f"代碼{shown}").secrets == {"code": [code]}


def test_a_code_with_a_slip_is_still_handed_to_the_service() -> None:
    good = codes.complete("ABCD234")
    slip = good[:-1] + ("2" if good[-1] != "2" else "3")
    assert scrub(codes.display(slip)).text == "[CODE]"


@pytest.mark.parametrize(
    "text",
    [
        "我欠 12,345 元",
        "2026-11-22 以前繳 3,000 元可以嗎",
        "115/09/30",
        "民國115年9月30日",
        "20261122",
        "11509",
        "2026年8月到10月",
        "NT$123456789012",
        "123,456,789,012",
        "匯了 123456789012 元",
        "PLAN 2026-11-22 300",
        "LINE 2026-11-22 30",
        "銷帳編號 1234567890123456",
        "戶號 F1234567",
        "question",
        "statement",
        "I want to pay instalments, please",
        "健保費 826 元 x 12 個月",
        "0.1%",
    ],
)
def test_ordinary_words_amounts_and_dates_stay(text: str) -> None:
    found = scrub(text)
    assert found.text == text
    assert found.secrets == {}


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("0912345678", "[PHONE]"),
        ("0912-345-678", "[PHONE]"),
        ("０９１２３４５６７８", "[PHONE]"),
        ("+886 912 345 678", "[PHONE]"),
        ("(02)2191-2006", "[PHONE]"),
        ("02-21912006 轉 12", "[PHONE] 轉 12"),
        ("寄到 some.one+x@mail.example.tw 好嗎", "寄到 [EMAIL] 好嗎"),
        ("我是A123456780嗎", "我是[ID]嗎"),  # the check digit is wrong: nearly a number is a number
    ],
)
def test_telephones_mail_addresses_and_slips(text: str, left: str) -> None:
    assert scrub(text).text == left


@given(st.text(max_size=300))
def test_any_text_is_taken_and_scrubbing_again_changes_nothing(text: str) -> None:
    once = scrub(text).text
    assert scrub(once).text == once


def test_long_texts_are_cut_after_scrubbing() -> None:
    found = scrub("欠" * 1995 + "A123456789" + "欠" * 100)
    assert len(found.text) == 2000
    assert "A123" not in found.text


TOKEN = "NHI" + "23456789ABCDEFGHJKMNPQRSTUV"


@pytest.mark.parametrize(
    ("words", "left"),
    [
        (f"綁定 {TOKEN}", "綁定 [CODE]"),
        (f"綁定{TOKEN.lower()}", "綁定[CODE]"),
        (f"綁定 {TOKEN[:-3]}", "綁定 [CODE]"),
        (f"綁定 {TOKEN}XYZ 謝謝", "綁定 [CODE] 謝謝"),
    ],
)
def test_what_a_kiosk_types_in_is_taken_whole_or_damaged(words: str, left: str) -> None:
    assert scrub(words).text == left


def test_the_token_stays_with_the_turn() -> None:
    assert scrub(f"綁定 {TOKEN}").secrets == {"code": [TOKEN]}


@pytest.mark.parametrize("typed", ["su3cl3a8", "ru04zo4g", "su3cl3g4"])
def test_zhuyin_on_an_english_keyboard_is_no_mistyped_code(typed: str) -> None:
    assert scrub(typed).text == typed
    assert scrub(typed.upper()).text == "[CODE]"
