"""Words of the lexicon in a line: payment channels, languages, notice categories, offices and places."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional, Tuple

import regex
import yaml

from nlu.components.normalise import fold
from nlu.components.values.found import Found

LEXICON = Path(__file__).resolve().parents[2] / "lexicon"
# How a romanised township becomes an office's name.
_OFFICE_BEFORE = (
    "kantor", "kantor distrik", "kantor kecamatan", "kantor kota", "văn phòng", "văn phòng quận", "ủy ban", "ủy ban quận",
    "công sở", "công sở quận", "สำนักงาน", "สำนักงานเขต", "สำนักงานเมือง",
)  # fmt: skip
_OFFICE_AFTER = (
    "office",
    "district office",
    "township office",
    "city office",
    "town office",
    "public office",
    "district public office",
)


def _load(name: str) -> Any:
    return yaml.safe_load((LEXICON / name).read_text(encoding="utf-8"))


_WORD = regex.compile(r"[\p{Latin}\p{M}\p{Nd}]")


class _Names:
    """Names to look up at every place of a line, longest first; Latin ones and numbers only as whole words."""

    def __init__(self, values: Dict[str, str]) -> None:
        self.values = values
        self._lengths: Dict[str, List[int]] = {}
        for name in values:
            lengths = self._lengths.setdefault(name[0], [])
            if len(name) not in lengths:
                lengths.append(len(name))
        for lengths in self._lengths.values():
            lengths.sort(reverse=True)

    def find(self, folded: str) -> Iterator[Tuple[int, int, str]]:
        """Yield start, end and the name's value, without overlaps."""
        start = 0
        while start < len(folded):
            end = self._longest_at(folded, start)
            if end:
                yield start, end, self.values[folded[start:end]]
            start = max(end, start + 1)

    def _longest_at(self, folded: str, start: int) -> int:
        for length in self._lengths.get(folded[start], ()):
            end = start + length
            if folded[start:end] in self.values and _is_whole(folded, start, end):
                return end
        return 0


def _is_whole(folded: str, start: int, end: int) -> bool:
    cuts_before = start > 0 and _WORD.match(folded[start]) and _WORD.match(folded[start - 1])
    cuts_after = end < len(folded) and _WORD.match(folded[end - 1]) and _WORD.match(folded[end])
    return not (cuts_before or cuts_after)


@lru_cache(maxsize=1)
def _terms() -> Dict[str, _Names]:
    return {
        entity: _Names({fold(str(name)): value for value, names in values.items() for name in names})
        for entity, values in _load("terms.yml").items()
    }


@lru_cache(maxsize=1)
def _offices() -> Tuple[_Names, _Names]:
    """Return the names of offices with the full name of each, and the names of places."""
    book = _load("offices.yml")
    offices: Dict[str, str] = {}
    places: Dict[str, str] = {}
    for name, romanised in book["offices"].items():
        county, town = name[:3], name[3:-2]
        for form in (f"{town[:-1]}公所", f"{town}公所", name):
            offices[fold(form)] = name
        for form in romanised:
            for whole in (
                *(f"{before} {form}" for before in _OFFICE_BEFORE),
                *(f"{form} {after}" for after in _OFFICE_AFTER),
            ):
                offices[fold(whole)] = name
        for form in (town[:-1], town, county + town, *romanised):
            places[fold(form)] = name
    for name, forms in book["agency"].items():
        offices.update({fold(form): name for form in (name, *forms)})
    cities = {fold(str(place)): "" for place in _load("places.yml")["places"]}
    return _Names(offices), _Names({**places, **cities})


def office_named(folded: str) -> Optional[str]:
    """Return the full name of the first office, or the office of the first township, that a stretch names."""
    offices, places = _offices()
    names = [name for _, _, name in offices.find(folded)] + [
        name for _, _, name in places.find(folded) if name
    ]
    return names[0] if names else None


@lru_cache(maxsize=1)
def _reasons() -> Tuple[Tuple[str, Tuple[str, ...]], ...]:
    return tuple((reason, tuple(map(fold, pieces))) for reason, pieces in _load("reasons.yml").items())


def reason_in(folded: str) -> Optional[str]:
    """Return which reason a stretch of text gives, or None."""
    return next((reason for reason, pieces in _reasons() if any(piece in folded for piece in pieces)), None)


def terms(folded: str, text: str) -> Iterator[Found]:
    """Yield what the lexicon knows in a line; `text` is the line as written, of the same length."""
    for entity, names in _terms().items():
        for start, end, value in names.find(folded):
            yield Found(start, end, entity, value)
    offices, places = _offices()
    for start, end, value in offices.find(folded):
        yield Found(start, end, "office", value)
    for start, end, _ in places.find(folded):
        yield Found(start, end, "place", text[start:end])
