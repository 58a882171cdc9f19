from __future__ import annotations

from datetime import date, timedelta

import pytest

from nhi_core.domain.accounts import AccountKind, CodePurpose
from nhi_core.domain.codes import display
from nhi_core.domain.errors import (
    CodeRefused,
    Invalid,
    NotBound,
    NothingProposed,
    ProposalExpired,
    TooManyAttempts,
)
from nhi_core.services.bindings import ATTEMPTS, BindingService
from tests.factories.domain import make_person
from tests.fakes.fingerprints import FakeFingerprints
from tests.fakes.store import MemoryUnitOfWork
from tests.fakes.world import World


def keys(world: World, account_id: str) -> tuple[str, str]:
    view = world.conversations.get(account_id)
    return view.session, view.conversation


def test_code_proposal_confirmation(world: World) -> None:
    person = world.add_person(make_person("王小明"))
    account = world.account()
    before = keys(world, account)

    proposal = world.bindings.propose(account, display(world.code_for(person)).lower())
    assert (proposal.kind, proposal.masked_name) == (AccountKind.BOUND, "王O明")
    assert proposal.masked_number == f"{person.number[:3]}****{person.number[-3:]}"
    assert proposal.expires_at == world.clock.now() + timedelta(minutes=10)
    assert world.bindings.status(account).pending
    assert not world.bindings.status(account).bound

    status = world.bindings.confirm(account)
    assert (status.bound, status.pending, status.kind) == (True, False, AccountKind.BOUND)
    assert (status.masked_name, status.bound_on, status.replaced_account_id) == (
        "王O明", date(2026, 9, 10), None,
    )  # fmt: skip
    assert world.bindings.status(account) == status
    assert not set(keys(world, account)) & set(before)
    assert world.conversations.get(account).kind is AccountKind.BOUND
    assert world.uow.audited(account) == ["binding_proposed", "binding_confirmed"]


def test_a_code_is_kept_as_a_fingerprint_only(world: World) -> None:
    person = world.add_person(make_person())
    issued = world.bindings.issue_code(person.id)
    assert issued.code not in repr(issued)
    assert issued.code not in repr(world.uow.codes)
    assert issued.code not in repr(world.uow.audit)
    assert issued.expires_at == world.clock.now() + timedelta(minutes=3)
    assert world.bindings.issue_code(person.id, ttl=timedelta(hours=24)).expires_at > issued.expires_at


def test_the_trail_holds_no_names_and_no_numbers(world: World) -> None:
    person = world.add_person(make_person("王小明"))
    account = world.account()
    world.bind(account, person)
    world.bindings.unbind(account)
    trail = repr(world.uow.audit)
    assert person.name not in trail
    assert person.number not in trail


def test_no_code_for_nobody(world: World) -> None:
    with pytest.raises(Invalid):
        world.bindings.issue_code("nobody")


@pytest.mark.parametrize("code", ["", "hello", "ABCD-2345", "２２２２２２２２"])
def test_a_code_that_was_never_issued_is_refused(world: World, code: str) -> None:
    account = world.account()
    with pytest.raises(CodeRefused):
        world.bindings.propose(account, code)
    assert world.uow.audited(account) == ["code_refused"]


def test_a_code_works_once(world: World) -> None:
    code = world.code_for(world.add_person(make_person()))
    first = world.account("U1")
    world.bindings.propose(first, code)
    with pytest.raises(CodeRefused):
        world.bindings.propose(world.account("U2"), code)
    world.bindings.confirm(first)
    with pytest.raises(CodeRefused):
        world.bindings.propose(first, code)


def test_a_code_said_again_shows_the_proposal_that_it_led_to(world: World) -> None:
    """The answer to the first time may have been lost on the way."""
    account = world.account()
    code = world.code_for(world.add_person(make_person("王小明")))
    assert world.bindings.propose(account, code) == world.bindings.propose(account, code)
    assert world.uow.audited(account) == ["binding_proposed"]
    world.bindings.cancel(account)
    with pytest.raises(CodeRefused):
        world.bindings.propose(account, code)


def test_a_code_expires(world: World) -> None:
    code = world.code_for(world.add_person(make_person()))
    world.clock.advance(minutes=3)
    with pytest.raises(CodeRefused):
        world.bindings.propose(world.account(), code)


def test_two_accounts_racing_for_one_code_get_one_proposal(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second account's whole proposal happens between the first's look-up and its compare-and-set."""
    code = world.code_for(world.add_person(make_person()))
    slow, fast = world.account("slow"), world.account("fast")
    opened = world.uow.__class__.__call__

    def interrupted(store: object) -> MemoryUnitOfWork:
        uow = opened(world.uow)
        find = uow.codes.by_hashes

        def find_then_lose(purpose: CodePurpose, hashes: tuple[str, ...]) -> object:
            found = find(purpose, hashes)
            if found is not None:
                monkeypatch.setattr(world.uow.__class__, "__call__", opened)
                world.bindings.propose(fast, code)
            return found

        monkeypatch.setattr(uow.codes, "by_hashes", find_then_lose)
        return uow

    monkeypatch.setattr(world.uow.__class__, "__call__", interrupted)
    with pytest.raises(CodeRefused):
        world.bindings.propose(slow, code)
    assert world.bindings.status(fast).pending
    assert not world.bindings.status(slow).pending


def test_five_tries_in_ten_minutes_even_if_the_sixth_is_right(world: World) -> None:
    account = world.account()
    person = world.add_person(make_person())
    for _ in range(ATTEMPTS):
        with pytest.raises(CodeRefused):
            world.bindings.propose(account, "ABCD-2345")
    with pytest.raises(TooManyAttempts):
        world.bindings.propose(account, world.code_for(person))
    world.bindings.propose(world.account("somebody else"), world.code_for(person))
    world.clock.advance(minutes=10)
    assert world.bindings.propose(account, world.code_for(person)).masked_name


def test_a_code_made_under_the_former_key_still_works(world: World) -> None:
    person = world.add_person(make_person())
    code = world.code_for(person)
    rotated = BindingService(
        world.uow, world.clock, world.ids, FakeFingerprints(b"new", b"newest"), world.limiter
    )
    assert rotated.propose(world.account(), code).masked_name


@pytest.mark.parametrize("call", ["confirm", "cancel"])
def test_without_a_proposal_there_is_nothing_to_decide(world: World, call: str) -> None:
    account = world.account()
    with pytest.raises(NothingProposed):
        getattr(world.bindings, call)(account)
    world.bind(account, world.add_person(make_person()))
    with pytest.raises(NothingProposed):
        getattr(world.bindings, call)(account)


def test_nobody_confirms_for_somebody_else(world: World) -> None:
    world.bindings.propose(world.account("U1"), world.code_for(world.add_person(make_person())))
    with pytest.raises(NothingProposed):
        world.bindings.confirm(world.account("U2"))


def test_a_proposal_expires(world: World) -> None:
    account = world.account()
    world.bindings.propose(account, world.code_for(world.add_person(make_person())))
    world.clock.advance(minutes=10)
    assert not world.bindings.status(account).pending
    with pytest.raises(ProposalExpired):
        world.bindings.confirm(account)
    with pytest.raises(NothingProposed):
        world.bindings.confirm(account)
    assert world.uow.audited(account)[-1] == "binding_expired"
    with pytest.raises(NotBound):
        world.arrears.summary(account)


def test_a_cancelled_proposal_leaves_nothing(world: World) -> None:
    account = world.account()
    world.bindings.propose(account, world.code_for(world.add_person(make_person())))
    status = world.bindings.cancel(account)
    assert (status.bound, status.pending, status.masked_name) == (False, False, None)
    with pytest.raises(NothingProposed):
        world.bindings.confirm(account)


def test_a_newer_proposal_takes_the_place_of_the_older(world: World) -> None:
    account = world.account()
    first, second = (world.add_person(make_person(name)) for name in ("王小明", "陳美玲"))
    world.bindings.propose(account, world.code_for(first))
    world.bindings.propose(account, world.code_for(second))
    assert world.bindings.confirm(account).masked_name == "陳O玲"
    with pytest.raises(NothingProposed):
        world.bindings.confirm(account)


def test_a_person_moves_to_a_new_account_and_the_old_one_is_told(world: World) -> None:
    person = world.add_person(make_person())
    old, new = world.account("old phone"), world.account("new phone")
    world.bind(old, person)
    before = keys(world, old)
    world.bindings.propose(new, world.code_for(person))
    assert world.bindings.status(old).bound, "a proposal alone takes nothing away"
    status = world.bindings.confirm(new)
    assert status.replaced_account_id == old
    assert world.bindings.status(old).bound is False
    assert world.conversations.get(old).kind is AccountKind.UNBOUND
    assert not set(keys(world, old)) & set(before)
    with pytest.raises(NotBound):
        world.arrears.summary(old)
    assert world.uow.audited(old)[-1] == "binding_replaced"


def test_an_account_changes_persons(world: World) -> None:
    account = world.account()
    first, second = (world.add_person(make_person(name)) for name in ("王小明", "陳美玲"))
    world.bind(account, first)
    world.bindings.propose(account, world.code_for(second))
    assert world.arrears.summary(account).person_masked == "王O明", "the first until the second is confirmed"
    status = world.bindings.confirm(account)
    assert (status.masked_name, status.replaced_account_id) == ("陳O玲", None)
    assert world.arrears.summary(account).person_masked == "陳O玲"


def test_binding_the_same_person_again_is_no_replacement_of_oneself(world: World) -> None:
    account, person = world.account(), world.add_person(make_person())
    world.bind(account, person)
    world.bindings.propose(account, world.code_for(person))
    status = world.bindings.confirm(account)
    assert status.bound
    assert status.replaced_account_id is None


def test_cancelling_a_change_keeps_the_person(world: World) -> None:
    account = world.account()
    world.bind(account, world.add_person(make_person("王小明")))
    world.bindings.propose(account, world.code_for(world.add_person(make_person("陳美玲"))))
    assert world.bindings.cancel(account).masked_name == "王O明"


def test_unbinding_ends_access_and_makes_old_buttons_stale(world: World) -> None:
    account = world.account()
    world.bind(account, world.add_person(make_person()))
    before = keys(world, account)
    status = world.bindings.unbind(account)
    assert (status.bound, status.kind) == (False, AccountKind.UNBOUND)
    assert not set(keys(world, account)) & set(before)
    with pytest.raises(NotBound):
        world.arrears.summary(account)
    with pytest.raises(NotBound):
        world.bindings.unbind(account)


def test_unbinding_drops_a_pending_change_too(world: World) -> None:
    account = world.account()
    world.bind(account, world.add_person(make_person()))
    world.bindings.propose(account, world.code_for(world.add_person(make_person())))
    world.bindings.unbind(account)
    with pytest.raises(NothingProposed):
        world.bindings.confirm(account)


def test_a_lost_race_to_confirm_leaves_no_trace(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    account, person = world.account(), world.add_person(make_person())
    world.bindings.propose(account, world.code_for(person))
    trail = world.uow.audited(account)
    opened = world.uow.__class__.__call__

    def unlucky(store: object) -> MemoryUnitOfWork:
        uow = opened(world.uow)
        monkeypatch.setattr(uow.bindings, "move", lambda binding, *, was: False)
        return uow

    monkeypatch.setattr(world.uow.__class__, "__call__", unlucky)
    with pytest.raises(NothingProposed):
        world.bindings.confirm(account)
    monkeypatch.setattr(world.uow.__class__, "__call__", opened)
    assert world.uow.audited(account) == trail
    assert not world.bindings.status(account).bound


def test_a_clerks_code_opens_no_citizens_data(world: World) -> None:
    account, office = world.account(), world.add_office()
    code = world.bindings.issue_code(office.code, CodePurpose.CLERK).code
    proposal = world.bindings.propose(account, code)
    assert (proposal.kind, proposal.masked_name) == (AccountKind.CLERK, "")
    status = world.bindings.status(account)
    assert (status.kind, status.bound, status.pending) == (AccountKind.CLERK, False, False)
    with pytest.raises(NotBound):
        world.arrears.summary(account)
    with pytest.raises(NotBound):
        world.bindings.unbind(account)


def test_a_clerk_may_bind_oneself_and_stays_a_clerk(world: World) -> None:
    account, person, office = world.account(), world.add_person(make_person()), world.add_office()
    world.bindings.propose(account, world.bindings.issue_code(office.code, CodePurpose.CLERK).code)
    world.bind(account, person)
    assert world.bindings.unbind(account).kind is AccountKind.CLERK
    world.bind(account, person)
    assert world.bindings.status(account).kind is AccountKind.CLERK
    world.bind(world.account("another phone"), person)
    assert world.bindings.status(account).kind is AccountKind.CLERK
    assert not world.bindings.status(account).bound
