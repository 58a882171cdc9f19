"""LINE counts some texts in UTF-16 units and others in characters as people see them."""

from __future__ import annotations

import pytest

from line_sandbox.validation.counting import grapheme_length, json_bytes, utf16_length


@pytest.mark.parametrize(
    ("text", "units", "clusters"),
    [
        ("", 0, 0),
        ("健保", 2, 2),
        ("𠮷", 2, 1),
        ("👨‍👩‍👧‍👦", 11, 1),
        ("ที่", 3, 1),
        ("e\u0301", 2, 1),
        ("🇹🇼", 4, 1),
        ("\r\n", 2, 1),
    ],
)
def test_both_ways_of_counting(text: str, units: int, clusters: int) -> None:
    assert utf16_length(text) == units
    assert grapheme_length(text) == clusters


def test_json_size_is_in_bytes_of_compact_utf8() -> None:
    assert json_bytes({"a": "健"}) == len('{"a":"健"}'.encode())
