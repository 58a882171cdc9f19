"""What the tagger (a conditional random field) looks at around each token, and the labels it writes."""

from __future__ import annotations

from typing import Dict, List, NamedTuple, Optional, Sequence

import regex

from nlu.components.tokens import Span

_CHINESE = regex.compile(r"\p{Han}")
_THAI = regex.compile(r"\p{Thai}")
_WINDOW = 3


class Labelled(NamedTuple):
    """A stretch of tokens with its label; `start` and `end` are offsets in the line."""

    start: int
    end: int
    label: str


def _kind(token: str) -> str:
    if token.isdigit():
        return f"digits{min(len(token), 5)}"
    if _CHINESE.match(token):
        return "han"
    if _THAI.match(token):
        return "thai"
    return "word" if token[:1].isalpha() else "mark"


def features(tokens: Sequence[Span], hints: Optional[Sequence[str]] = None) -> List[List[str]]:
    """Return the features of every token. `hints[i]` names what a rule or the lexicon sees at token i."""
    texts = ["<s>"] * _WINDOW + [token.text for token in tokens] + ["</s>"] * _WINDOW
    kinds = [_kind(text) for text in texts]
    rows = []
    for index in range(len(tokens)):
        at = index + _WINDOW
        row = ["bias"]
        for step in range(-_WINDOW, _WINDOW + 1):
            row.append(f"t{step}={texts[at + step]}")
        for step in range(-2, 3):
            row.append(f"k{step}={kinds[at + step]}")
        for step in range(-2, 2):
            row.append(f"b{step}={texts[at + step]}|{texts[at + step + 1]}")
        for step in range(-2, 1):
            row.append(f"c{step}={texts[at + step]}|{texts[at + step + 1]}|{texts[at + step + 2]}")
        word = texts[at]
        if kinds[at] == "word":
            row += [
                f"p2={word[:2]}",
                f"p3={word[:3]}",
                f"s2={word[-2:]}",
                f"s3={word[-3:]}",
                f"s4={word[-4:]}",
            ]
            row += [f"s-1={texts[at - 1][-3:]}", f"s+1={texts[at + 1][-3:]}"]
        elif kinds[at] in ("han", "thai"):
            row += [f"q={''.join(texts[at - 3 : at + 1])}", f"r={''.join(texts[at : at + 4])}"]
        if hints is not None:
            row += [f"h{step}={hints[index + step]}" for step in (-1, 0, 1) if 0 <= index + step < len(hints)]
        rows.append(row)
    return rows


def labels(tokens: Sequence[Span], spans: Sequence[Labelled]) -> List[str]:
    """Return B-, I- and O labels; a token belongs to a span when it begins inside it."""
    written = ["O"] * len(tokens)
    for span in spans:
        inside = [i for i, token in enumerate(tokens) if span.start <= token.start < span.end]
        for position, index in enumerate(inside):
            written[index] = ("B-" if position == 0 else "I-") + span.label
    return written


def spans_of(tokens: Sequence[Span], written: Sequence[str]) -> List[Labelled]:
    """Return the stretches that B-, I- and O labels describe."""
    found: List[Labelled] = []
    open_label = ""
    for token, label in zip(tokens, written, strict=True):
        if label.startswith("I-") and label[2:] == open_label:
            found[-1] = found[-1]._replace(end=token.end)
        elif label == "O":
            open_label = ""
        else:
            open_label = label[2:]
            found.append(Labelled(token.start, token.end, open_label))
    return found


def as_hints(tokens: Sequence[Span], spans: Sequence[Labelled]) -> List[str]:
    """Return one word a token for what is seen there; several sights of one token are joined."""
    seen: Dict[int, List[str]] = {}
    for span in spans:
        for index, token in enumerate(tokens):
            if span.start <= token.start < span.end:
                place = "B" if token.start == span.start else "I"
                seen.setdefault(index, []).append(f"{place}{span.label}")
    return ["+".join(sorted(set(seen[i]))) if i in seen else "-" for i in range(len(tokens))]
