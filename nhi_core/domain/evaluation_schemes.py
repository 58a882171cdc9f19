"""Reading a year's scheme: strict, so that a slip in the file is found before anybody is scored by it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from nhi_core.domain.errors import Invalid
from nhi_core.domain.evaluation import HUNDRED, Award, Item, Method, Scheme


def parse_scheme(data: Mapping[str, Any]) -> Scheme:
    """Return the scheme. Raises Invalid: unknown words, weights that do not sum up, missing items."""
    try:
        items = tuple(_item(one) for one in data["items"])
        scheme = Scheme(
            year=int(data["year"]),
            months=tuple(int(month) for month in data["months"]),
            items=items,
            awards=tuple(_award(one) for one in data["awards"]),
            ties=tuple(data.get("ties", ())),
            source=str(data.get("source", "")),
        )
    except (KeyError, TypeError, ValueError, InvalidOperation) as error:
        raise Invalid(f"the scheme cannot be read: {type(error).__name__}") from None
    _check(scheme, Decimal(str(data.get("bonus", 0))))
    return scheme


def _item(data: Mapping[str, Any]) -> Item:
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
    )


def _award(data: Mapping[str, Any]) -> Award:
    return Award(
        key=str(data["key"]),
        name=str(data["name"]),
        places={int(group): int(count) for group, count in data.get("places", {}).items()},
        items=tuple(data.get("items", ())),
        of_top=int(data.get("of_top", 0)),
        best=int(data.get("best", 0)),
    )


def _check(scheme: Scheme, bonus: Decimal) -> None:
    keys = [item.key for item in scheme.items]
    _must(len(set(keys)) == len(keys), "an item stands twice")
    _must(_sum(scheme.items, bonus=False) == HUNDRED, "the weights do not make a hundred")
    _must(_sum(scheme.items, bonus=True) == bonus, "the bonuses do not make what was announced")
    _must(all(1 <= month <= 12 for month in scheme.months) and bool(scheme.months), "no such month")
    named = {*scheme.ties, *(key for award in scheme.awards for key in award.items)}
    _must(named <= set(keys), "an award or a tie names an item that is not there")


def _sum(items: Sequence[Item], *, bonus: bool) -> Decimal:
    return sum((item.weight for item in items if item.bonus is bonus), Decimal(0))


def _must(holds: bool, problem: str) -> None:
    if not holds:
        raise Invalid(problem)
