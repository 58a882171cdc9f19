"""What a worker process works with, built once: the business, Redis, LINE, the dialogue engine."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot import richmenus
from bot.errands import AssignMenu, Errands, Render
from bot.journal import Journal
from bot.line import LineClient
from bot.line_tokens import tokens_of
from bot.mailbox import Mailbox
from bot.parking import Parking
from bot.rasa import RasaClient
from bot.rendering import render
from bot.replies import Replies
from bot.turn import Desk
from bot.visit import Hurry, leave_to_the_sweeper
from bot.workers.queue import configured, hurry_with
from nhi_core import bootstrap
from nhi_core.settings import Settings

if TYPE_CHECKING:
    from nhi_core.bootstrap import Core


@dataclass(frozen=True)
class Office:
    """The desk, and the mailboxes it works from."""

    desk: Desk
    mailbox: Mailbox


@dataclass
class _Process:
    lock: threading.Lock = field(default_factory=threading.Lock)
    office: Office | None = None


_process = _Process()


def build(
    settings: Settings,
    core: Core,
    *,
    line: LineClient | None = None,
    rasa: RasaClient | None = None,
    show: Render = render,
    assign_menu: AssignMenu | None = None,
    hurry: Hurry = leave_to_the_sweeper,
) -> Office:
    """Put the parts together."""
    client = core.redis
    line = line or LineClient(
        tokens_of(settings),
        api_url=settings.line_api_url,
        data_api_url=settings.line_data_api_url,
    )
    rasa = rasa or RasaClient(settings.rasa_url, settings.rasa_token.get_secret_value())
    journal = Journal(core, client)
    replies = Replies(line, journal, core.clock)
    desk = Desk(
        core=core,
        line=line,
        rasa=rasa,
        render=show,
        journal=journal,
        parking=Parking(core.vault, client, core.ids),
        replies=replies,
        errands=Errands(
            core, client, line, replies, assign_menu=assign_menu or richmenus.assign, render=show
        ),
        background=ThreadPoolExecutor(max_workers=4, thread_name_prefix="loading"),
        hurry=hurry,
    )
    return Office(desk, Mailbox(client, core.sealer))


def office() -> Office:
    """Return this process's office; the first call builds it. Raises SettingsRefused."""
    with _process.lock:
        if _process.office is None:
            settings = Settings.load()
            _process.office = build(
                settings, bootstrap.build(settings), hurry=hurry_with(configured(settings))
            )
        return _process.office


def close() -> None:
    """Let the process end without waiting for idle connections."""
    with _process.lock:
        if _process.office is not None:
            _process.office.desk.background.shutdown(wait=False, cancel_futures=True)
            _process.office.desk.rasa.close()
            _process.office.desk.core.close()
            _process.office = None
