"""Offices and places: 鳳山區公所, Fengshan District Office, công sở Phượng Sơn, สำนักงานเขตเฟิ่งซาน."""

from __future__ import annotations

from functools import lru_cache
from typing import Dict, FrozenSet, Iterator, List, NamedTuple, Optional, Tuple

import regex

from nlu.components.normalise import fold
from nlu.components.values.found import Found
from nlu.components.values.lexicon import Names, forms, load

_REACH = 45


class _Book(NamedTuple):
    """Names of places with the townships each can mean; whole names of offices; what makes an office."""

    places: "Names[Tuple[str, ...]]"
    offices: "Names[str]"
    counties: "Names[str]"
    everyday: FrozenSet[str]
    served: Tuple[str, ...]
    before: "regex.Pattern[str]"
    after: "regex.Pattern[str]"


def _town_forms(county: str, town: str, foreign: List[str]) -> Iterator[str]:
    base = town[:-1]
    yield from (fold(town), fold(county + town), fold(county[:-1] + town))
    if len(base) > 1 and town != "中西區":
        yield from (fold(base), fold(county + base), fold(county[:-1] + base))
    for name in foreign:
        yield from forms(name)


@lru_cache(maxsize=1)
def _book() -> _Book:
    towns, rules, elsewhere = load("towns.yml"), load("offices.yml"), load("places.yml")
    places: Dict[str, Tuple[str, ...]] = {}
    for county, names in towns.items():
        for town, foreign in names.items():
            for form in dict.fromkeys(_town_forms(county, town, foreign)):
                places[form] = (*places.get(form, ()), f"{county}{town}公所")
    counties: Dict[str, str] = {}
    for county, names in elsewhere["counties"].items():
        counties.update({form: county for name in (county, *names) for form in forms(name)})
    for form in [*counties, *(form for name in elsewhere["elsewhere"] for form in forms(name))]:
        places.setdefault(form, ())
    agency = {fold(form): name for name, names in rules["agency"].items() for form in (name, *names)}
    between = rf"(?:\s?(?:{'|'.join(rules['between'])}))*"
    return _Book(
        Names(places),
        Names(agency),
        Names(counties),
        frozenset(form for name in (*rules["everyday"], *elsewhere["everyday"]) for form in forms(name)),
        tuple(rules["served"]),
        regex.compile(rf"(?<![\p{{Latin}}\p{{M}}])(?:{'|'.join(map(fold, rules['before']))}){between}\s?$"),
        regex.compile(rf"\s?(?:{'|'.join(rules['after'])})(?!(?<=\p{{Latin}})\p{{Latin}})"),
    )


def _meant(candidates: Tuple[str, ...], folded: str, start: int, end: int) -> Optional[str]:
    """Choose among offices of one name: the county that the line names, else the one whose people we serve."""
    book = _book()
    if len(candidates) > 1:
        rest = f"{folded[:start]} {folded[end:]}"
        named = {county for _, _, county in book.counties.find(rest)}
        chosen = [name for name in candidates if name[:3] in named]
        if len(chosen) != 1:
            # Of two that we serve (Phượng Sơn, Phương Sơn without marks) the first is the larger.
            chosen = [name for name in candidates if name.startswith(book.served)][:1]
        return chosen[0] if chosen else None
    return candidates[0] if candidates else None


def offices_and_places(folded: str, text: str) -> Iterator[Found]:
    """Yield them; `text` is the line as written, of the same length. The value of a place is what was written."""
    book = _book()
    for start, end, name in book.offices.find(folded):
        yield Found(start, end, "office", name)
    for start, end, candidates in book.places.find(folded):
        name = _meant(candidates, folded, start, end)
        head = book.before.search(folded, max(0, start - _REACH), start)
        tail = book.after.match(folded, end)
        if name is not None and (head or tail):
            yield Found(head.start() if head else start, tail.end() if tail else end, "office", name)
        else:
            yield Found(start, end, "place", text[start:end], folded[start:end] not in book.everyday)


def office_named(folded: str) -> Optional[str]:
    """Return the full name of the first office, or the office of the first township, that a stretch names."""
    found = next((item for item in offices_and_places(folded, folded) if item.entity == "office"), None)
    if found is not None:
        return str(found.value)
    places = _book().places.find(folded)
    named = (_meant(candidates, folded, start, end) for start, end, candidates in places)
    return next((name for name in named if name), None)
