"""The lexicon's files, and a table of names to look up in a line."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Any, Dict, Generic, Iterable, Iterator, List, Mapping, Tuple, TypeVar

import regex
import yaml

from nlu.components.normalise import fold

LEXICON = Path(__file__).resolve().parents[2] / "lexicon"
_WORD = regex.compile(r"[\p{Latin}\p{M}\p{Nd}]")
_START = regex.compile(r"(?<![\p{Latin}\p{M}\p{Nd}])[\p{Latin}\p{M}\p{Nd}]|[^\p{Latin}\p{M}\p{Nd}\s]")
_VIETNAMESE = regex.compile(r"[àáâãèéêìíòóôõùúýăđĩũơưạ-ỹ]")
V = TypeVar("V")


def load(name: str) -> Any:
    """Read a file of the lexicon; libyaml's reader where it is built in, ten times as fast."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load((LEXICON / name).read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - a safe loader


@lru_cache(maxsize=4096)
def without_marks(name: str) -> str:
    """Return a Vietnamese name as people type it without marks: hôm qua → hom qua."""
    plain = unicodedata.normalize("NFD", name.replace("đ", "d"))
    return "".join(char for char in plain if not unicodedata.combining(char))


def forms(name: object) -> Iterator[str]:
    """Yield the folded name and, for a Vietnamese one of two words or more, the same without marks."""
    folded = fold(str(name))
    yield folded
    if " " in folded and _VIETNAMESE.search(folded):
        yield without_marks(folded)


def either(names: Iterable[str]) -> str:
    """Return a pattern for any of the names, longest first; Latin ones only as whole words."""
    every = sorted(set(names), key=lambda name: (-len(name), name))
    latin = [regex.escape(name) for name in every if regex.search(r"^\p{Latin}", name)]
    rest = [regex.escape(name) for name in every if not regex.search(r"^\p{Latin}", name)]
    whole = rf"(?<![\p{{Latin}}\p{{M}}])(?:{'|'.join(latin)})(?![\p{{Latin}}\p{{M}}])" if latin else ""
    return "|".join(part for part in (whole, "|".join(rest)) if part)


class Names(Generic[V]):
    """Names to look up at every place of a line, longest first; Latin ones and numbers only as whole words."""

    def __init__(self, values: Mapping[str, V]) -> None:
        """`values`: folded name → what it stands for."""
        self.values = dict(values)
        lengths: Dict[str, set] = {}
        for name in self.values:
            lengths.setdefault(name[:2], set()).add(len(name))
        self._lengths: Dict[str, List[int]] = {
            key: sorted(found, reverse=True) for key, found in lengths.items()
        }

    def find(self, folded: str) -> Iterator[Tuple[int, int, V]]:
        """Yield start, end and what the name stands for, without overlaps."""
        past, lengths = 0, self._lengths
        for start, two in _starts(folded):
            if start < past or two not in lengths:
                continue
            for length in lengths[two]:
                end = start + length
                value = self.values.get(folded[start:end])
                if value is not None and _ends_whole(folded, end):
                    yield start, end, value
                    past = end
                    break


@lru_cache(maxsize=16)
def _starts(folded: str) -> Tuple[Tuple[int, str], ...]:
    """Return where a name may start, never inside a Latin word or a number, with the two characters there."""
    return tuple((at, folded[at : at + 2]) for at in (hit.start() for hit in _START.finditer(folded)))


def _ends_whole(folded: str, end: int) -> bool:
    if end >= len(folded):
        return end == len(folded)
    return not (_WORD.match(folded, end - 1) and _WORD.match(folded, end))
