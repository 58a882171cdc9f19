"""Quality of what offices hand in: the slides' shares by true arithmetic, and whom to help first."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from nhi_core.domain.evaluation_model import rounded
from nhi_core.domain.quality import ErrorKind, OfficeQuality, care_rule, report, shares

K = ErrorKind
SLIDES = {
    K.MISSING_PROOF: 85,
    K.REVIEW_ERROR: 49,
    K.MISSING_KEY_IN: 390,
    K.WRONG_KEY_IN: 289,
    K.SYSTEM_CHECK: 77,
}


def test_the_slides_890_errors_by_true_arithmetic() -> None:
    found = {one.kind: one for one in shares(SLIDES)}
    assert sum(SLIDES.values()) == 890
    # The slides print 45/33/9/8/5: 390 of 890 is 43.8 %, and so on.
    assert {kind: str(rounded(one.exact, 1)) for kind, one in found.items()} == {
        K.MISSING_KEY_IN: "43.8",
        K.WRONG_KEY_IN: "32.5",
        K.MISSING_PROOF: "9.6",
        K.SYSTEM_CHECK: "8.7",
        K.REVIEW_ERROR: "5.5",
    }
    assert {kind: one.shown for kind, one in found.items()} == {
        K.MISSING_KEY_IN: 44,
        K.WRONG_KEY_IN: 32,
        K.MISSING_PROOF: 10,
        K.SYSTEM_CHECK: 9,
        K.REVIEW_ERROR: 6,
    }


@given(st.fixed_dictionaries({kind: st.integers(0, 5_000) for kind in ErrorKind}))
def test_what_is_shown_is_never_further_from_the_truth_than_half_a_percent(
    counts: dict[ErrorKind, int],
) -> None:
    found = shares(counts)
    assert sum(one.exact for one in found).quantize(Decimal("0.001")) == (100 if sum(counts.values()) else 0)
    assert all(abs(one.shown - one.exact) <= Decimal("0.5") for one in found)


def quality(office: str, received: int, errors: int) -> OfficeQuality:
    return OfficeQuality(office, received, {K.MISSING_KEY_IN: errors})


def test_whose_rate_is_well_above_the_division_s_is_helped_first() -> None:
    offices = [quality("A", 500, 2), quality("B", 100, 9), quality("C", 100, 5), quality("D", 10, 9)]
    found = report(offices, 111, 8)
    assert found.errors == 25
    assert rounded(found.rate or Decimal(0), 1) == Decimal("3.5")
    # D is far above, on ten forms: too few to say anything.
    assert [one.office for one in found.care] == ["B", "C"]


def test_an_office_that_received_nothing_has_no_rate() -> None:
    found = report([quality("A", 0, 0)], 111, 8)
    assert (found.rate, found.offices[0].rate, found.care) == (None, None, ())


def test_before_the_first_rule_nobody_is_listed() -> None:
    assert care_rule(110, 12) is None
    assert care_rule(111, 2) is not None
    assert report([quality("A", 500, 2), quality("B", 100, 50)], 110, 3).care == ()
