"""How offices and names of clerks are read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from nhi_core.domain.errors import Invalid
from nhi_core.domain.offices import Clerk, ClerkRole, ClerkState, clerk_name, office_code
from tests.factories import canary


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("王小明", "王小明"),
        ("  王  小明 ", "王 小明"),
        ("Siti Nurhaliza", "Siti Nurhaliza"),
        ("Nguyễn Thị Hồng", "Nguyễn Thị Hồng"),
        ("สมชาย ใจดี", "สมชาย ใจดี"),
        ("尤敏·達悟", "尤敏·達悟"),
        ("O'Brien-Lee", "O'Brien-Lee"),
    ],
)
def test_a_name_of_any_script_is_taken(typed: str, name: str) -> None:
    assert clerk_name(typed) == name


@pytest.mark.parametrize(
    "typed", ["", "王", "A123456789", "王小明0912", "我想查欠費?", "http://x.test", "王" * 41, "😀😀", "..'"]
)
def test_what_is_no_name_is_refused(typed: str) -> None:
    with pytest.raises(Invalid):
        clerk_name(typed)


@pytest.mark.parametrize("typed", ["KH-FENGSHAN", " kh-fengshan ", "ＫＨ－ＦＥＮＧＳＨＡＮ"])
def test_an_office_code_has_one_spelling(typed: str) -> None:
    assert office_code(typed) == "KH-FENGSHAN"


@pytest.mark.parametrize("typed", ["", "FENGSHAN", "KH_FENGSHAN", "KH-" + "A" * 14, "KH-鳳山"])
def test_what_is_no_office_code_is_refused(typed: str) -> None:
    with pytest.raises(Invalid):
        office_code(typed)


def test_a_clerks_name_stays_out_of_a_traceback() -> None:
    clerk = Clerk(
        "c-1", "a-1", "KH-FENGSHAN", canary.NAME, ClerkRole.CLERK, ClerkState.ACTIVE, datetime.now(UTC)
    )
    assert canary.NAME not in repr(clerk)
