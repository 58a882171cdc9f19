"""Every row of what pcscd does on a bad day, over the real path and in this process."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from card_kiosk.problems import Problem
from card_kiosk.virtual import VirtualCard
from card_kiosk.watcher import Kind, Patience
from tests.kiosk import cards
from tests.kiosk.conftest import Watch
from tests.kiosk.records import READ, SELECT, number
from tests.kiosk.rigs import PcscdRig, Rig

pytestmark = pytest.mark.net

SHORT = Patience(settle=0.02, retry=0.05, deadline=0.6, look=1.0)


def test_a_card_is_announced_read_and_its_removal_told(rig: Rig, watch: Watch) -> None:
    told = watch()
    told.next(Kind.READY)
    rig.insert(cards.nhi())
    came = told.next(Kind.CARD_IN).presence
    read = told.next(Kind.CARD_READ)
    rig.pull()
    left = told.next(Kind.CARD_OUT)
    assert read.holder is not None
    assert read.holder.id_number == number()
    assert came == read.presence == left.presence


def test_without_a_card_nothing_is_told(rig: Rig, watch: Watch) -> None:
    told = watch()
    told.next(Kind.READY)
    time.sleep(0.6)
    assert told.kinds() == [Kind.READY]


@pytest.mark.parametrize("command", [SELECT, READ], ids=["select", "read"])
def test_a_card_pulled_while_it_is_read_is_out_and_the_next_one_is_read(
    rig: Rig, watch: Watch, command: bytes
) -> None:
    told = watch()
    told.next(Kind.READY)
    rig.insert(cards.pulled_at(command))
    told.next(Kind.CARD_IN)
    told.next(Kind.CARD_OUT)
    refusals = {event.problem for event in told.events if event.kind is Kind.CARD_REFUSED}
    assert refusals <= {Problem.CARD_REMOVED}
    rig.insert(cards.nhi())
    assert told.person() == number()


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (cards.bank, Problem.NOT_NHI_CARD),
        (cards.staff, Problem.NOT_NHI_CARD),
        (cards.garbage, Problem.CARD_UNREADABLE),
        (cards.short, Problem.CARD_UNREADABLE),
        (cards.one_byte, Problem.CARD_REMOVED),
        (cards.mute, Problem.CARD_MUTE),
        (cards.garbage_atr, Problem.CARD_MUTE),
    ],
)
def test_a_card_that_is_not_right_is_refused_with_what_can_be_done(
    rig: Rig, watch: Watch, make: Callable[[], VirtualCard], problem: Problem
) -> None:
    told = watch()
    told.next(Kind.READY)
    rig.insert(make())
    assert told.refused() is problem
    rig.pull()
    told.next(Kind.CARD_OUT)
    rig.insert(cards.nhi())
    assert told.person() == number()


def test_a_card_that_falls_silent_is_told_after_the_deadline_and_the_other_reader_goes_on(
    rig: Rig, watch: Watch
) -> None:
    told = watch(patience=SHORT)
    told.next(Kind.READY)
    rig.insert(cards.silent())
    assert told.refused() is Problem.CARD_STUCK
    rig.insert(cards.nhi(9_000_002), slot=1)
    assert told.person() == number(serial=9_000_002)
    rig.pull()
    told.next(Kind.CARD_OUT)
    rig.insert(cards.nhi())
    assert told.person() == number()


def test_a_slow_card_is_read(rig: Rig, watch: Watch) -> None:
    told = watch()
    told.next(Kind.READY)
    rig.insert(cards.slow(1.5))
    assert told.person() == number()
    assert Kind.CARD_REFUSED not in told.kinds()


def test_a_card_that_answers_after_the_deadline_is_still_read(rig: Rig, watch: Watch) -> None:
    answer = threading.Event()
    told = watch(patience=SHORT)
    told.next(Kind.READY)
    rig.insert(cards.waiting(answer))
    assert told.refused() is Problem.CARD_STUCK
    answer.set()
    assert told.person() == number()


def test_a_lock_of_another_program_is_waited_out(rig: Rig, watch: Watch) -> None:
    told = watch()
    told.next(Kind.READY)
    rig.insert(cards.nhi())
    told.next(Kind.CARD_READ)
    with rig.hold():
        told.watcher.read_again()
        time.sleep(0.4)
        assert told.kinds()[-1] is Kind.CARD_IN
    assert told.person() == number()


def test_a_lock_that_stays_is_told_as_such(rig: Rig, watch: Watch) -> None:
    told = watch(patience=SHORT)
    told.next(Kind.READY)
    rig.insert(cards.nhi())
    told.next(Kind.CARD_READ)
    with rig.hold():
        told.watcher.read_again()
        assert told.refused() is Problem.READER_BUSY


def test_two_readers_are_independent(rig: Rig, watch: Watch) -> None:
    told = watch()
    told.next(Kind.READY)
    rig.insert(cards.nhi(9_000_001), slot=0)
    rig.insert(cards.nhi(9_000_002), slot=1)
    both = {told.person(), told.person()}
    assert both == {number(serial=9_000_001), number(serial=9_000_002)}
    rig.pull(1)
    gone = told.next(Kind.CARD_OUT).presence
    assert gone is not None
    assert gone.reader == rig.readers[1]


def test_only_the_named_reader_is_watched(rig: Rig, watch: Watch) -> None:
    told = watch(only_reader=rig.readers[1])
    told.next(Kind.READY)
    rig.insert(cards.nhi(9_000_001), slot=0)
    rig.insert(cards.nhi(9_000_002), slot=1)
    assert told.person() == number(serial=9_000_002)
    assert {event.presence.reader for event in told.events if event.presence} == {rig.readers[1]}


def test_the_service_killed_and_restarted_is_told_and_the_card_in_the_reader_read_again(
    rig: Rig, watch: Watch
) -> None:
    told = watch()
    told.next(Kind.READY)
    rig.insert(cards.nhi())
    first = told.next(Kind.CARD_READ).presence
    rig.stop_service()
    told.next(Kind.CARD_OUT)
    told.next(Kind.SERVICE_DOWN)
    assert first is not None
    assert not told.watcher.is_in(first)
    rig.start_service()
    told.next(Kind.READY)
    again = told.next(Kind.CARD_READ).presence
    assert again != first, "the same counter after a restart is not the same presence"


def test_a_watcher_started_before_the_service_waits_for_it(rig: Rig, watch: Watch) -> None:
    rig.stop_service()
    told = watch()
    told.next(Kind.SERVICE_DOWN)
    rig.start_service()
    told.next(Kind.READY)
    rig.insert(cards.nhi())
    assert told.person() == number()


def test_readers_that_go_and_come_back_are_told(rig: Rig, watch: Watch) -> None:
    told = watch()
    told.next(Kind.READY)
    rig.unplug()
    told.next(Kind.NO_READER)
    rig.stop_service()
    rig.start_service()
    told.next(Kind.READY)
    rig.insert(cards.nhi())
    assert told.person() == number()


@pytest.mark.parametrize("pause", [0.01, 0.3, 0.6])
def test_a_card_swapped_for_another_never_passes_for_the_first(rig: Rig, watch: Watch, pause: float) -> None:
    told = watch()
    told.next(Kind.READY)
    rig.insert(cards.nhi(9_000_001))
    first = told.next(Kind.CARD_READ)
    rig.pull()
    time.sleep(pause)
    rig.insert(cards.nhi(9_000_002))
    assert told.next(Kind.CARD_OUT).presence == first.presence
    second = told.next(Kind.CARD_READ)
    assert second.presence != first.presence
    assert second.holder is not None
    assert second.holder.id_number == number(serial=9_000_002)


def test_a_swap_while_the_listener_is_busy_is_still_told(rig: Rig, watch: Watch) -> None:
    """pyscard's own monitor tells nothing then, and the program takes the second person for the first."""
    told = watch()
    told.next(Kind.READY)
    rig.insert(cards.nhi(9_000_001))
    told.next(Kind.CARD_READ)
    with told.watcher._lock:  # the watcher cannot see: as if the process were stopped
        rig.pull()
        time.sleep(0.9)
        rig.insert(cards.nhi(9_000_002))
        time.sleep(0.9)
    told.next(Kind.CARD_OUT)
    assert told.person() == number(serial=9_000_002)


def test_a_card_that_is_in_from_the_start_speaks_only_as_an_nhi_card(rig: Rig, watch: Watch) -> None:
    """A staff or SAM card lives in the second slot of many readers."""
    rig.insert(cards.staff(), slot=0)
    rig.insert(cards.nhi(), slot=1)
    time.sleep(0.5)
    told = watch()
    assert told.person() == number()
    time.sleep(0.5)
    assert told.kinds() == [Kind.READY, Kind.CARD_READ]
    rig.pull(0)
    time.sleep(0.6)
    assert Kind.CARD_OUT not in told.kinds()
    rig.insert(cards.staff(), slot=0)
    assert told.refused() is Problem.NOT_NHI_CARD, "put in by a person it is refused aloud"


def test_a_card_can_be_read_once_more(rig: Rig, watch: Watch) -> None:
    told = watch()
    told.next(Kind.READY)
    assert not told.watcher.read_again()
    rig.insert(cards.nhi())
    first = told.next(Kind.CARD_READ).presence
    assert told.watcher.read_again(rig.readers[0])
    assert told.next(Kind.CARD_READ).presence == first


# --- only where other programs share the readers -----------------------------------------------------


def test_another_programs_session_is_neither_reset_nor_cut(pcscd: PcscdRig) -> None:
    """Leaving a card powered down (pyscard's habit) gives the other program 80100068."""
    from card_kiosk.cards import nhi
    from tests.kiosk.other_program import ask, shared

    pcscd.insert(cards.nhi())
    try:
        with shared(pcscd.readers[0]) as card:
            assert ask(card, SELECT)[0] == 0
            with pcscd.service().connect(pcscd.readers[0]) as connection:
                assert nhi.read(connection).id_number == number()
            assert ask(card, SELECT)[0] == 0
    finally:
        pcscd.empty()


def test_a_transaction_of_another_program_is_waited_for(pcscd: PcscdRig) -> None:
    from card_kiosk.cards import nhi
    from tests.kiosk.other_program import shared

    pcscd.insert(cards.nhi())
    got: list[str] = []

    def read() -> None:
        with pcscd.service().connect(pcscd.readers[0]) as connection:
            got.append(nhi.read(connection).id_number)

    try:
        with shared(pcscd.readers[0], transaction=True):
            reader = threading.Thread(target=read)
            reader.start()
            time.sleep(0.4)
            assert got == []
        reader.join(5)
        assert got == [number()]
    finally:
        pcscd.empty()
