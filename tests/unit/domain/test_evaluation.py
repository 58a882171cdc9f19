"""The yearly evaluation: the slides' totals by true arithmetic, ranks, prizes, what would raise a score."""

from __future__ import annotations

import dataclasses
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nhi_core.adapters.evaluation import _FOLDER, schemes
from nhi_core.domain.errors import Invalid
from nhi_core.domain.evaluation import evaluate, participation, raises
from nhi_core.domain.evaluation_model import (
    Award,
    Entrant,
    Item,
    Method,
    Part,
    Scheme,
    growth,
    percent,
    rounded,
)
from nhi_core.domain.evaluation_schemes import parse_scheme

D = Decimal
SCHEME = schemes()[111]


def entrant(
    office: str = "A", group: int = 1, errors: int = 0, received: int = 100, **figures: int
) -> Entrant:
    return Entrant(office, group, figures, errors, received)


def small(**more: Any) -> Scheme:
    items = (
        Item("a", "s", "甲", D(60), Method.TARGET, {"target": {"1": 100, "2": 50}}),
        Item("b", "s", "乙", D(40), Method.PER_CASE, {"points": 2}),
    )
    return Scheme(**{"year": 111, "months": (2,), "items": items, "awards": (), **more})


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        (11_719, 13_526, 15),
        (3_386, 7_429, 119),
        (3_976, 3_650, -8),
        (7_362, 11_079, 50),  # 50.49: half up
        (951, 964, 1),
        (10, 18, 80),
        (730, 795, 9),
        (36, 33, -8),
        (766, 828, 8),
        (220, 272, 24),
        (391, 330, -16),
        (5_326, 4_950, -7),
        (5_717, 5_280, -8),
        (7_923, 9_040, 14),
        (3_529, 3_911, 11),
        (250, 504, 102),
        (17, 71, 318),
    ],
)
def test_growth_is_the_slides(before: int, after: int, shown: int) -> None:
    found = growth(before, after)
    assert found is not None
    assert rounded(found) == shown


def test_there_is_no_growth_from_nothing() -> None:
    assert growth(0, 1_107) is None


def test_parts_of_the_slides_sum_up() -> None:
    assert 9_040 + 3_911 + 504 + 71 == 13_526
    assert 7_429 + 3_650 == 11_079
    assert rounded(percent(14, 77) or D(0)) == 18  # 活動宣導
    assert rounded(percent(12, 77) or D(0)) == 16  # 代收紓困
    assert rounded(percent(69, 77) or D(0)) == 90  # LINE群組活躍度


def test_participation_counts_offices_with_at_least_one_case() -> None:
    offices = [entrant(f"O{n}", eslip=1 if n < 74 else 0) for n in range(77)]
    found = participation(SCHEME, offices)
    assert rounded(found["eslip"]) == 96
    assert "quality" not in found


def test_both_years_are_whole_and_differ() -> None:
    both = schemes()
    assert set(both) == {110, 111}
    keys = {year: {item.key for item in scheme.items} for year, scheme in both.items()}
    assert {"instalment_app", "quality", "line_activity"} <= keys[111] - keys[110]
    weights = {item.key: item.weight for item in both[111].items}
    assert (weights["counter_enrolment"], weights["quality"]) == (30, 20)
    assert sum(item.weight for item in both[111].items if item.bonus) == 10
    doubled = {item.key for item in both[111].items if item.factor == 2}
    assert doubled == {"instalment_app", "relief_loan", "promotion_event"}


@pytest.mark.parametrize(
    "change",
    [
        {"items": []},
        {"bonus": 11},
        {"ties": ["nothing"]},
        {"months": [13]},
        {"awards": [{"key": "x", "name": "x", "items": ["nothing"], "of_top": 1, "best": 1}]},
        {"year": "next"},
        {"months": [2, 2]},
        {"totals": [{"name": "x", "items": ["nothing"]}]},
        {"wieghts": "misspelt"},
    ],
    ids=str,
)
def test_a_scheme_with_a_slip_in_it_is_refused(change: dict[str, Any]) -> None:
    good = json.loads((_FOLDER / "111.json").read_text(encoding="utf-8"))
    parse_scheme(good)
    with pytest.raises(Invalid):
        parse_scheme({**good, **change})


@pytest.mark.parametrize(
    "change",
    [
        {"factr": 2},
        {"factor": 0},
        {"parameters": {"target": {"1": 420, "2": 230, "3": 140}}},  # the fourth group has none
        {"parameters": {}},
        {"method": "per_case", "parameters": {"points": -1}},
        {"parts": [{"key": "eslip", "name": "x"}]},  # another item's key
    ],
    ids=str,
)
def test_an_item_with_a_slip_in_it_is_refused(change: dict[str, Any]) -> None:
    good = json.loads((_FOLDER / "111.json").read_text(encoding="utf-8"))
    first, *rest = good["items"]
    with pytest.raises(Invalid):
        parse_scheme({**good, "items": [{**first, **change}, *rest]})


def test_an_item_with_parts_is_counted_by_them_alone() -> None:
    item = dataclasses.replace(small().items[0], parts=(Part("in", "加保"), Part("out", "轉出")))
    scheme = small(items=(item, small().items[1]))
    [score] = evaluate(scheme, [Entrant("A", 1, {"in": 30, "out": 20, "a": 999})]).scores
    assert score.of("a").value == 50
    assert scheme.counted == ("in", "out", "b")
    assert participation(scheme, [Entrant("A", 1, {"out": 1}), Entrant("B", 1, {"a": 1})])["a"] == 50


def test_points_say_how_they_came_about() -> None:
    [score] = evaluate(small(), [entrant(a=75, b=30)]).scores
    a, b = score.points
    assert (a.value, a.reference, a.points, a.missing) == (75, 100, 45, 15)
    assert (b.points, b.missing) == (40, 0)
    assert score.total == 85


def test_a_target_is_that_of_the_own_size_group() -> None:
    result = evaluate(small(), [entrant("A", 1, a=50), entrant("B", 2, a=50)])
    assert (result.of("A").of("a").points, result.of("B").of("a").points) == (30, 60)


def test_a_doubled_item_counts_each_case_twice() -> None:
    plain, doubled = (
        small(),
        small(items=(*small().items[:1], dataclasses.replace(small().items[1], factor=D(2)))),
    )
    assert evaluate(plain, [entrant(b=5)]).of("A").of("b").points == 10
    assert evaluate(doubled, [entrant(b=5)]).of("A").of("b").points == 20


def test_errors_cost_points_and_who_received_nothing_has_none() -> None:
    item = Item("q", "s", "品質", D(20), Method.ERROR_RATE, {"points_a_percent": 4})
    scheme = small(items=(item,))
    result = evaluate(
        scheme,
        [
            entrant("A", errors=1, received=100),
            entrant("B", errors=30, received=100),
            entrant("C", received=0),
        ],
    )
    assert [result.of(one).total for one in "ABC"] == [16, 0, 0]


def test_equal_scores_share_a_rank_and_the_next_is_skipped() -> None:
    offices = [entrant("A", a=90), entrant("B", a=80), entrant("C", a=80), entrant("D", a=70)]
    ranks = {one.office: one.rank for one in evaluate(small(), offices).scores}
    assert ranks == {"A": 1, "B": 2, "C": 2, "D": 4}


def test_the_year_s_tie_rule_decides_before_a_rank_is_shared() -> None:
    offices = [entrant("A", a=50, b=15), entrant("B", a=100, b=0)]  # 30 + 30 and 60 + 0
    assert {one.office: one.rank for one in evaluate(small(), offices).scores} == {"A": 1, "B": 1}
    decided = evaluate(small(ties=("a",)), offices)
    assert {one.office: one.rank for one in decided.scores} == {"A": 2, "B": 1}


def test_each_group_has_its_prizes_and_the_last_place_may_be_shared() -> None:
    award = Award("elite", "菁英獎", {1: 1, 2: 1})
    offices = [entrant("A", 1, a=90), entrant("B", 1, a=80), entrant("C", 2, a=30), entrant("D", 2, a=30)]
    winners = evaluate(small(awards=(award,)), offices).winners
    assert {one.office for one in winners} == {"A", "C", "D"}


def test_the_volume_prize_looks_at_the_top_ten_whatever_their_group() -> None:
    award = Award("mobile", "行動服務貢獻獎", {}, ("a",), of_top=2, best=1)
    # C has the best score of all, but not the volume; of A and B, B scores higher.
    offices = [entrant("A", 1, a=99, b=0), entrant("B", 1, a=98, b=20), entrant("C", 2, a=50, b=20)]
    [winner] = evaluate(small(awards=(award,)), offices).winners
    assert winner.office == "B"


def test_the_111_awards_name_fourteen_and_two() -> None:
    offices = [
        entrant(f"{group}-{n:02d}", group, enrol_in=60 - n, eslip=20, errors=1, received=80)
        for group, size in ((1, 12), (2, 18), (3, 24), (4, 23))
        for n in range(size)
    ]
    winners = evaluate(SCHEME, offices).winners
    assert sum(one.award == "elite" for one in winners) == 14
    assert sum(one.award == "mobile" for one in winners) == 2


def test_a_year_without_figures_has_no_prizes_to_give() -> None:
    offices = [Entrant(f"O{n}", 1 + n % 4, {}) for n in range(77)]
    assert evaluate(SCHEME, offices).winners == ()


def test_what_would_raise_a_score_is_the_largest_gain_first() -> None:
    [score] = evaluate(small(), [entrant(a=50, b=19)]).scores
    gains = raises(small(), score)
    assert [(one.points.item, one.points.missing, one.cases) for one in gains] == [("a", 30, 50), ("b", 2, 1)]


def test_fewer_errors_and_not_more_cases_raise_the_quality() -> None:
    item = Item("q", "s", "品質", D(20), Method.ERROR_RATE, {"points_a_percent": 4})
    [score] = evaluate(small(items=(item,)), [entrant(errors=1, received=100)]).scores
    assert [(one.points.missing, one.cases) for one in raises(small(items=(item,)), score)] == [(4, None)]


@given(st.integers(0, 300), st.sampled_from(["target", "doubled", "per_case", "steps", "best_of_group"]))
def test_the_cases_that_are_left_bring_the_full_points_and_one_fewer_does_not(have: int, how: str) -> None:
    items = {
        "target": Item("a", "s", "甲", D(7), Method.TARGET, {"target": {"1": 37}}),
        "doubled": Item("a", "s", "甲", D(7), Method.TARGET, {"target": {"1": 37}}, factor=D(2)),
        "per_case": Item("a", "s", "甲", D(7), Method.PER_CASE, {"points": "0.3"}),
        "steps": Item("a", "s", "甲", D(7), Method.STEPS, {"steps": [[10, 3], [50, 7]]}),
        "best_of_group": Item("a", "s", "甲", D(7), Method.BEST_OF_GROUP, {}),
    }
    scheme, rival = small(items=(items[how],)), Entrant("R", 1, {"a": 301})

    def missing(cases: int) -> Decimal:
        return evaluate(scheme, [Entrant("A", 1, {"a": cases}), rival]).of("A").of("a").missing

    left = raises(scheme, evaluate(scheme, [Entrant("A", 1, {"a": have}), rival]).of("A"))
    if missing(have) == 0:
        assert left == ()
    else:
        [gain] = left
        assert gain.cases is not None
        assert missing(have + gain.cases) == 0
        assert missing(have + gain.cases - 1) > 0


figures = st.fixed_dictionaries({key: st.integers(0, 600) for key in SCHEME.counted})
offices_of_all_sizes = st.lists(
    st.tuples(st.integers(1, 4), figures, st.integers(0, 30), st.integers(30, 400)), min_size=1, max_size=12
)


@given(offices_of_all_sizes, st.randoms())
def test_the_order_of_offices_changes_nothing(rows: list[Any], random: Any) -> None:
    entrants = [Entrant(f"O{n:02d}", *row) for n, row in enumerate(rows)]
    shuffled = list(entrants)
    random.shuffle(shuffled)
    assert evaluate(SCHEME, shuffled) == evaluate(SCHEME, entrants)


@given(figures, st.sampled_from(SCHEME.counted))
def test_one_more_case_never_lowers_a_score(have: dict[str, int], key: str) -> None:
    before = evaluate(SCHEME, [Entrant("A", 1, have, 1, 100)]).of("A").total
    after = evaluate(SCHEME, [Entrant("A", 1, {**have, key: have[key] + 1}, 1, 100)]).of("A").total
    assert after >= before


@given(offices_of_all_sizes)
def test_nobody_gets_less_than_nothing_or_more_than_everything(rows: list[Any]) -> None:
    entrants = [Entrant(f"O{n:02d}", *row) for n, row in enumerate(rows)]
    most = sum(item.weight for item in SCHEME.items)
    assert all(0 <= one.total <= most for one in evaluate(SCHEME, entrants).scores)
