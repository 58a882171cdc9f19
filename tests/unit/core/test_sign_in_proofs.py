"""Passwords and authenticator codes, with the real algorithms."""

from __future__ import annotations

from nhi_core.security.passwords import NOBODY, ArgonPasswords
from nhi_core.security.timecodes import SandboxTotp, Totp

# RFC 6238, appendix B: the secret 12345678901234567890, SHA-1; eight digits there, the last six here.
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
RFC_VECTORS = {59: "287082", 1111111109: "081804", 1234567890: "005924", 2000000000: "279037"}


def test_a_password_fits_its_own_hash_alone() -> None:
    passwords = ArgonPasswords()
    hashed = passwords.hash("correct horse battery")
    assert hashed.startswith("$argon2id$")
    assert passwords.verify(hashed, "correct horse battery")
    assert not passwords.verify(hashed, "correct horse battery ")
    assert not passwords.verify("not a hash", "correct horse battery")
    assert not passwords.verify(None, "correct horse battery")


def test_a_keyboard_may_compose_its_characters_as_it_likes() -> None:
    passwords = ArgonPasswords()
    assert passwords.verify(passwords.hash("cafe\u0301 au lait!"), "caf\u00e9 au lait!")


def test_who_is_unknown_costs_the_same_work() -> None:
    assert not ArgonPasswords().outdated(NOBODY)
    assert ArgonPasswords().outdated(NOBODY.replace("t=3", "t=2"))


def test_codes_are_those_of_the_standard() -> None:
    for moment, code in RFC_VECTORS.items():
        assert Totp(lambda moment=moment: moment).code(RFC_SECRET) == code  # type: ignore[misc]


def test_a_code_is_taken_one_step_around_now_and_no_further() -> None:
    code = Totp(lambda: 1_000_000).code(RFC_SECRET)
    steps = [Totp(lambda at=at: at).matching_step(RFC_SECRET, code) for at in range(999_930, 1_000_080, 30)]  # type: ignore[misc]
    assert [step is not None for step in steps] == [False, True, True, True, False]
    assert len({step for step in steps if step is not None}) == 1


def test_a_code_in_other_digits_is_refused_and_breaks_nothing() -> None:
    assert Totp().matching_step(RFC_SECRET, "１２３４５６") is None
    assert Totp().matching_step(RFC_SECRET, "") is None


def test_only_the_sandbox_shows_codes() -> None:
    assert Totp().hint(RFC_SECRET) is None
    assert SandboxTotp(lambda: 59).hint(RFC_SECRET) == "287082"
