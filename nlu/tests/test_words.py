"""Lines that command by themselves."""

from __future__ import annotations

import pytest

from nlu.components.words import command


@pytest.mark.parametrize(
    "line",
    [
        "上一步",
        "回上一頁！",
        "我要回上一步 謝謝",
        "返回吧",
        "back",
        "Go back please.",
        "kembali",
        "Quay lại",
        "ย้อนกลับค่ะ",
    ],
)
def test_back_leads_back(line: str) -> None:
    assert command(line) == ("instalment_guide", {"to": "back_word"})


@pytest.mark.parametrize(
    "line",
    [
        "",
        "???",
        "can i get my money back",
        "退錢給我",
        "uang saya kembali?",
        "กลับบ้าน",
        "上一步要填什麼",
        "我看不懂中文",
        "bahasa apa saja",
    ],
)
def test_a_word_inside_a_line_commands_nothing(line: str) -> None:
    assert command(line) is None


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("English", "en"),
        ("ＥＮＧＬＩＳＨ", "en"),
        ("中文", "zh-TW"),
        ("Tiếng Việt", "vi"),
        ("tieng viet", "vi"),
        ("ภาษาไทย", "th"),
        ("bahasa", "id"),
        ("Bahasa Indonesia!", "id"),
        ("印尼文", "id"),
    ],
)
def test_the_name_of_a_language_changes_to_it(line: str, code: str) -> None:
    assert command(line) == ("change_language", {"language": code})
