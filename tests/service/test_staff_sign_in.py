"""Signing in to the console: both steps, what slows guessing down, and when a session ends."""

from __future__ import annotations

import dataclasses

import pytest

from nhi_core import sandbox
from nhi_core.domain.errors import IllegalMove, TooManyAttempts
from nhi_core.domain.staff import PasswordUnfit, SignInRefused, StaffRole, Stage, UsernameTaken
from nhi_core.security.timecodes import Totp
from nhi_core.services.staff import COMMAND_LINE, StaffService
from nhi_core.services.staff_sandbox import seed_staff
from nhi_core.services.staff_sign_in import (
    CODES_PER_SESSION,
    PER_ACCOUNT,
    PER_ADDRESS,
    SignedIn,
    SignInService,
    token_hash,
)
from tests.fakes.passwords import FastPasswords
from tests.fakes.world import World

PASSWORD = "a sentence of mine"


class House:
    """The staff's services over fakes; `time` is the authenticator's."""

    def __init__(self, *, production: bool = False) -> None:
        self.world = World()
        self.time = 1_700_000_000
        self.codes = Totp(lambda: self.time)
        self.passwords = FastPasswords()
        w = self.world
        self.staff = StaffService(w.uow, w.clock, w.ids, w.fingerprints, self.passwords)
        self.sign_in = SignInService(
            w.uow,
            w.clock,
            w.ids,
            w.fingerprints,
            w.limiter,
            passwords=self.passwords,
            codes=self.codes,
            staff=self.staff,
            production=production,
        )
        new = self.staff.add("mei.wang", "王美", [StaffRole.ADMIN], by=COMMAND_LINE)
        self.id, self.first = new.member.id, new.password

    def begin(self, password: str, username: str = "mei.wang", address: str = "192.0.2.1") -> SignedIn:
        return self.sign_in.begin(username, password, address=address, agent="Firefox")

    def enrolled(self) -> str:
        """Set everything up; return the secret of the authenticator."""
        token = self.begin(self.first).token
        secret = self.sign_in.enrolment(token).secret
        self.sign_in.enrol(token, password=PASSWORD, code=self.codes.code(secret), agent="Firefox")
        self.time += 30
        return secret

    def full(self, secret: str) -> SignedIn:
        token = self.begin(PASSWORD).token
        found = self.sign_in.finish(token, self.codes.code(secret), agent="Firefox")
        self.time += 30
        return found


@pytest.fixture
def house() -> House:
    return House()


def test_the_first_sign_in_sets_up_password_authenticator_and_recovery_codes(house: House) -> None:
    begun = house.begin(house.first)
    assert begun.stage is Stage.ENROL
    secret = house.sign_in.enrolment(begun.token).secret
    assert house.sign_in.enrolment(begun.token).secret == secret
    found, recovery = house.sign_in.enrol(
        begun.token, password=PASSWORD, code=house.codes.code(secret), agent=""
    )
    assert (found.stage, len(recovery)) == (Stage.FULL, 10)
    assert house.sign_in.visitor(begun.token) is None
    with pytest.raises(SignInRefused):
        house.begin(house.first)
    assert house.begin(PASSWORD).stage is Stage.CODE


def test_a_code_works_once(house: House) -> None:
    secret = house.enrolled()
    code = house.codes.code(secret)
    house.sign_in.finish(house.begin(PASSWORD).token, code, agent="")
    with pytest.raises(SignInRefused):
        house.sign_in.finish(house.begin(PASSWORD).token, code, agent="")


def test_an_older_code_does_not_work_after_a_newer_one(house: House) -> None:
    secret = house.enrolled()
    older = house.codes.code(secret)
    house.time += 30
    house.full(secret)
    house.time -= 30
    with pytest.raises(SignInRefused):
        house.sign_in.finish(house.begin(PASSWORD).token, older, agent="")


def test_a_recovery_code_replaces_the_authenticator_once(house: House) -> None:
    house.enrolled()
    codes = house.staff.new_recovery_codes(house.id)
    typed = f" {codes[0][:4].lower()}-{codes[0][4:]} "
    assert house.sign_in.finish(house.begin(PASSWORD).token, typed, agent="").stage is Stage.FULL
    assert house.staff.recovery_left(house.id) == 9
    with pytest.raises(SignInRefused):
        house.sign_in.finish(house.begin(PASSWORD).token, codes[0], agent="")


def test_unknown_wrong_and_shut_out_get_the_same_answer_after_the_same_work(house: House) -> None:
    house.enrolled()
    other = house.staff.add("lili", "李", [StaffRole.ADMIN], by=COMMAND_LINE)
    house.staff.set_active(other.member.id, active=False, by=house.id)
    house.passwords.verified = 0
    for username, password in (
        ("nobody", PASSWORD),
        ("mei.wang", "wrong"),
        ("lili", other.password),
        ("ü", "x"),
    ):
        with pytest.raises(SignInRefused) as refused:
            house.begin(password, username)
        assert str(refused.value) == ""
    assert house.passwords.verified == 4


def test_guessing_is_slowed_down_for_known_and_unknown_alike_and_only_for_a_while(house: House) -> None:
    for username in ("mei.wang", "nobody"):
        for _ in range(PER_ACCOUNT):
            with pytest.raises(SignInRefused):
                house.begin("wrong", username)
        with pytest.raises(TooManyAttempts):
            house.begin(house.first, username)
    house.world.clock.advance(minutes=16)
    assert house.begin(house.first).stage is Stage.ENROL


def test_one_address_cannot_try_all_accounts(house: House) -> None:
    for number in range(PER_ADDRESS):
        with pytest.raises(SignInRefused):
            house.begin("wrong", f"user{number}")
    with pytest.raises(TooManyAttempts):
        house.begin(house.first)
    assert house.begin(house.first, address="192.0.2.2").stage is Stage.ENROL


def test_wrong_codes_end_the_half_open_session(house: House) -> None:
    house.enrolled()
    token = house.begin(PASSWORD).token
    for _ in range(CODES_PER_SESSION):
        with pytest.raises(SignInRefused):
            house.sign_in.finish(token, "000000", agent="")
    assert house.sign_in.visitor(token) is None


def test_a_session_ends_after_twenty_idle_minutes(house: House) -> None:
    token = house.full(house.enrolled()).token
    house.world.clock.advance(minutes=19)
    assert house.sign_in.visitor(token) is not None
    house.world.clock.advance(minutes=19)
    assert house.sign_in.visitor(token) is not None
    house.world.clock.advance(minutes=20)
    assert house.sign_in.visitor(token) is None


def test_a_session_ends_after_ten_hours_however_busy(house: House) -> None:
    token = house.full(house.enrolled()).token
    for _ in range(39):
        house.world.clock.advance(minutes=15)
        assert house.sign_in.visitor(token) is not None
    house.world.clock.advance(minutes=15)
    assert house.sign_in.visitor(token) is None


def test_shutting_somebody_out_ends_the_sessions_at_once(house: House) -> None:
    house.staff.add("second", "二", [StaffRole.ADMIN], by=COMMAND_LINE)
    token = house.full(house.enrolled()).token
    house.staff.set_active(house.id, active=False, by="another")
    assert house.sign_in.visitor(token) is None


def test_signing_out_everywhere_ends_them_all(house: House) -> None:
    secret = house.enrolled()
    tokens = [house.full(secret).token for _ in range(2)]
    assert len(house.sign_in.sessions(house.id)) == 3
    assert house.sign_in.sign_out_everywhere(house.id) == 3
    assert [house.sign_in.visitor(token) for token in tokens] == [None, None]


def test_changing_the_password_ends_the_other_sessions(house: House) -> None:
    secret = house.enrolled()
    mine, other = house.full(secret).token, house.full(secret).token
    visitor = house.sign_in.visitor(mine)
    assert visitor is not None
    new = "another long sentence"
    house.staff.change_password(house.id, old=PASSWORD, new=new, keep_session=visitor.session.id)
    assert house.sign_in.visitor(mine) is not None
    assert house.sign_in.visitor(other) is None
    with pytest.raises(SignInRefused):
        house.staff.change_password(house.id, old=PASSWORD, new=new, keep_session="")


@pytest.mark.parametrize("password", ["short", "x" * 200, "mei.wang is me 1", "aaaaaaaaaaaaaaaa"])
def test_an_unfit_password_is_not_taken(house: House, password: str) -> None:
    token = house.begin(house.first).token
    secret = house.sign_in.enrolment(token).secret
    with pytest.raises(PasswordUnfit):
        house.sign_in.enrol(token, password=password, code=house.codes.code(secret), agent="")


def test_only_the_hash_of_a_token_is_kept(house: House) -> None:
    token = house.begin(house.first).token
    stored = [row for row in house.world.uow.staff_sessions.values() if row]
    assert [row[0] for row in stored] == [token_hash(token)]
    assert token not in repr(stored)


def test_a_hash_of_other_parameters_is_made_anew(house: House) -> None:
    house.passwords.old = True
    house.begin(house.first)
    assert house.passwords.hashed == 2


def test_made_up_staff_never_enter_production() -> None:
    for production in (False, True):
        house = House(production=production)
        seed_staff(house.world.uow, house.world.clock, house.passwords)
        if production:
            with pytest.raises(SignInRefused):
                house.begin(sandbox.STAFF_PASSWORD, "admin")
        else:
            assert house.begin(sandbox.STAFF_PASSWORD, "admin").stage is Stage.CODE


def test_a_published_password_opens_nothing_in_production() -> None:
    house = House(production=True)
    with house.world.uow() as uow:
        uow.staff.set_password(house.id, house.passwords.hash(sandbox.STAFF_PASSWORD))
        uow.commit()
    with pytest.raises(SignInRefused):
        house.begin(sandbox.STAFF_PASSWORD)


def test_the_last_admin_stays_one(house: House) -> None:
    with pytest.raises(IllegalMove):
        house.staff.set_roles(house.id, [StaffRole.EDITOR], by=house.id)
    with pytest.raises(IllegalMove):
        house.staff.set_active(house.id, active=False, by="another")
    with pytest.raises(UsernameTaken):
        house.staff.add("MEI.WANG", "x", [], by=COMMAND_LINE)


def test_every_step_is_in_the_trail_without_names(house: House) -> None:
    house.full(house.enrolled())
    subject = f"staff:{house.id}"
    assert house.world.uow.audited(subject) == [
        "staff_added",
        "staff_totp_enrolled",
        "staff_signed_in",
        "staff_signed_in",
    ]
    rows = [dataclasses.asdict(row) for row in house.world.uow.audit.values()]
    assert "mei" not in repr(rows)
    assert "王" not in repr(rows)
