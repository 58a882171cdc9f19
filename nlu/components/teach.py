"""Trains the machines of several languages, two at a time: each has lines of its own and learns alone.

Knows nothing of Rasa, so that a helping process starts in a moment.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import List, NamedTuple, Tuple

from nlu.components import kept
from nlu.components.calibration import calibrate
from nlu.components.learn import train
from nlu.components.machine import WEIGHTS
from nlu.components.machine_files import write

logger = logging.getLogger(__name__)

# Below so many lines a process costs more than it brings.
_WORTH_A_PROCESS = 3000
# At most so many languages at once: a machine of 15,000 lines needs 4 GB while it learns.
_AT_ONCE = 2
# The machines of three models, 10 to 25 MB each.
_KEPT = 15
_THREADS = "OMP_NUM_THREADS"


class Lesson(NamedTuple):
    """What one language learns, and how; the settings are the classifier's."""

    language: str
    texts: Tuple[str, ...]
    intents: Tuple[str, ...]
    gamma: float
    ridge: float
    least_right: float
    false_alarms: float
    first_look_costs: float


def teach(lesson: Lesson, folder: Path) -> None:
    """Train one language and write its files, unless exactly this machine is kept from before."""
    place = kept.place(lesson)
    if place is not None and kept.take(place, folder):
        logger.warning("classifier: %s as before", lesson.language)
        return
    machine, left_out = train(
        lesson.texts,
        lesson.intents,
        WEIGHTS[lesson.language],
        lesson.gamma,
        lesson.ridge,
        first_look=True,
    )
    calibration = calibrate(
        left_out.scores,
        left_out.likeness,
        machine.owner,
        machine.classes,
        first=left_out.first,
        least_right=lesson.least_right,
        false_alarms=lesson.false_alarms,
        first_look_costs=lesson.first_look_costs,
    )
    write(folder, lesson.language, machine, calibration)
    if place is not None:
        kept.keep(sorted(folder.glob(f"{lesson.language}.*")), place)


def teach_all(lessons: List[Lesson], folder: Path) -> None:
    """Train every language; the longest lessons first. An error in one is raised here."""
    kept.prune(_KEPT - len(lessons))
    lessons = sorted(lessons, key=lambda lesson: -len(lesson.texts))
    for lesson in lessons:
        logger.warning("classifier: %s, %d lines", lesson.language, len(lesson.texts))
    if sum(len(lesson.texts) for lesson in lessons) < _WORTH_A_PROCESS or len(lessons) == 1:
        for lesson in lessons:
            teach(lesson, folder)
        return
    # A thread each: the same sums in the same order, and no two processes on one core.
    before = os.environ.get(_THREADS)
    os.environ[_THREADS] = "1"
    try:
        at_once = min(_AT_ONCE, os.cpu_count() or 1)
        with ProcessPoolExecutor(at_once, mp_context=multiprocessing.get_context("spawn")) as pool:
            for done in [pool.submit(teach, lesson, folder) for lesson in lessons]:
                done.result()
    finally:
        if before is None:
            del os.environ[_THREADS]
        else:
            os.environ[_THREADS] = before
