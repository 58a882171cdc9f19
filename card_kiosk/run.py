"""Puts the kiosk together: readers → watcher → companion ↔ server, and the screens."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from card_kiosk import people
from card_kiosk.browser import Browser
from card_kiosk.client import CounterClient, KeyUnusable
from card_kiosk.companion import Companion
from card_kiosk.desk import Counter, Desk
from card_kiosk.settings import Settings
from card_kiosk.transport import ReaderService
from card_kiosk.ui import drawer
from card_kiosk.ui.app import create_app
from card_kiosk.ui.hub import Hub
from card_kiosk.ui.server import Server
from card_kiosk.virtual import VirtualReaders
from card_kiosk.watcher import Watcher

log = logging.getLogger(__name__)


def reader_service(settings: Settings) -> ReaderService:
    """Return the readers that the settings name. Raises ImportError when pyscard is not installed."""
    if settings.readers == "virtual":
        return VirtualReaders()
    from card_kiosk.pcsc import PcscService  # noqa: PLC0415 - the sandbox runs without pyscard

    return PcscService()


def counter_of(settings: Settings) -> Counter | None:
    """Return the signed client, or None when the kiosk is not enrolled or its key is of no use."""
    if settings.key is None:
        return None
    try:
        return CounterClient(settings.key, settings.server, now=settings.now)
    except KeyUnusable:
        log.error("kiosk_key_unusable")  # noqa: TRY400 - the screen and `diagnose` say the rest
        return None


class Kiosk:
    """The running kiosk; `address` opens the page."""

    def __init__(
        self, settings: Settings, *, service: ReaderService | None = None, counter: Counter | None = None
    ) -> None:
        """Bind the port and build everything; nothing runs yet."""
        self._settings = settings
        self.hub = Hub()
        self.service = service or reader_service(settings)
        self.companion = Companion(
            Desk(counter or counter_of(settings)), self.hub.publish, phone=settings.phone, now=settings.now
        )
        self.watcher = Watcher(self.service, self.companion.on_card, only_reader=settings.only_reader)
        self.companion.watch(self.watcher)
        ports: set[int] = set()
        virtual = isinstance(self.service, VirtualReaders)
        app = create_app(
            self.hub, self.companion.act, token=settings.entry_token, ports=ports, sandbox=virtual
        )
        if isinstance(self.service, VirtualReaders):
            made_up = people.load(settings.people_file) if settings.people_file else []
            app.register_blueprint(drawer.blueprint(self.service, made_up, self.companion.shown_link))
        self._server = Server(app, settings.port)
        ports.add(self._server.port)
        self.url = self._server.url
        self.address = f"{self.url}/enter?t={settings.entry_token}"
        self._browser = Browser(settings.browser, lambda: self.address) if settings.browser else None

    def start(self) -> None:
        """Run everything; returns at once."""
        self.companion.start()
        self.watcher.start()
        self._server.start()
        if self._settings.address_file is not None:
            _write_private(self._settings.address_file, self.address)
        if self._browser is not None:
            self._browser.start()

    def stop(self) -> None:
        """End everything, and the session of whoever stands there."""
        if self._browser is not None:
            self._browser.stop()
        self.watcher.stop()
        self.companion.stop()
        self.hub.close()
        self._server.close()
        if self._settings.address_file is not None:
            self._settings.address_file.unlink(missing_ok=True)


def _write_private(path: Path, text: str) -> None:
    """Write so that no other user of the machine can read: whoever knows the address may touch the screen."""
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
