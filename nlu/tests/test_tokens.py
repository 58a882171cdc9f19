"""Tokens carry true offsets, and nothing but white space is lost."""

from __future__ import annotations

import pytest

from nlu.components.tokens import cut


@pytest.mark.parametrize(
    ("line", "tokens"),
    [
        ("我欠826元", ["我", "欠", "826", "元"]),
        ("how much, please?", ["how", "much", ",", "please", "?"]),
        ("don't", ["don't"]),
        ("tôi nợ bao nhiêu", ["tôi", "nợ", "bao", "nhiêu"]),
        ("ค้าง", ["ค", "้", "า", "ง"]),
        ("寄到[EMAIL]謝謝", ["寄", "到", "[EMAIL]", "謝", "謝"]),
        ("用LINE Pay繳", ["用", "LINE", "Pay", "繳"]),
        ("ㄋㄧˇ好👍🏽", ["ㄋ", "ㄧ", "ˇ", "好", "👍", "🏽"]),
        ("7-11", ["7", "-", "11"]),
        ("", []),
    ],
)
def test_tokens_of_five_scripts(line: str, tokens: list) -> None:
    assert [span.text for span in cut(line)] == tokens


@pytest.mark.parametrize(
    "line", ["  我 欠 12,000元 !! ", "Xin chào\tcác bạn", "สวัสดี ok 123", "e\u0301te\u0301"]
)
def test_offsets_are_true_and_only_space_is_left_out(line: str) -> None:
    spans = cut(line)
    assert all(line[span.start : span.end] == span.text for span in spans)
    kept = {index for span in spans for index in range(span.start, span.end)}
    assert all(line[index].isspace() for index in set(range(len(line))) - kept)
    assert sum(len(span.text) for span in spans) == len(kept)
