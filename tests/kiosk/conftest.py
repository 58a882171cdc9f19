"""Every card test runs twice: over pcscd with virtual readers (the real path) and in this process."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import pytest_socket

from card_kiosk.watcher import Patience, Watcher
from tests.kiosk.recorder import Recorder
from tests.kiosk.rigs import PcscdRig, Rig, VirtualRig, why_no_pcscd


@pytest.fixture(scope="session")
def pcscd() -> Iterator[PcscdRig]:
    """One pcscd for the run. Where it cannot run, we say that the in-process transport alone was tested."""
    if reason := why_no_pcscd():
        if os.environ.get("CI") == "true":
            pytest.fail(reason, pytrace=False)
        pytest.skip(f"the real path was not driven, only the in-process one: {reason}")
    pytest_socket.enable_socket()
    rig = PcscdRig()
    yield rig
    rig.close()


@pytest.fixture(params=["pcscd", "in-process"])
def rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    """The two places to put a card."""
    if request.param == "in-process":
        virtual = VirtualRig()
        yield virtual
        virtual.close()
        return
    real: PcscdRig = request.getfixturevalue("pcscd")
    yield real
    real.empty()


Watch = Callable[..., Recorder]


@pytest.fixture
def watch(rig: Rig) -> Iterator[Watch]:
    """Start a watcher over the rig; what it tells is recorded."""
    started: list[Watcher] = []

    def begin(*, patience: Patience | None = None, **options: Any) -> Recorder:
        recorder = Recorder()
        watcher = Watcher(
            rig.service(),
            recorder,
            patience=patience or Patience(settle=0.02, retry=0.05, look=1.0),
            **options,
        )
        recorder.watcher = watcher
        watcher.start()
        started.append(watcher)
        return recorder

    yield begin
    for slot in (0, 1):
        rig.pull(slot)
    for watcher in started:
        watcher.stop()
