"""Reading a year's scheme: strict, so that a slip in the file is found before anybody is scored by it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from nhi_core.domain.errors import Invalid
from nhi_core.domain.evaluation_methods import points_of
from nhi_core.domain.evaluation_model import (
    HUNDRED,
    ZERO,
    Award,
    Entrant,
    Item,
    Method,
    Part,
    Scheme,
    Total,
)

GROUPS = (1, 2, 3, 4)
_SCHEME = frozenset({"year", "months", "bonus", "source", "items", "totals", "awards", "ties"})
_ITEM = frozenset(
    {"key", "section", "name", "weight", "method", "parameters", "factor", "bonus", "sample", "parts"}
)
_AWARD = frozenset({"key", "name", "places", "items", "of_top", "best"})
_NAMED = frozenset({"key", "name"})
_TOTAL = frozenset({"name", "items"})


def parse_scheme(data: Mapping[str, Any]) -> Scheme:
    """Return the scheme. Raises Invalid: unknown words, wrong sums, items or targets that are not there."""
    try:
        _known(data, _SCHEME)
        scheme = Scheme(
            year=int(data["year"]),
            months=tuple(int(month) for month in data["months"]),
            items=tuple(_item(one) for one in data["items"]),
            awards=tuple(_award(one) for one in data["awards"]),
            ties=tuple(data.get("ties", ())),
            source=str(data.get("source", "")),
            totals=tuple(_total(one) for one in data.get("totals", ())),
        )
        _check(scheme, Decimal(str(data.get("bonus", 0))))
        _check_methods(scheme)
    except (KeyError, TypeError, ValueError, InvalidOperation) as error:
        raise Invalid(f"the scheme cannot be read: {type(error).__name__}") from None
    return scheme


def _item(data: Mapping[str, Any]) -> Item:
    _known(data, _ITEM)
    parts = data.get("parts", ())
    for part in parts:
        _known(part, _NAMED)
    return Item(
        key=str(data["key"]),
        section=str(data["section"]),
        name=str(data["name"]),
        weight=Decimal(str(data["weight"])),
        method=Method(data["method"]),
        parameters=dict(data.get("parameters", {})),
        factor=Decimal(str(data.get("factor", 1))),
        bonus=bool(data.get("bonus", False)),
        sample=bool(data.get("sample", False)),
        parts=tuple(Part(str(part["key"]), str(part["name"])) for part in parts),
    )


def _award(data: Mapping[str, Any]) -> Award:
    _known(data, _AWARD)
    return Award(
        key=str(data["key"]),
        name=str(data["name"]),
        places={int(group): int(count) for group, count in data.get("places", {}).items()},
        items=tuple(data.get("items", ())),
        of_top=int(data.get("of_top", 0)),
        best=int(data.get("best", 0)),
    )


def _total(data: Mapping[str, Any]) -> Total:
    _known(data, _TOTAL)
    return Total(str(data["name"]), tuple(data["items"]))


def _check(scheme: Scheme, bonus: Decimal) -> None:
    keys = [item.key for item in scheme.items]
    figures = [*keys, *(part.key for item in scheme.items for part in item.parts)]
    _must(len(set(figures)) == len(figures), "an item or a part stands twice")
    _must(_sum(scheme.items, bonus=False) == HUNDRED, "the weights do not make a hundred")
    _must(_sum(scheme.items, bonus=True) == bonus, "the bonuses do not make what was announced")
    _must(all(1 <= month <= 12 for month in scheme.months) and bool(scheme.months), "no such month")
    _must(len(set(scheme.months)) == len(scheme.months), "a month stands twice")
    awards = [key for award in scheme.awards for key in award.items]
    totals = [key for total in scheme.totals for key in total.items]
    named = {*scheme.ties, *awards, *totals}
    _must(named <= set(keys), "an award, a total or a tie names an item that is not there")


def _check_methods(scheme: Scheme) -> None:
    """Score next to nothing by every item and size group: what a method needs is there, and is fair."""
    for item in scheme.items:
        _must(item.weight >= ZERO and item.factor > ZERO, f"{item.key}: a weight or factor below nothing")
        for group in GROUPS:
            nothing = Entrant("", group, {}, errors=1, received=1)
            one = Entrant("", group, dict.fromkeys(item.counted, 1))
            for entrant in (nothing, one):
                got = points_of(item, entrant, [entrant]).points
                _must(ZERO <= got <= item.weight, f"{item.key}: points below nothing or above the weight")


def _known(data: Mapping[str, Any], words: frozenset[str]) -> None:
    unknown = sorted(set(data) - words)
    _must(not unknown, f"unknown words: {', '.join(unknown)}")


def _sum(items: Sequence[Item], *, bonus: bool) -> Decimal:
    return sum((item.weight for item in items if item.bonus is bonus), ZERO)


def _must(holds: bool, problem: str) -> None:
    if not holds:
        raise Invalid(problem)
