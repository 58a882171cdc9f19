"""How a figure becomes points: one function a method, and how many cases are left to the full points."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_CEILING, Decimal

from nhi_core.domain.errors import Invalid
from nhi_core.domain.evaluation_model import ZERO, Entrant, Item, Method, Points, percent


def points_of(item: Item, entrant: Entrant, group: Sequence[Entrant]) -> Points:
    """Return the points of one item; `group` are all offices of the size. Raises Invalid."""
    return _METHODS[item.method](item, entrant, group)


def cases_left(item: Item, points: Points) -> int | None:
    """Return how many more cases bring an item's full points; None where cases bring nothing."""
    if item.method is Method.PER_CASE:
        goal = item.weight / each if (each := _number(item, "points")) else None
    elif item.method is Method.STEPS:
        goal = max((at_least for at_least, _ in _step_pairs(item)), default=None)
    else:
        goal = None if item.method is Method.ERROR_RATE else points.reference
    if not goal or not item.factor:
        return None
    return int(((goal - points.value) / item.factor).to_integral_value(rounding=ROUND_CEILING))


def _value(item: Item, entrant: Entrant) -> Decimal:
    return item.cases(entrant.figures) * item.factor


def _number(item: Item, name: str, group: int | None = None) -> Decimal:
    found = item.parameters.get(name)
    if isinstance(found, Mapping) and group is not None:
        found = found.get(str(group))
    if found is None:
        raise Invalid(f"{item.key}: the scheme lacks {name}")
    return Decimal(str(found))


def _step_pairs(item: Item) -> list[tuple[Decimal, Decimal]]:
    steps = item.parameters.get("steps")
    if not isinstance(steps, Sequence):
        raise Invalid(f"{item.key}: the scheme lacks steps")
    return [(Decimal(str(at_least)), Decimal(str(points))) for at_least, points in steps]


def _best_of_group(item: Item, entrant: Entrant, group: Sequence[Entrant]) -> Points:
    value, best = _value(item, entrant), max(_value(item, one) for one in group)
    got = item.weight * value / best if best else ZERO
    return Points(item.key, value, best, got, item.weight, item.method)


def _target(item: Item, entrant: Entrant, _group: Sequence[Entrant]) -> Points:
    value, target = _value(item, entrant), _number(item, "target", entrant.size_group)
    got = min(item.weight, item.weight * value / target) if target else ZERO
    return Points(item.key, value, target, got, item.weight, item.method)


def _per_case(item: Item, entrant: Entrant, _group: Sequence[Entrant]) -> Points:
    value, each = _value(item, entrant), _number(item, "points")
    return Points(item.key, value, each, min(item.weight, value * each), item.weight, item.method)


def _error_rate(item: Item, entrant: Entrant, _group: Sequence[Entrant]) -> Points:
    rate, each = percent(entrant.errors, entrant.received), _number(item, "points_a_percent")
    lost = (rate or ZERO) * each
    # Who received nothing had nothing to get wrong, and nothing to show.
    got = ZERO if rate is None else max(ZERO, item.weight - lost)
    return Points(item.key, rate or ZERO, each, got, item.weight, item.method)


def _steps(item: Item, entrant: Entrant, _group: Sequence[Entrant]) -> Points:
    value, got, reached = _value(item, entrant), ZERO, None
    for at_least, points in _step_pairs(item):
        if value >= at_least and points >= got:
            got, reached = points, at_least
    return Points(item.key, value, reached, min(item.weight, got), item.weight, item.method)


_METHODS: Mapping[Method, Callable[[Item, Entrant, Sequence[Entrant]], Points]] = {
    Method.BEST_OF_GROUP: _best_of_group,
    Method.TARGET: _target,
    Method.PER_CASE: _per_case,
    Method.ERROR_RATE: _error_rate,
    Method.STEPS: _steps,
}
