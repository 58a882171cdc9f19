"""Bars of the console: drawn to scale, named, and without anything the pages' policy forbids."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest

from bot.charts.figures import Bars, svg

_NS = {"s": "http://www.w3.org/2000/svg"}
_FIRST, _SECOND = "rgb(0%,34%,30%)", "rgb(85%,51%,0%)"


def _drawn(bars: Bars) -> ET.Element:
    return ET.fromstring(str(svg(bars)))


def _sides(root: ET.Element, colour: str, side: str) -> list[float]:
    found = [one for one in root.iterfind(".//s:rect", _NS) if one.get("fill", "").startswith(colour[:8])]
    return [float(one.get(side, "0")) for one in found if float(one.get("width", "0")) != 13]


def _words(root: ET.Element) -> list[str]:
    return ["".join(one.itertext()).strip() for one in root.iterfind(".//s:text", _NS)]


def test_stacked_bars_are_as_high_as_their_numbers_and_carry_their_sum() -> None:
    root = _drawn(Bars("各月", ["1 月", "2 月"], [("靜態", [10, 40]), ("動態", [5, 10])], stacked=True))
    low, high = _sides(root, _FIRST, "height")[:2]
    assert high == pytest.approx(4 * low)
    assert {"1 月", "2 月", "靜態", "動態", "15", "50"} <= {*_words(root)}


def test_lying_bars_stand_in_the_order_they_are_given() -> None:
    root = _drawn(Bars("年", ["欠費協助", "宣導"], [("前一年", [100, 1]), ("今年", [200, 2])]))
    words = _words(root)
    assert {"欠費協助", "宣導", "前一年", "今年", "100", "200"} <= {*words}
    before, after = _sides(root, _FIRST, "width")[0], _sides(root, _SECOND, "width")[0]
    assert after == pytest.approx(2 * before)
    # y grows upwards inside the chart: the year before stands above this one.
    assert _sides(root, _FIRST, "y")[0] > _sides(root, _SECOND, "y")[0]


def test_a_note_stands_where_a_number_would() -> None:
    root = _drawn(Bars("占比", ["未附證明"], [("", [43.8])], notes=["390 件，44 %"]))
    assert "390 件，44 %" in _words(root)


def test_the_page_s_policy_is_kept_and_a_reader_hears_a_title() -> None:
    root = _drawn(Bars('各月"<b>', ["一<script>"], [("x", [1]), ("y", [2])]))
    assert root.get("role") == "img"
    assert root.get("aria-label") == '各月"<b>'
    assert not [one for one in root.iter() if one.get("style") or one.get("id") or one.get("onload")]
    assert not re.search(r"<script|<title|<style", str(svg(Bars("t", ["一<script>"], [("x", [1])]))))
    assert "一<script>" in _words(root)


def test_nothing_is_drawn_of_nothing_and_zeros_divide_nothing() -> None:
    assert svg(Bars("t", [], [])) == ""
    assert _drawn(Bars("t", ["a"], [("x", [0]), ("y", [0])], stacked=True)) is not None


def test_many_months_go_without_names() -> None:
    labels = [f"m{number}" for number in range(20)]
    root = _drawn(Bars("t", labels, [("x", [1] * 20), ("y", [1] * 20)], stacked=True))
    assert "m3" not in _words(root)
