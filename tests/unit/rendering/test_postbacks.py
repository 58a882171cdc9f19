"""Postback data: what is written is read back; what was changed is refused."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.rendering.postbacks import MAX_LENGTH, BadPostback, Postback, decode, encode

names = st.from_regex(r"[a-z][a-z0-9_]{1,20}", fullmatch=True)
sessions = st.from_regex(r"[A-Za-z0-9_-]{1,32}", fullmatch=True)
values = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@given(names, sessions, st.dictionaries(names, values, max_size=3))
def test_what_is_written_is_read_back(intent: str, session: str, entities: dict[str, str]) -> None:
    try:
        data = encode(intent, session, **entities)
    except BadPostback:
        assume(False)
    assert len(data) <= MAX_LENGTH
    assert decode(data) == Postback(intent, session, entities)


@given(st.text(max_size=400))
def test_anything_else_is_refused_or_was_ours(data: str) -> None:
    try:
        found = decode(data)
    except BadPostback:
        return
    assert encode(found.intent, found.session, **found.entities) == data


@pytest.mark.parametrize(
    "data",
    [
        "",
        "v=1",
        "v=2&s=abc&i=greet",
        "v=1&s=abc",
        "v=1&s=abc&i=",
        "v=1&s=abc&i=Greet",
        "v=1&s=a b&i=greet",
        "v=1&s=abc&i=greet&i=help",
        "s=abc&v=1&i=greet",
        "v=1&s=abc&i=greet&A=1",
        "v=1&s=abc&i=greet&date=%E4%B8",
        "v=1&s=abc&i=greet&" + "&".join(f"e{n}=1" for n in range(40)),
        "v=1&s=abc&i=greet&note=" + "x" * 300,
        "<script>",
    ],
)
def test_tampered_data_is_refused_without_repeating_it(data: str) -> None:
    with pytest.raises(BadPostback) as caught:
        decode(data)
    assert not data or data not in str(caught.value)


def test_data_that_line_would_refuse_is_never_written() -> None:
    with pytest.raises(BadPostback):
        encode("greet", "abc", note="長" * 40)


def test_a_lone_surrogate_is_not_text() -> None:
    with pytest.raises(BadPostback):
        encode("greet", "abc", note="\ud800")
