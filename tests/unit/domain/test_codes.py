from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nhi_core.domain import codes
from nhi_core.domain.errors import Invalid

bodies = st.text(codes.ALPHABET, min_size=codes.RANDOM_LENGTH, max_size=codes.RANDOM_LENGTH)
whole_codes = bodies.map(codes.complete)


def test_the_alphabet_has_no_lookalikes_and_a_prime_length() -> None:
    assert not set(codes.ALPHABET) & set("01ILO")
    assert len(set(codes.ALPHABET)) == len(codes.ALPHABET) == 31


@given(whole_codes)
def test_a_code_is_read_back_as_shown(code: str) -> None:
    assert codes.normalise(codes.display(code)) == code


@given(whole_codes)
def test_typed_forms_mean_the_same_code(code: str) -> None:
    full_width = "".join(chr(ord(char) + 0xFEE0) for char in code)
    spaced = " ".join(code.lower())
    for typed in (code.lower(), full_width, spaced, f"{code[:4]}－{code[4:]}", f"　{code[:4]}—{code[4:]}\n"):
        assert codes.normalise(typed) == code


@given(whole_codes, st.integers(0, codes.LENGTH - 1), st.integers(1, 30))
def test_any_wrong_character_is_noticed(code: str, place: int, step: int) -> None:
    wrong = codes.ALPHABET[(codes.ALPHABET.index(code[place]) + step) % 31]
    with pytest.raises(Invalid):
        codes.normalise(code[:place] + wrong + code[place + 1 :])


@given(whole_codes, st.integers(0, codes.LENGTH - 2))
def test_two_swapped_characters_are_noticed(code: str, place: int) -> None:
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    if swapped != code:
        with pytest.raises(Invalid):
            codes.normalise(swapped)


@pytest.mark.parametrize(("misread", "meant"), [("O", "Q"), ("0", "D"), ("1", "J"), ("I", "7"), ("l", "T")])
def test_a_misread_character_is_forgiven_when_only_one_code_can_be_meant(misread: str, meant: str) -> None:
    code = codes.complete(f"{meant}ABC234")
    assert codes.normalise(misread + code[1:]) == code


@pytest.mark.parametrize(
    "typed", ["", "ABCD", "ABCD-23456", "OOO1111I", "ABCD 234！", "王小明王小明王小", "１２３"]
)
def test_what_is_no_code_is_refused(typed: str) -> None:
    with pytest.raises(Invalid):
        codes.normalise(typed)


@pytest.mark.parametrize("body", ["ABCDEF", "ABCDEF0", "abcdefg"])
def test_only_seven_characters_of_the_alphabet_are_completed(body: str) -> None:
    with pytest.raises(ValueError, match="seven"):
        codes.complete(body)
