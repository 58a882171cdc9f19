"""What letters hold, and the file beside them."""

from __future__ import annotations

import io
from email.message import EmailMessage
from types import SimpleNamespace
from typing import cast

import pytest
from pypdf import PdfReader

from bot.slips.words import text
from bot.workers.mails import make_slips, send_letters
from bot.workers.runtime import Office
from nhi_core.wire import LANGUAGES
from tests.factories.domain import make_bill
from tests.fakes.store import MemoryStore
from tests.integration.eslips.conftest import ADDRESS, PASSWORD, Web

languages = pytest.mark.parametrize("language", LANGUAGES)


def slip_letter(web: Web, language: str) -> EmailMessage:
    """Subscribe on the 3rd, wait for the 20th, and let the worker run."""
    web.clock.set(web.clock.now().replace(day=3))
    with web.till.store() as uow:
        bill = make_bill(826, web.clock.today().replace(day=30), key="september")
        uow.bills.replace("payer", bills=[bill], payments=[], plans=[])
        uow.commit()
    page = web.follow(web.ask(web.see(web.link(language))))
    web.follow(web.send(page, "/code", code=web.code()))
    web.clock.set(web.clock.now().replace(day=20))
    assert web.core.eslip_run.make_due() == 1
    return web.letters()[-1]


@languages
def test_the_slip_comes_encrypted_and_its_letter_says_nothing_personal(web: Web, language: str) -> None:
    letter = slip_letter(web, language)
    assert letter["To"] == ADDRESS
    assert letter["Subject"] == text(language, "mail.slip.subject")
    assert letter["Auto-Submitted"] == "auto-generated"
    body = letter.get_body(("plain",))
    assert body is not None
    said = body.get_content()
    for secret in ("826", "http", "www", PASSWORD, web.till.person.number, web.till.person.name):
        assert secret not in said
        assert secret not in letter["Subject"]
    (file,) = letter.iter_attachments()
    assert file.get_filename() == "nhi-slip-2026-09.pdf"
    data = file.get_payload(decode=True)
    assert isinstance(data, bytes)
    reader = PdfReader(io.BytesIO(data))
    assert reader.is_encrypted
    assert not reader.decrypt("")
    assert not reader.decrypt(web.till.person.number)
    assert reader.decrypt(PASSWORD)
    assert len(reader.pages) == 1
    shown = reader.pages[0].extract_text()
    assert "826" in shown
    assert "全民健康保險保險費繳款單" in shown
    assert web.till.person.number not in shown
    assert web.till.person.name not in shown


@languages
def test_the_code_stands_in_its_letter_and_not_in_the_subject(web: Web, language: str) -> None:
    web.follow(web.ask(web.see(web.link(language))))
    code = web.code()
    (letter,) = web.letters()
    assert letter["Subject"] == text(language, "mail.code.subject")
    assert code not in letter["Subject"]
    body = letter.get_content()
    assert "http" not in body
    assert "15" in body


def test_of_a_subscription_that_ended_no_letter_goes_out(web: Web) -> None:
    slip_letter(web, "en")
    web.core.eslips.cancel("account")
    web.clock.set(web.clock.now().replace(month=10, day=20))
    assert web.core.eslip_run.make_due() == 0
    web.core.eslip_run.tidy()
    with web.till.store() as uow:
        assert uow.eslips.live_of_person("payer") == ()


def test_the_worker_makes_the_slips_and_sends_what_waits(web: Web) -> None:
    office = cast(Office, SimpleNamespace(desk=SimpleNamespace(core=web.core)))
    web.clock.set(web.clock.now().replace(day=3))
    web.subscribe()
    with web.till.store() as uow:
        bill = make_bill(826, web.clock.today().replace(day=30), key="september")
        uow.bills.replace("payer", bills=[bill], payments=[], plans=[])
        uow.commit()
    assert make_slips(office) == 0
    web.clock.set(web.clock.now().replace(day=20))
    assert make_slips(office) == 1
    assert make_slips(office) == 0
    assert send_letters(office) == 1
    assert send_letters(office) == 0


def test_letters_of_pre_registrations_go_the_same_way(web: Web) -> None:
    office = cast(Office, SimpleNamespace(desk=SimpleNamespace(core=web.core)))
    store = cast(MemoryStore, web.till.store)
    store.registrations["row"] = ("staff@unit.example", "waiting")
    assert send_letters(office) == 1
    assert send_letters(office) == 0
    assert store.registrations["row"] == ("staff@unit.example", "sent")
    (letter,) = web.letters()
    assert letter["To"] == "staff@unit.example"
    assert "http" not in letter.get_content()
