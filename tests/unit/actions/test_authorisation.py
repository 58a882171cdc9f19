"""Every action × every state of a binding: docs/security/actions.csv says in which ones it tells anything
about a person. An action that the table does not name fails here.
"""

from __future__ import annotations

import csv
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from actions.registry import ACTIONS
from nhi_core import bootstrap
from nhi_core.domain.accounts import Binding
from nhi_core.domain.binding import BindingState
from nhi_core.domain.identifiers import mask_name
from nhi_core.settings import Settings
from tests.factories import canary
from tests.factories.domain import make_bill, make_person
from tests.fakes.world import World
from tests.unit.actions.test_actions import Chat

TABLE = Path(__file__).resolve().parents[3] / "docs" / "security" / "actions.csv"
# What only its person may have: the amount, the name even masked, the addresses of pages about it.
TELLING = (str(canary.AMOUNT), mask_name(canary.NAME), "/pay/", "/eslip/", "/media/")
STATES = ["none", *(state.value for state in BindingState), "rebound"]


def table() -> dict[str, frozenset[str]]:
    with TABLE.open(encoding="utf-8", newline="") as lines:
        return {row["action"]: frozenset(row["tells"].split()) for row in csv.DictReader(lines)}


class Whole(World):
    """A business in memory with the parts that only the real wiring has (payments, quality)."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.core = bootstrap.build(
            Settings.load(env_file=None),
            clock=self.clock,
            ids=self.ids,
            uow=self.uow,
            vault=self.vault,
            limiter=self.limiter,
        )

    def __getattr__(self, name: str) -> Any:
        if name == "core":
            raise AttributeError(name)
        return getattr(self.core, name)


def chat_in(world: World, user: str, state: str) -> tuple[Chat, str]:
    """Return the chat of an account whose binding stands as `state` says, and the person's number.

    The person owes the canary's amount.
    """
    chat, person, now = Chat(world, user), make_person(canary.NAME), world.clock.now()
    world.add_person(person)
    with world.uow() as uow:
        uow.bills.add_all([make_bill(canary.AMOUNT, date(2026, 6, 30), payer_id=person.id)])
        if state != "none":
            real = "unbound" if state == "rebound" else state
            until = now + timedelta(minutes=5) if state == "proposed" else None
            uow.bindings.add(Binding(f"b-{user}", chat.account, person.id, real, now, until, now, None))
        if state == "rebound":
            other = make_person("別人")
            uow.people.add(other)
            uow.bindings.add(Binding(f"c-{user}", chat.account, other.id, "bound", now, None, now, None))
        uow.commit()
    return chat, person.number


def told(chat: Chat, verb: str) -> str:
    """Return everything that an answer holds."""
    reply = chat.ask(verb, entities=[{"entity": "amount", "value": "1"}], text="A123456789")
    seen = reply.model_dump_json()
    assert canary.NAME not in seen
    assert str(canary.AMOUNT) not in seen, "the dialogue engine sees no amount"
    view = {} if reply.ticket is None else dict(chat.view(reply))
    return json.dumps(view, ensure_ascii=False) + seen


def test_the_table_names_every_action_and_no_other() -> None:
    assert table().keys() == {action.verb for action in ACTIONS}
    assert all(states <= set(STATES) for states in table().values())


@pytest.mark.parametrize("state", STATES)
def test_an_action_tells_what_the_table_says_and_nobody_elses_matter(state: str) -> None:
    world, wrong = Whole(), []
    for verb, states in table().items():
        chat, number = chat_in(world, f"U-{verb}", state)
        said = told(chat, verb)
        assert canary.NAME not in said, verb
        assert number not in said, verb
        assert "apology" not in said, verb
        if state == "rebound":
            assert mask_name(canary.NAME) not in said, f"{verb} tells about the person bound before"
            assert str(canary.AMOUNT) not in said, verb
        if any(word in said for word in TELLING) != (state in states):
            wrong.append((verb, state))
    assert wrong == []
