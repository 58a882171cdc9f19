"""Bulk pre-registration: the good rows are kept, the contact learns the rest, each person gets one letter."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from nhi_core.adapters.clock import SystemIds
from nhi_core.adapters.db import ColumnSealer, SqlUnitOfWorkFactory
from nhi_core.adapters.db.bulk_imports import SqlImports
from nhi_core.adapters.db.tables import bindings
from nhi_core.adapters.db.tables_imports import preregistrations
from nhi_core.adapters.premiums.files.source import FileSource
from nhi_core.domain.imports import FileRefused
from nhi_core.domain.imports_registrations import parse_file_name
from nhi_core.domain.mail import Mail
from nhi_core.ports_mail import Envelope, MailDeferred, MailRefused
from nhi_core.security import sandbox_rings
from nhi_core.services.imports import ImportService
from nhi_core.services.imports_letters import person_letter
from nhi_core.services.imports_registrations import RegistrationService
from nhi_core.services.outbox import OutboxService
from tests.factories import canary
from tests.factories.domain import make_person
from tests.fakes.clock import FakeClock
from tests.integration.db.records import another_person

CONSENT = date(2026, 9, 1)


class Post:
    """A mail server in memory."""

    def __init__(self) -> None:
        self.letters: list[tuple[str, str, str]] = []
        self.down = False

    def send(self, envelope: Envelope, *, key: str) -> None:
        if self.down:
            raise MailDeferred("no_server")
        if envelope.to.startswith("refused"):
            raise MailRefused("550")
        self.letters.append((envelope.to, envelope.subject + envelope.text, key))


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(date(2026, 9, 10))


@pytest.fixture
def service(engine: Engine, sealer: ColumnSealer, clock: FakeClock, url: str) -> RegistrationService:
    imports = ImportService(
        FileSource(engine, url, sandbox_rings(), clock, workers=0),
        SqlImports(engine, sealer, clock),
        SystemIds(),
    )
    return RegistrationService(imports, clock)


@pytest.fixture
def staff(uow: SqlUnitOfWorkFactory) -> list[str]:
    people = [another_person(), make_person(), make_person()]
    with uow() as unit:
        for person in people:
            unit.people.add(person)
        unit.commit()
    return [person.number for person in people]


def put(folder: Path, staff: list[str], name: str = "11002722020260908.CSV") -> Path:
    path = folder / name
    path.write_text(
        f"{staff[0]},{canary.EMAIL},{canary.PHONE}\n{staff[1]},refused@unit.example\n"
        f"{make_person().number},c@unit.example\n{staff[2]},no address,0912345678\n",
        encoding="utf-8",
    )
    return path


def mails(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return sorted(connection.execute(select(preregistrations.c.mail)).scalars())


def test_the_contact_learns_how_many_and_why_without_values(
    service: RegistrationService, staff: list[str], tmp_path: Path, engine: Engine
) -> None:
    view = service.take_in(put(tmp_path, staff), consented_on=CONSENT)
    assert (view.unit_code, view.plausible) == ("110027220", True)
    assert "成功 Succeeded: 2" in view.letter.text
    assert "失敗 Failed: 2" in view.letter.text
    assert "row 3 number" in view.letter.text
    assert "row 4 email" in view.letter.text
    for value in (canary.UI_NUMBER, canary.EMAIL, canary.PHONE, *staff):
        assert value not in view.letter.text
    with engine.connect() as connection:
        assert connection.execute(select(bindings)).all() == [], "the card still does the binding"


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def outbox(uow: SqlUnitOfWorkFactory, clock: FakeClock, post: Post) -> OutboxService:
    return OutboxService(uow, clock, SystemIds(), post)


def writer(uow: SqlUnitOfWorkFactory) -> Callable[[Mail], Envelope]:
    def write(mail: Mail) -> Envelope:
        with uow() as unit:
            registered = unit.registrations.get(mail.subject_id)
        assert registered is not None
        letter = person_letter()
        return Envelope(registered.email, letter.subject, letter.text)

    return write


def test_each_person_gets_one_letter_without_anything_personal(
    service: RegistrationService, staff: list[str], tmp_path: Path, engine: Engine, outbox: OutboxService,
    post: Post, uow: SqlUnitOfWorkFactory,
) -> None:  # fmt: skip
    service.take_in(put(tmp_path, staff), consented_on=CONSENT)
    assert outbox.send_due(writer(uow)) == 1
    assert outbox.send_due(writer(uow)) == 0
    ((to, text, key),) = post.letters
    assert to == canary.EMAIL
    assert key.startswith("preregistration-")
    for value in (canary.UI_NUMBER, canary.PHONE, "http", "110027220"):
        assert value not in text
    assert mails(engine) == ["refused", "sent"]


def test_a_letter_waits_for_a_server_that_is_down(
    service: RegistrationService, staff: list[str], tmp_path: Path, engine: Engine, outbox: OutboxService,
    post: Post, uow: SqlUnitOfWorkFactory, clock: FakeClock,
) -> None:  # fmt: skip
    service.take_in(put(tmp_path, staff), consented_on=CONSENT)
    post.down = True
    assert outbox.send_due(writer(uow)) == 0
    assert mails(engine) == ["sending", "sending"]
    post.down = False
    assert outbox.send_due(writer(uow)) == 0, "the pause is not over"
    clock.advance(minutes=2)
    assert outbox.send_due(writer(uow)) == 1
    assert mails(engine) == ["refused", "sent"]


def test_consent_is_never_in_the_future(
    service: RegistrationService, staff: list[str], tmp_path: Path
) -> None:
    with pytest.raises(FileRefused, match="consent"):
        service.take_in(put(tmp_path, staff), consented_on=date(2026, 9, 11))


def test_the_files_name_says_whose_and_when() -> None:
    named = parse_file_name("11000000120150807.CSV")
    # The letter's own example has a unit code whose check digit is off: told, not refused.
    assert (named.unit_code, named.made_on, named.plausible) == ("110000001", date(2015, 8, 7), False)
    for name in ("staff.csv", "1100000012015807.CSV", "11000000120151307.CSV", "11000000120150807.txt"):
        with pytest.raises(FileRefused):
            parse_file_name(name)
