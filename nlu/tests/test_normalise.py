"""Folding makes many ways of writing one, and never changes where a character stands."""

from __future__ import annotations

import random

import pytest

from nlu.components.normalise import fold

_POOLS = [(0x20, 0x7E), (0xA0, 0x24F), (0x300, 0x36F), (0xE00, 0xE5B), (0x1E00, 0x1EFF), (0x2000, 0x2BFF), (0x3000, 0x312F), (0x3400, 0x9FFF), (0xF900, 0xFAFF), (0xFE30, 0xFFEF), (0x1F300, 0x1FAFF), (0x20000, 0x20100)]  # fmt: skip


def _lines(count: int) -> list:
    chance = random.Random(20261122)
    return [
        "".join(chr(chance.randint(*chance.choice(_POOLS))) for _ in range(chance.randint(0, 40)))
        for _ in range(count)
    ]


@pytest.mark.parametrize("seed", range(5))
def test_every_line_keeps_its_length(seed: int) -> None:
    for line in _lines(400)[seed::5]:
        assert len(fold(line)) == len(line)


def test_folding_twice_changes_nothing_more() -> None:
    for line in _lines(300):
        assert fold(fold(line)) == fold(line)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("ＡＢＣ１２３", "abc123"),
        ("健保费", "健保費"),
        ("请问欠费多少", "請問欠費多少"),
        ("NT＄３,０００", "nt$3,000"),
        ("全形　空白", "全形 空白"),
        ("繳了ㄇ", "繳了嗎"),
        ("我ㄉ卡", "我的卡"),
        ("Nợ Bảo Hiểm", "nợ bảo hiểm"),
        ("臺北", "台北"),
    ],
)
def test_ways_of_writing_meet(written: str, folded: str) -> None:
    assert fold(written) == folded
