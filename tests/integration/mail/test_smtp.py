"""Letters over a real SMTP server: refused, put off, lost in the middle, encrypted; and never twice."""

from __future__ import annotations

import email
import ssl
from datetime import date
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from nhi_core.adapters.mail.files import FileMailer
from nhi_core.adapters.mail.message import message_id
from nhi_core.adapters.mail.smtp import SmtpMailer, SmtpServer
from nhi_core.domain.mail import MailState
from nhi_core.ports_mail import Attachment, Envelope, MailDeferred, MailRefused, MailUnclear
from tests.factories.domain import make_bill
from tests.fakes.clock import FakeClock
from tests.fakes.slips import ADDRESS, Slips
from tests.fakes.store import MemoryStore
from tests.fakes.till import Till
from tests.integration.mail.servers import HOST, Letterbox, make_certificate, serving

pytestmark = pytest.mark.net

SENDER = "counter@office.example"
LETTER = Envelope(
    ADDRESS,
    "健保費電子繳款單",
    "您好：\n.一行以點開頭\n.\n最後一行",
    attachments=(Attachment("nhi-slip.pdf", "application/pdf", b"%PDF\r\n.\r\n\x00\xff"),),
)


@pytest.fixture
def box() -> Letterbox:
    return Letterbox()


def mailer(
    port: int, scheme: str = "smtp", *, user: str = "", trust: ssl.SSLContext | None = None
) -> SmtpMailer:
    server = SmtpServer.of(f"{scheme}://{user}{HOST}:{port}")
    return SmtpMailer(server, FakeClock(), sender=SENDER, trust=trust, patience=5)


def parsed(raw: bytes) -> EmailMessage:
    message = email.message_from_bytes(raw, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def test_a_letter_arrives_whole(box: Letterbox) -> None:
    with serving(box) as port:
        mailer(port).send(LETTER, key="eslip-1")
    assert box.recipients == [[ADDRESS]]
    message = parsed(box.letters[0])
    assert message["To"] == ADDRESS
    assert SENDER in message["From"]
    assert message["Subject"] == LETTER.subject
    assert message["Message-ID"] == message_id("eslip-1", SENDER)
    assert message["Date"] == "Thu, 10 Sep 2026 10:00:00 +0800"
    body = message.get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n").strip() == LETTER.text
    (file,) = message.iter_attachments()
    assert file.get_payload(decode=True) == LETTER.attachments[0].data


@pytest.mark.parametrize(
    ("rcpt", "data", "error", "reply"),
    [
        ("451 busy", "250 OK", MailDeferred, "451"),
        ("452 full", "250 OK", MailDeferred, "452"),
        ("550 nobody", "250 OK", MailRefused, "550"),
        ("250 OK", "421 later", MailDeferred, "421"),
        ("250 OK", "451 later", MailDeferred, "451"),
        ("250 OK", "554 spam", MailRefused, "554"),
    ],
)
def test_what_the_server_answers_decides(
    box: Letterbox, rcpt: str, data: str, error: type[MailDeferred | MailRefused], reply: str
) -> None:
    box.rcpt, box.data = rcpt, data
    with serving(box) as port, pytest.raises(error) as caught:
        mailer(port).send(LETTER, key="k")
    assert caught.value.reply == reply
    assert box.letters == []


def test_a_connection_that_breaks_before_the_letter_is_whole_is_put_off(box: Letterbox) -> None:
    box.drop_at_rcpt = True
    with serving(box) as port, pytest.raises(MailDeferred):
        mailer(port).send(LETTER, key="k")
    assert box.letters == []


def test_a_connection_that_breaks_after_it_is_unclear(box: Letterbox) -> None:
    box.drop = True
    with serving(box) as port, pytest.raises(MailUnclear):
        mailer(port).send(LETTER, key="k")
    assert len(box.letters) == 1, "it did arrive, and we cannot know"


def test_no_server_is_put_off(box: Letterbox) -> None:
    with serving(box) as port:
        pass
    with pytest.raises(MailDeferred) as caught:
        mailer(port).send(LETTER, key="k")
    assert caught.value.reply == "no_server"


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    path = tmp_path / "mail.pem"
    make_certificate(path)
    return path


@pytest.mark.parametrize(("scheme", "implicit"), [("smtps", True), ("smtp+starttls", False)])
def test_letters_go_encrypted_with_the_certificate_checked(
    box: Letterbox, certificate: Path, scheme: str, implicit: bool
) -> None:
    trust = ssl.create_default_context(cafile=str(certificate))
    with serving(box, certificate=certificate, implicit=implicit) as port:
        mailer(port, scheme, trust=trust).send(LETTER, key="k")
        # Nobody vouches for this certificate: nothing is sent.
        with pytest.raises(MailDeferred) as caught:
            mailer(port, scheme).send(LETTER, key="k")
    assert caught.value.reply == "no_tls"
    assert len(box.letters) == 1
    assert implicit or box.encrypted == [True]


def test_a_server_without_encryption_gets_nothing(box: Letterbox) -> None:
    with serving(box) as port, pytest.raises(MailDeferred):
        mailer(port, "smtp+starttls").send(LETTER, key="k")
    assert box.letters == []


@pytest.mark.parametrize(("user", "good"), [("counter:p%40ss%20word@", True), ("counter:wrong@", False)])
def test_who_we_are_is_proved_over_encryption(
    box: Letterbox, certificate: Path, user: str, good: bool
) -> None:
    trust = ssl.create_default_context(cafile=str(certificate))
    with serving(box, certificate=certificate, login=True) as port:
        one = mailer(port, "smtp+starttls", user=user, trust=trust)
        if good:
            one.send(LETTER, key="k")
        else:
            with pytest.raises(MailDeferred) as caught:
                one.send(LETTER, key="k")
            assert caught.value.reply == "535"
    assert len(box.letters) == int(good)


def test_the_password_shows_nowhere() -> None:
    server = SmtpServer.of("smtps://counter:secret@mail.office.example:465")
    assert "secret" not in repr(server)
    assert "counter" not in repr(server)


def september(clock: FakeClock, sender: SmtpMailer) -> Slips:
    till = Till(MemoryStore(clock), clock, bills=(make_bill(826, date(2026, 9, 30), key="august"),))
    slips = Slips(till, mailer=sender)
    slips.subscribe()
    clock.set(clock.now().replace(day=20))
    slips.run.make_due()
    return slips


def test_a_letter_that_may_have_arrived_is_never_sent_again_by_itself(box: Letterbox) -> None:
    clock = FakeClock(date(2026, 9, 3))
    box.drop = True
    with serving(box) as port:
        slips = september(clock, mailer(port))
        for _ in range(5):
            slips.send()
            clock.advance(hours=7)
        assert len(box.letters) == 1
        (mail,) = slips.mails(MailState.UNCLEAR)
        # Somebody looked into it and wants it sent again: it is the same letter for every mail program.
        box.drop = False
        slips.outbox.retry(mail.id)
        assert slips.send() == 1
    first, second = (parsed(raw)["Message-ID"] for raw in box.letters)
    assert first == second


def test_a_server_that_is_busy_gets_the_letter_later_and_once(box: Letterbox) -> None:
    clock = FakeClock(date(2026, 9, 3))
    box.rcpt = "451 greylisted"
    with serving(box) as port:
        slips = september(clock, mailer(port))
        assert slips.send() == 0
        assert slips.send() == 0, "the pause is not over"
        box.rcpt = "250 OK"
        clock.advance(minutes=2)
        assert slips.send() == 1
        assert slips.send() == 0
    assert len(box.letters) == 1


def test_the_sandbox_writes_a_file_a_letter(tmp_path: Path) -> None:
    one = FileMailer(tmp_path / "mail", FakeClock(), sender=SENDER)
    one.send(LETTER, key="a")
    one.send(LETTER, key="a")
    one.send(LETTER, key="b")
    files = list((tmp_path / "mail").glob("*.eml"))
    assert len(files) == 2
    assert parsed(files[0].read_bytes())["To"] == ADDRESS


def test_a_folder_that_cannot_be_written_puts_letters_off(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("a file stands there")
    with pytest.raises(MailDeferred):
        FileMailer(tmp_path / "mail", FakeClock(), sender=SENDER).send(LETTER, key="a")
