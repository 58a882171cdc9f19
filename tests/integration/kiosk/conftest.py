"""A lobby: kiosks that sign, phones that write, the web process and a worker, over both databases."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
import redis
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher
from werkzeug.test import TestResponse

from actions.registry import all_actions
from bot.app import create_app
from bot.events import Event
from bot.webhook import mailbox_id_of
from bot.workers import bindings, runtime
from bot.workers.conversation import drain
from bot.workers.runtime import Office
from nhi_core import bootstrap
from nhi_core.domain.people import InsuredCategory, Person, Proofs
from nhi_core.security.device_keys import new_device_key
from nhi_core.settings import Settings
from nhi_core.wire import ActionReply, TurnReply, TurnRequest
from tests.factories import canary
from tests.factories.events import USER, tap, text
from tests.fakes.clock import FakeClock
from tests.fakes.ids import FakeIds
from tests.fakes.kiosk import KioskClient
from tests.fakes.limiter import FakeLimiter
from tests.fakes.line import FakeLine
from tests.fakes.rasa import FakeRasa

BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
HOUSEHOLD = "F1234567"
CARD = "900012345678"
CONSENT = {"version": "1", "language": "zh-TW", "given_at": "2026-09-10T10:00:00+08:00"}


@dataclass
class Lobby:
    """Everything between a card and a bound phone."""

    clock: FakeClock
    core: bootstrap.Core
    web: Any
    line: FakeLine
    rasa: FakeRasa
    office: Office = field(init=False)
    told: int = 0

    def kiosk(self, name: str = "Lobby 1") -> KioskClient:
        private, public = new_device_key()
        return KioskClient(self.web, self.core.kiosks.enrol(name, "houli", public).id, private, self.clock)

    def person(self, **changes: Any) -> Person:
        values: dict[str, Any] = {
            "id": "person-1",
            "number": canary.NATIONAL_ID,
            "name": canary.NAME,
            "birth": date(1980, 1, 1),
            "category": InsuredCategory.REGIONAL,
            "proofs": Proofs(card_number=CARD, household_number=HOUSEHOLD),
            **changes,
        }
        person = Person(**values)
        with self.core.uow() as uow:
            uow.people.add(person)
            uow.commit()
        return person

    def write(self, words: str, user: str = USER) -> str:
        """A phone sends a text; return the template it is answered with."""
        return self._work(text(words, user=user))

    def press(self, intent: str, user: str = USER) -> str:
        """A phone presses a button of the present session."""
        session = self.core.conversations.open("line", user).session
        return self._work(tap(f"v=1&s={session}&i={intent}", user=user))

    def account(self, user: str = USER) -> str:
        return self.core.conversations.open("line", user).account_id

    def bound(self, user: str = USER) -> bool:
        return self.core.bindings.status(self.account(user)).bound

    def news(self) -> list[str]:
        """Let the worker tell what is to be told; return the templates' words that were pushed."""
        before = len(self.line.pushes)
        bindings.tell_news(self.office)
        return [str(one[1][0].get("text")) for one in self.line.pushes[before:]]

    def _work(self, raw: dict[str, Any]) -> str:
        self.said: list[str] = []
        event = Event.of(raw, self.clock.now())
        mail = [(mailbox_id_of(self.core.fingerprints, event), event)]
        for mailbox_id in self.office.mailbox.append(mail, self.clock.now()):
            drain(self.office, mailbox_id)
        return self.said[-1] if self.said else ""

    def dialogue(self, request: TurnRequest) -> TurnReply:
        """Do what Rasa does with a code or a tap: run our own action."""
        verb = request.intent.name if request.intent else "bind_account"
        dispatcher = CollectingDispatcher()
        latest = {"metadata": {"turn": request.turn}, "entities": [], "intent_ranking": []}
        tracker = Tracker("c", {}, latest, [], False, None, {}, None)
        action = next(one for one in all_actions(self.core) if one.verb == verb)
        action.run(dispatcher, tracker, {})
        replies = [ActionReply.model_validate(one["custom"]) for one in dispatcher.messages]
        self.said = [one.template for one in replies]
        return TurnReply(replies=replies)


@dataclass
class Screen:
    """A person at one kiosk with one card."""

    kiosk: KioskClient
    session: str = ""
    answers: list[TestResponse] = field(default_factory=list)

    def call(self, method: str, path: str, body: object = None, **signing: Any) -> TestResponse:
        raw = b"" if body is None else json.dumps(body).encode()
        answer = self.kiosk.send(method, f"/kiosk/v1{path}", raw, **signing)
        self.answers.append(answer)
        return answer

    def open(self, number: str = canary.NATIONAL_ID, relation: str = "self", **card: Any) -> TestResponse:
        fields = {
            "card_number": CARD, "id_number": number, "name": canary.NAME, "birth": "1980-01-01",
            "sex": "F", "issued": "2020-01-01", **card,
        }  # fmt: skip
        answer = self.call("POST", "/sessions", {"card": fields, "consent": CONSENT, "relation": relation})
        self.session = (answer.get_json() or {}).get("session", self.session)
        return answer

    def fact(
        self, value: str = HOUSEHOLD, kind: str = "household_number", key: str | None = None
    ) -> TestResponse:
        return self.act("second-fact", {"kind": kind, "value": value}, key=key)

    def act(self, what: str, body: object = None, **signing: Any) -> TestResponse:
        return self.call("POST", f"/sessions/{self.session}/{what}", body or {}, **signing)

    def confirm(self) -> TestResponse:
        return self.act("confirm", {"digits": self.view()["digits"]})

    def view(self) -> dict[str, Any]:
        found: dict[str, Any] = self.call("GET", f"/sessions/{self.session}").get_json()
        return found

    def end(self, reason: str = "cancelled") -> TestResponse:
        return self.call("DELETE", f"/sessions/{self.session}", {"reason": reason})

    def shown(self) -> dict[str, Any]:
        """Open and prove; return what the screen shows."""
        assert self.open().status_code == 201
        found: dict[str, Any] = self.fact().get_json()
        return found


def error_of(answer: Any) -> tuple[int, str]:
    """Return the status and the code of a refusal."""
    return answer.status_code, answer.get_json()["error"]


def typed_by(qr: str) -> str:
    """Return the text that scanning a kiosk's QR types into the chat."""
    return unquote(urlsplit(qr).query)


@pytest.fixture
def client(redis_url: str) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(redis_url) as found:
        yield found


@pytest.fixture(params=BOTH)
def lobby(request: pytest.FixtureRequest, client: redis.Redis) -> Iterator[Lobby]:
    name = "migrated_sqlite_url" if request.param == "sqlite" else "migrated_postgres_url"
    settings = Settings.load(env_file=None, NHI_DATABASE_URL=request.getfixturevalue(name))
    clock = FakeClock()
    core = bootstrap.build(settings, clock=clock, ids=FakeIds(), limiter=FakeLimiter(clock), redis=client)
    line, rasa = FakeLine(), FakeRasa()
    app = create_app(settings, core, enqueue=lambda _id: None, tell=lambda: None)
    found = Lobby(clock, core, app.test_client(), line, rasa)
    rasa.answer = found.dialogue
    found.office = runtime.build(
        settings,
        core,
        line=line,
        rasa=rasa,
        assign_menu=lambda *_: None,  # type: ignore[arg-type]
    )
    yield found
    found.office.desk.background.shutdown(wait=True)
    core.engine.dispose()


@pytest.fixture
def screen(lobby: Lobby) -> Screen:
    """An enrolled kiosk, and a person who is insured."""
    lobby.person()
    return Screen(lobby.kiosk())
