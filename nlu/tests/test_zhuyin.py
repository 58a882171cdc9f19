"""Zhuyin typed on an English keyboard is turned back; what any of our languages writes is left alone."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import List

import pytest
from pypinyin import Style, lazy_pinyin

from nlu.components.views import syllables
from nlu.components.zhuyin import _KEYS, turned_back
from nlu.lint import read

DATA = Path(__file__).resolve().parents[1] / "data" / "nlu"
MASSIVE = Path(os.environ.get("MASSIVE_DIR", "massive"))

TYPED = [
    ("su3cl3", "你好"),
    ("su3cl3a87", "你好嗎"),
    ("ji3ru.4", "我就"),
    ("ji3c96fu042ji gl3", "我還欠多少"),
    ("ru041l3zo4", "健保費"),
    ("fu04zo4", "欠費"),
    ("2ji gl3fu06", "多少錢"),
    ("zp fu6", "分期"),
    ("dk3u3zp fu6a87", "可以分期嗎"),
    ("ji3ul4zp fu6", "我要分期"),
    ("rul3zo4", "繳費"),
    ("ru041l3d83", "健保卡"),
]


def _keys(text: str) -> str:
    """Type a text on the keyboard, as somebody does who forgot to switch."""
    key_of, tone_of = {sign: key for key, sign in _KEYS.items()}, dict(zip("ˊˇˋ˙", "6347", strict=True))
    typed = ""
    for sound in lazy_pinyin(text, style=Style.BOPOMOFO):
        typed += "".join(key_of.get(sign) or tone_of[sign] for sign in sound)
        typed += "" if sound[-1] in tone_of else " "
    return typed


SAID = (
    """
我還欠多少健保費|健保費怎麼繳|可以分期嗎|我要分十二期|滯納金怎麼算|什麼時候到期|健保卡不見了|我要補發健保卡|沒繳會鎖卡嗎|我失業了繳不出來
請問怎麼綁定|解除綁定|我要找真人|公所在哪裡|可以用超商繳嗎|幫我查欠費|繳過了怎麼還沒入帳|帳單不對|我要退費|出國可以停保嗎
電話幾號|改用英文|謝謝你|早安|你會做什麼|我繳兩次了|有沒有補助|我要繳費證明|提醒我繳費|不要再提醒我
""".replace("\n", "|")
    .strip("|")
    .split("|")
)


@pytest.mark.parametrize(("typed", "meant"), TYPED)
def test_what_was_typed_is_turned_back(typed: str, meant: str) -> None:
    assert turned_back(typed) == meant


@pytest.mark.parametrize("said", SAID)
def test_what_people_ask_sounds_right_again(said: str) -> None:
    assert len(SAID) == 30
    for typed in (_keys(said), _keys(said).strip().upper(), _keys(said) + "?"):
        turned = turned_back(typed)
        assert turned is not None
        assert syllables(turned.rstrip("?")) == syllables(said)


def test_words_we_know_are_written_as_we_write_them() -> None:
    whole = [said for said in SAID if turned_back(_keys(said)) == said]
    assert len(whole) >= 0.8 * len(SAID), set(SAID) - set(whole)


def test_a_slip_in_the_tone_costs_the_tone_alone() -> None:
    assert syllables(turned_back("ji6fu042ji gl3") or "") == syllables("我欠多少")


NO_ZHUYIN = (
    """
mp3|a4|ok|hi|12|0912345678|826|3,304|LINE Pay|6 期|[CODE]|7-11|v1.2|b2b|covid19|no. 5|f-16|ok 3|xyz|qwer|ABCD-2345
我 su3cl3|su3 hello|it is 3|call me at 7|room 4| |
""".strip("\n")
    .replace("\n", "|")
    .split("|")
)


@pytest.mark.parametrize("line", NO_ZHUYIN)
def test_what_is_no_zhuyin_stays(line: str) -> None:
    assert turned_back(line) is None


def test_no_line_of_ours_is_taken_for_zhuyin() -> None:
    lines = [example.text for example in read(DATA)]
    assert len(lines) > 30_000
    # Written as zhuyin on purpose.
    assert {line for line in lines if turned_back(line)} <= {"su3cl3"}


def test_no_line_of_others_is_taken_for_zhuyin() -> None:
    files = sorted(MASSIVE.glob("*.jsonl.gz"))
    if not files:
        pytest.skip("MASSIVE is not at hand")
    found: List[str] = []
    for file in files:
        with gzip.open(file, "rt", encoding="utf-8") as rows:
            found += [line for line in (json.loads(row)["utt"] for row in rows) if turned_back(line)]
    assert found == []


def test_of_our_own_lines_nearly_all_are_known_again() -> None:
    lines = [e.text for e in read(DATA) if e.language == "zh-TW" and e.text.isalpha() and len(e.text) > 2]
    lines = [line for line in lines if all("\u4e00" <= char <= "\u9fff" for char in line)][::20]
    assert len(lines) > 200
    missed = [line for line in lines if turned_back(_keys(line)) is None]
    assert len(missed) <= 0.01 * len(lines), missed
