"""The language of a line: by script, by letters, and when nothing can be said."""

from __future__ import annotations

from pathlib import Path
from typing import Optional

import pytest

from nlu.components.language import LanguageIdentifier, by_script
from nlu.components.letters import LetterModel
from nlu.lint import read

DATA = Path(__file__).resolve().parents[1] / "data" / "nlu"


@pytest.fixture(scope="module")
def identifier() -> LanguageIdentifier:
    made = LanguageIdentifier(LanguageIdentifier.get_default_config(), None, None)
    made._letters = LetterModel.fit([(example.text, example.language) for example in read(DATA)])
    return made


@pytest.mark.parametrize(
    ("line", "script"),
    [
        ("我還欠多少", "zh-TW"),
        ("可以用LINE Pay嗎", "zh-TW"),
        ("我要 pay 健保", "zh-TW"),
        ("how much is 健保費 late fee", None),
        ("滯納金 là bao nhiêu", None),
        ("ฉันค้างเท่าไหร่", "th"),
        ("จ่ายที่ 7-11 ได้ไหม", "th"),
        ("ขอใบ 繳費單 ใหม่", "th"),
        ("826", None),
    ],
)
def test_the_script_that_carries_the_line_decides(line: str, script: Optional[str]) -> None:
    assert by_script(line) == script


@pytest.mark.parametrize(
    ("line", "previous", "expected"),
    [
        ("LINE Pay", "zh-TW", "zh-TW"),
        ("ok", "vi", "vi"),
        ("ATM", "th", "th"),
        ("halo", "en", "en"),
        ("12", "id", "id"),
        ("[EMAIL]", "th", "th"),
        ("อีเมล nok@example.com", "zh-TW", "th"),
        ("how much do i owe", "zh-TW", "en"),
        ("berapa tunggakan saya", "zh-TW", "id"),
        ("toi con no bao nhieu", "zh-TW", "vi"),
        ("我欠多少", "en", "zh-TW"),
    ],
)
def test_the_conversations_language_stays_unless_the_line_says_otherwise(
    identifier: LanguageIdentifier, line: str, previous: str, expected: str
) -> None:
    assert identifier.identify(line, previous) == expected


@pytest.mark.parametrize(
    ("line", "language", "sure"),
    [
        ("how much do i owe", "en", True),
        ("berapa tunggakan saya", "id", True),
        ("tôi còn nợ bao nhiêu", "vi", True),
        ("ฉันค้างเท่าไหร่", "th", True),
        ("我還欠多少", "zh-TW", True),
        ("hello", "en", False),
        ("LINE Pay ok", "en", False),
        ("好", "zh-TW", False),
        ("ok ครับ", "th", False),
        ("how much is 健保費 late fee", "en", True),
        ("how much is 健保費 late fee", "zh-TW", False),
    ],
)
def test_only_a_whole_sentence_is_sure(
    identifier: LanguageIdentifier, line: str, language: str, sure: bool
) -> None:
    assert identifier.is_sure(line, language) is sure
