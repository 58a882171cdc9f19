"""A short run of what `make soak` does for 10,000 cards."""

from __future__ import annotations

from scripts.soak import soak
from tests.kiosk.rigs import VirtualRig


def test_no_event_is_missed_and_nobody_stays_on_the_screen() -> None:
    figures = soak(VirtualRig(), cycles=150, warm=20)
    assert figures["cycles"] == 150
    assert figures["missed"] == 0
    assert figures["stale"] == 0
