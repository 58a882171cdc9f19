"""The disk of the database and of the photos is full for a while (SQLite)."""

from __future__ import annotations

import io
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from PIL import Image

from scripts.faults.books import Verdict, audit, settle
from scripts.faults.case import Case, add
from scripts.faults.cases_away import away
from scripts.faults.rig import Rig
from scripts.faults.talk import Talk

_WHO = "staff-71"


@contextmanager
def full(rig: Rig) -> Iterator[None]:
    """Fill the disk to its last byte; free it afterwards."""
    database = Path(rig.stack.env()["NHI_DATABASE_URL"].removeprefix("sqlite:///"))
    ballast = database.with_name("ballast")
    with closing(sqlite3.connect(database, timeout=5)) as connection:
        # An old write-ahead log would be written over, and nothing would be missed.
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    block = b"\0" * 65_536
    with ballast.open("wb", buffering=0) as file:
        try:
            while file.write(block):
                pass
        except OSError:
            pass
        try:
            while file.write(b"\0"):
                pass
        except OSError:
            pass
    try:
        yield
    finally:
        ballast.unlink()


def photos(rig: Rig) -> Verdict:
    """A clerk's photos come while the disk is full: they are fetched when there is room again."""
    user = rig.line.person(_WHO)
    with Talk(rig.line, [rig.citizen()], listeners=[user], every=2) as talk:
        time.sleep(2)
        began = time.time()
        with full(rig):
            files = [(f"{colour}.jpg", _picture(colour), "image/jpeg") for colour in ("navy", "olive")]
            for event in rig.line.files(user, files):
                talk.note(event, user)
            time.sleep(12)
        over = time.time()
        time.sleep(2)
    settle(rig, talk, seconds=150)
    found = audit(rig, talk, since=began, until=over)
    deadline = time.monotonic() + 90
    while _waiting(rig) and time.monotonic() < deadline:
        time.sleep(1)
    left = _waiting(rig)
    kept = rig.rows("SELECT state, count(*) FROM promotion_photos GROUP BY state")
    words = f"full for {over - began:.0f} s; {found.observed}; photos: {dict(kept)}"
    wrong = (f"{left} photos still wait",) if left else ()
    return Verdict(**{**found.__dict__, "observed": words, "problems": found.problems + wrong})


def _picture(colour: str) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (900, 700), colour).save(buffer, "JPEG")
    return buffer.getvalue()


def _waiting(rig: Rig) -> int:
    return rig.number("SELECT count(*) FROM promotion_photos WHERE state = 'waiting'")


add(
    Case(
        "disk-database", "disk", "no room for SQLite for 20 s",
        "apologies with “try again” meanwhile; every line answered once, every row written",
        away(full, length=20, every=2), stage="disk",
    )
)  # fmt: skip
add(
    Case(
        "disk-photos", "disk", "no room for a clerk's photos and their rows for 12 s",
        "fetched and kept when there is room", photos, stage="disk",
    )
)  # fmt: skip
