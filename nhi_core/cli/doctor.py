"""`nhi-counter doctor`: is every part there, and if not, what to do."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict

import click
import requests

from nhi_core.adapters.clock import SystemClock
from nhi_core.adapters.db import Engine, make_engine, migration_state, read_workload
from nhi_core.adapters.db import ping as ping_database
from nhi_core.adapters.db.repositories.mails import SqlMails
from nhi_core.adapters.db.repositories.staff import count_staff
from nhi_core.adapters.mail import make_mailer
from nhi_core.adapters.mail.smtp import SmtpMailer
from nhi_core.adapters.redis import connect
from nhi_core.adapters.redis import ping as ping_redis
from nhi_core.cli.context import EXIT_UNAVAILABLE, load_settings
from nhi_core.cli.findings import (
    PATIENCE_SECONDS,
    Finding,
    clock,
    disk,
    kiosks,
    line_side,
    redis_care,
    retention,
)
from nhi_core.domain.errors import CacheUnavailable, StoreUnavailable
from nhi_core.domain.mail import STUCK, MailState
from nhi_core.ports_mail import MailDeferred
from nhi_core.settings import Settings


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def doctor(as_json: bool) -> None:
    """Check settings, stores, processes, LINE's side, disk, clock, kiosks and mail; say what to do.

    Exit code 3 when anything is not well.

    \b
    Examples:
      nhi-counter doctor
      nhi-counter doctor --json
    """
    findings = list(examine(load_settings()))
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=2))
    else:
        for finding in findings:
            click.echo(f"{'✓' if finding.ok else '✗'} {finding.part:<12} {finding.words}")
            if finding.remedy:
                click.echo(f"  {'':<12} → {finding.remedy}")
    if not all(finding.ok for finding in findings):
        raise SystemExit(EXIT_UNAVAILABLE)


def examine(settings: Settings) -> Iterator[Finding]:
    """Yield a finding a part, the settings first."""
    yield Finding(
        "settings", ok=True, words=f"{settings.env}; complete", remedy=" ".join(settings.warnings())
    )
    yield _keys(settings)
    yield from _database(settings)
    yield from _redis(settings)
    yield disk(settings)
    yield _web("rasa", f"{settings.rasa_url}/", "is `rasa` running, and is RASA_URL right?")
    yield _web(
        "actions",
        f"{settings.actions_url}/health/live",
        "is `python -m actions.server` running, and ACTIONS_URL right?",
    )
    yield _web(
        "web", f"{settings.public_url}/health/live", "is the web process running, and NHI_PUBLIC_URL right?"
    )
    yield from _line(settings)
    yield _mail(settings)


def _keys(settings: Settings) -> Finding:
    rings = settings.key_rings()
    older = sum(len(rings.ring(purpose).keys) - 1 for purpose in ("seal", "fingerprint", "sign"))
    source = "the sandbox's own" if settings.keys_file is None else "from the key file"
    return Finding("keys", ok=True, words=f"{source}; {older} older keys kept for reading")


def _database(settings: Settings) -> Iterator[Finding]:
    url = settings.database_url.get_secret_value()
    remedy = "is the database running, and is NHI_DATABASE_URL right?"
    engine = make_engine(url)
    try:
        ping_database(engine)
        yield Finding("database", ok=True, words=f"answers ({engine.dialect.name})")
        yield _migrations(url)
        if migration_state(url).up_to_date:
            yield _outbox(engine)
            load = read_workload(engine, SystemClock(settings.today).now())
            yield kiosks(load)
            yield retention(load)
            yield _staff(engine, production=settings.production)
    except StoreUnavailable as error:
        yield Finding(
            "database", ok=False, words=f"does not answer ({type(error.__cause__).__name__})", remedy=remedy
        )
    finally:
        engine.dispose()


def _migrations(url: str) -> Finding:
    state = migration_state(url)
    words = f"at {state.current or 'empty'}, this release needs {state.head}"
    remedy = "" if state.up_to_date else "run `nhi-counter db upgrade`"
    return Finding("migrations", ok=state.up_to_date, words=words, remedy=remedy)


def _outbox(engine: Engine) -> Finding:
    with engine.connect() as connection:
        counts = SqlMails(connection).counts()
    waiting = sum(count for (_, state), count in counts.items() if state is MailState.WAITING)
    stuck = sum(count for (_, state), count in counts.items() if state in STUCK)
    words = f"{waiting} letters wait, {stuck} need a person's word"
    remedy = "see `nhi-counter mail status`" if stuck else ""
    return Finding("outbox", ok=True, words=words, remedy=remedy)


def _staff(engine: Engine, *, production: bool) -> Finding:
    with engine.connect() as connection:
        counts = count_staff(connection)
    words = f"{counts.admins} admins of the console"
    if not production or (counts.admins and not counts.sandbox):
        return Finding("staff", ok=True, words=words)
    if not counts.admins:
        remedy = "add one: `nhi-counter staff add <username> --name … --role admin`"
        return Finding("staff", ok=True, words=words, remedy=remedy)
    words = f"{counts.sandbox} made-up accounts of the sandbox are in this database (none can sign in)"
    return Finding(
        "staff", ok=False, words=words, remedy="is this a copy of a sandbox? Begin with an own one"
    )


def _mail(settings: Settings) -> Finding:
    mailer = make_mailer(settings, SystemClock(settings.today))
    if mailer is None:
        return Finding("mail", ok=True, words="no e-mail here: NHI_SMTP_URL is not set")
    if not isinstance(mailer, SmtpMailer):
        return Finding("mail", ok=True, words=f"letters are files in {settings.var_dir / 'mail'}")
    try:
        mailer.greet()
    except MailDeferred as error:
        remedy = "is the mail server up, are NHI_SMTP_URL's name and password right, is its certificate good?"
        return Finding("mail", ok=False, words=f"does not take letters ({error.reply})", remedy=remedy)
    return Finding("mail", ok=True, words="the mail server answers, encrypted, and knows us")


def _redis(settings: Settings) -> Iterator[Finding]:
    client = connect(settings.redis_url.get_secret_value())
    try:
        ping_redis(client)
        yield Finding("redis", ok=True, words="answers")
        yield redis_care(client, production=settings.production)
    except CacheUnavailable:
        yield Finding(
            "redis", ok=False, words="does not answer", remedy="is Redis running, and NHI_REDIS_URL right?"
        )
    finally:
        client.close()


def _web(
    part: str,
    url: str,
    remedy: str,
    read: Callable[[requests.Response], Finding] | None = None,
    headers: dict[str, str] | None = None,
) -> Finding:
    try:
        response = requests.get(url, timeout=PATIENCE_SECONDS, headers=headers, allow_redirects=False)
    except requests.RequestException as error:
        return Finding(part, ok=False, words=f"does not answer ({type(error).__name__})", remedy=remedy)
    if read is not None:
        return read(response)
    ok = response.ok
    return Finding(part, ok=ok, words=f"answers {response.status_code}", remedy="" if ok else remedy)


def _token(settings: Settings) -> str | None:
    """Return a token as the workers would use: issued for the channel's id, or the one that is kept."""
    if settings.line_channel_id is None:
        fixed = settings.line_channel_access_token
        return None if fixed is None else fixed.get_secret_value()
    form = {
        "grant_type": "client_credentials",
        "client_id": settings.line_channel_id,
        "client_secret": settings.line_channel_secret.get_secret_value(),
    }
    try:
        answer = requests.post(
            f"{settings.line_api_url}/oauth2/v3/token", data=form, timeout=PATIENCE_SECONDS
        )
        return str(answer.json()["access_token"]) if answer.ok else None
    except (requests.RequestException, ValueError, KeyError):
        return None


def _line(settings: Settings) -> Iterator[Finding]:
    answers: list[requests.Response] = []

    def read(response: requests.Response) -> Finding:
        answers.append(response)
        if response.ok:
            return Finding("line", ok=True, words="answers, and knows the channel")
        if response.status_code in (401, 403):
            remedy = "LINE refuses the token: issue a new LINE_CHANNEL_ACCESS_TOKEN, or set LINE_CHANNEL_ID"
            return Finding("line", ok=False, words=f"answers {response.status_code}", remedy=remedy)
        return Finding(
            "line", ok=False, words=f"answers {response.status_code}", remedy="see LINE's status page"
        )

    token = _token(settings)
    if token is None:
        remedy = "are LINE_CHANNEL_ID and LINE_CHANNEL_SECRET of the same channel, and the way to LINE open?"
        yield Finding("line", ok=False, words="issues no channel access token", remedy=remedy)
        return
    found = _web(
        "line",
        f"{settings.line_api_url}/v2/bot/info",
        "is LINE_API_URL right, and the way out open? In the sandbox: is `line_sandbox` running?",
        read,
        {"Authorization": f"Bearer {token}"},
    )
    yield found
    for response in answers:
        if (told := clock(response)) is not None:
            yield told
    if found.ok:
        yield from line_side(settings, token)
