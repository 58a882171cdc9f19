from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nhi_core.domain import identifiers as ids
from nhi_core.domain.errors import Invalid

VALID = """
A123456789 F123456784 E200000007 T987654325 W100000001 I200000005 O100000004 Z200000004
A800000014 A800000005 K900000015 AC01234567 AA00000009 HD12345678
""".split()  # noqa: SIM905 - a column of numbers reads better so
INVALID = [
    "A123456788",
    "A800000015",
    "B223456789",
    "A323456789",
    "",
    "A12345678",
    "1123456789",
    "AE01234567",
]
# Positions (after the letter) whose weight shares no factor with 10: 7, 3, 1 and the check digit itself.
_SURE_POSITIONS = (2, 6, 8, 9)


@pytest.mark.parametrize("number", VALID)
def test_right_numbers_are_read(number: str) -> None:
    assert ids.parse_number(number) == number


@pytest.mark.parametrize("number", INVALID)
def test_wrong_numbers_are_refused_without_repeating_them(number: str) -> None:
    with pytest.raises(Invalid) as refused:
        ids.parse_number(number)
    assert not number or number not in str(refused.value)


@pytest.mark.parametrize("typed", ["Ａ１２３４５６７８９", "a123456789", " A123-456-789 ", "a 123 456 789"])
def test_typed_forms_mean_the_same_number(typed: str) -> None:
    assert ids.parse_number(typed) == "A123456789"


def test_digits_of_other_scripts_are_no_digits() -> None:
    with pytest.raises(Invalid):
        ids.parse_number("A12345678९")


@pytest.mark.parametrize(
    ("number", "kind"),
    [("A123456789", "citizen"), ("A800000014", "resident"), ("AC01234567", "old_resident")],
)
def test_kinds_are_told_apart(number: str, kind: str) -> None:
    assert ids.number_kind(number) == kind


national_ids = st.builds(
    lambda letter, sex, serial: f"{letter}{sex}{serial:07d}",
    st.sampled_from("ABCDEFGHJKLMNPQRSTUVXYWZIO"),
    st.sampled_from("1289"),
    st.integers(0, 9_999_999),
).map(lambda first: first + ids.number_check_digit(first))


@given(number=national_ids, position=st.integers(2, 9), digit=st.integers(0, 9))
def test_a_changed_digit_is_noticed_unless_its_weight_hides_it(
    number: str, position: int, digit: int
) -> None:
    """The weights 8, 6, 5, 4, 2 share factors with 10: the check digit misses some changes there."""
    weights = (1, 8, 7, 6, 5, 4, 3, 2, 1, 1)
    changed = number[:position] + str(digit) + number[position + 1 :]
    hidden = (digit - int(number[position])) * weights[position] % 10 == 0
    if hidden:
        assert ids.parse_number(changed) == changed
    else:
        with pytest.raises(Invalid):
            ids.parse_number(changed)


@given(number=national_ids, position=st.sampled_from(_SURE_POSITIONS), step=st.integers(1, 9))
def test_any_change_at_the_sure_positions_is_noticed(number: str, position: int, step: int) -> None:
    digit = (int(number[position]) + step) % 10
    with pytest.raises(Invalid):
        ids.parse_number(number[:position] + str(digit) + number[position + 1 :])


@pytest.mark.parametrize(
    "code", ["143089043", "143087576", "143045452", "143053749", "143053758", "110027220"]
)
def test_public_unit_codes_are_plausible(code: str) -> None:
    assert ids.parse_unit_code(code) == ids.UnitCode(code, plausible=True)


def test_an_implausible_unit_code_is_only_a_warning() -> None:
    assert ids.parse_unit_code("110000001").plausible is False


def test_a_unit_code_has_nine_digits() -> None:
    with pytest.raises(Invalid):
        ids.parse_unit_code("14308904")


@pytest.mark.parametrize("number", ["04595257", "10458575", "19312376", "04595252", "０４５９５２５７"])
def test_business_numbers_follow_the_rule_of_2023(number: str) -> None:
    assert len(ids.parse_business_number(number)) == 8


@pytest.mark.parametrize("number", ["04595253", "10458573", "1234567", "ABCDEFGH"])
def test_wrong_business_numbers_are_refused(number: str) -> None:
    with pytest.raises(Invalid):
        ids.parse_business_number(number)


@pytest.mark.parametrize(("typed", "read"), [("f1234567", "F1234567"), ("Ｆ12A45B7", "F12A45B7")])
def test_household_numbers(typed: str, read: str) -> None:
    assert ids.parse_household_number(typed) == read


@pytest.mark.parametrize("typed", ["12345678", "F123456", "F12345678", "戶1234567"])
def test_wrong_household_numbers_are_refused(typed: str) -> None:
    with pytest.raises(Invalid):
        ids.parse_household_number(typed)


def test_card_numbers_have_twelve_digits() -> None:
    assert ids.parse_card_number("0000 1234 5678") == "000012345678"
    with pytest.raises(Invalid):
        ids.parse_card_number("00001234567")


@pytest.mark.parametrize(
    "typed",
    ["0912345678", "0912-345-678", "+886912345678", "+886 (0)912 345 678", "886912345678", "００886912345678",
     "０９１２３４５６７８"],
)  # fmt: skip
def test_mobile_numbers_in_any_notation(typed: str) -> None:
    assert ids.parse_mobile(typed) == "0912345678"


@pytest.mark.parametrize("typed", ["0212345678", "091234567", "+85212345678", "mobile"])
def test_other_numbers_are_no_mobile(typed: str) -> None:
    with pytest.raises(Invalid):
        ids.parse_mobile(typed)


@given(number=national_ids)
def test_the_mask_of_a_number_never_holds_the_middle(number: str) -> None:
    masked = ids.mask_number(number)
    assert masked == f"{number[:3]}****{number[-3:]}"


@pytest.mark.parametrize(
    ("number", "masked"), [("A123456789", "A12****789"), ("12345", "1****5"), ("1", "****")]
)
def test_masks_of_numbers(number: str, masked: str) -> None:
    assert ids.mask_number(number) == masked


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("王小明", "王O明"),
        ("王明", "王O"),
        ("歐陽小明", "歐OO明"),
        ("明", "O"),
        ("王堃𠮷", "王O𠮷"),
        ("葛󠄁城雅", "葛󠄁O雅"),
        ("巴奈・拉罕", "巴O・O罕"),
        ("NGUYỄN THỊ HỒNG NHUNG", "N*** T*** H*** N***"),
        ("SUHARTINI", "S***"),
        ("สมหญิง ใจดี", "ส*** ใ***"),
        ("", ""),
    ],
)
def test_masks_of_names(name: str, masked: str) -> None:
    assert ids.mask_name(name) == masked


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=2, max_size=8))
def test_the_mask_of_a_chinese_name_never_holds_the_middle(name: str) -> None:
    masked = ids.mask_name(name)
    assert len(masked) == len(name)
    middle = masked[1:-1] if len(name) > 2 else masked[1:]
    assert set(middle) <= {"O"}


@given(st.text("ABCDEFGHIJ ", min_size=1, max_size=40))
def test_the_mask_of_a_name_in_letters_shows_one_letter_a_word(name: str) -> None:
    assert ids.mask_name(name).split() == [f"{word[0]}***" for word in name.split()]
