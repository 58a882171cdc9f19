"""Starts Chromium on the page, full screen and without memory, and starts it again when it ends."""

from __future__ import annotations

import logging
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable

log = logging.getLogger(__name__)

# What each is for: docs/kiosk.md.
FLAGS = (
    "--kiosk",
    "--incognito",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-translate",
    "--disable-features=Translate,AutofillServerCommunication,MediaRouter",
    "--disable-pinch",
    "--overscroll-history-navigation=0",
    "--disable-session-crashed-bubble",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--password-store=basic",
)
_SHORT_LIFE = 5.0  # seconds; a browser that ends sooner is started again ever more slowly
_SLOWEST = 30.0


class Browser:
    """Keeps one browser running on `address()` until `stop`. Its profile is made anew at each start."""

    def __init__(self, command: str, address: Callable[[], str]) -> None:
        """Start nothing yet."""
        self._command, self._address = command, address
        self._stopping = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._run, name="browser", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End the browser and do not start it again."""
        self._stopping.set()
        if self._process is not None:
            self._process.terminate()
        self._thread.join(10)

    def _run(self) -> None:
        pause = 1.0
        while not self._stopping.is_set():
            began = time.monotonic()
            profile = tempfile.mkdtemp(prefix="kiosk-")
            try:
                words = [self._command, *FLAGS, f"--user-data-dir={profile}", self._address()]
                # The command is the operator's own setting.
                self._process = subprocess.Popen(  # noqa: S603
                    words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
                )
                code = self._process.wait()
                log.warning("browser_ended code=%d", code)
            except OSError as error:
                log.error("browser_not_started %s", type(error).__name__)  # noqa: TRY400 - the kind is enough
            finally:
                shutil.rmtree(profile, ignore_errors=True)
            pause = 1.0 if time.monotonic() - began > _SHORT_LIFE else min(_SLOWEST, pause * 2)
            self._stopping.wait(pause)
