"""The kinds of product that trials need: books alone, plain, with a small disk or a PostgreSQL of its own."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from scripts.bench_imports import postgresql
from scripts.faults.rig import Rig, books, started

SMALL_DISK_MB = 256


class Missing(RuntimeError):
    """This machine does not have what a stage needs; the text says what."""


@contextmanager
def _plain() -> Iterator[Rig]:
    with started() as rig:
        yield rig


@contextmanager
def _postgres() -> Iterator[Rig]:
    with tempfile.TemporaryDirectory(prefix="nhi-pg-") as folder:
        try:
            server = postgresql(Path(folder))
            url, _pid = server.__enter__()
        except (OSError, StopIteration, subprocess.CalledProcessError) as error:
            raise Missing("no PostgreSQL on this machine") from error
        try:
            with started(NHI_DATABASE_URL=url) as rig:
                yield rig
        finally:
            server.__exit__(None, None, None)


@contextmanager
def _disk() -> Iterator[Rig]:
    """The database and the photos stand on a disk of 256 MB in memory; logs, Redis and keys do not."""
    with tempfile.TemporaryDirectory(prefix="nhi-disk-") as folder:
        words = ["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK_MB}m", "none", folder]
        if os.geteuid() != 0 or subprocess.run(words, check=False, capture_output=True).returncode:
            raise Missing("no right to mount a small disk")
        try:
            disk = Path(folder)
            with started(
                NHI_DATABASE_URL=f"sqlite:///{disk / 'nhi.db'}", NHI_FILES_DIR=str(disk / "files")
            ) as rig:
                yield rig
        finally:
            subprocess.run(["umount", folder], check=False, capture_output=True)


STAGES: dict[str, Callable[[], AbstractContextManager[Rig]]] = {
    "books": books,
    "plain": _plain,
    "postgres": _postgres,
    "disk": _disk,
}
