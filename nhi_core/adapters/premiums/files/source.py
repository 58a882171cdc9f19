"""Files as batches for the database: rows are read, checked, looked up and sealed here, on all cores."""

from __future__ import annotations

import gc
import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

from nhi_core.adapters.db import ColumnSealer, Engine, make_engine
from nhi_core.adapters.db.bulk_rows import REMEMBERED, RowPreparer
from nhi_core.adapters.premiums.files.blocks import BLOCK_BYTES, Block, blocks_of, heading_of, lines_of
from nhi_core.adapters.premiums.files.survey import survey
from nhi_core.domain.errors import StoreUnavailable
from nhi_core.domain.imports import ImportKind, Reject
from nhi_core.domain.imports_journal import Batch, FileFacts, Journal
from nhi_core.domain.imports_rows import SHAPES, RowReader, positions_of
from nhi_core.ports import Clock
from nhi_core.security import KeyedFingerprints, KeyRings, Sealer

# Below this another process costs more than it saves.
_WORTH_A_PROCESS = 4 << 20


@dataclass(frozen=True, slots=True)
class Job:
    """What a worker must know of an import."""

    kind: ImportKind
    import_id: str
    unit_code: str | None
    encoding: str
    positions: tuple[int | None, ...]
    width: int
    today: str
    remembered: int


class BatchMaker:
    """Turns one block of a file into one batch."""

    def __init__(self, engine: Engine, keys: KeyRings, job: Job) -> None:
        """Read with the job's heading; look up over `engine`; seal with `keys`."""
        sealer = ColumnSealer(Sealer(keys.seal), KeyedFingerprints(keys.fingerprint))
        self._encoding = job.encoding
        self._reader = RowReader(SHAPES[job.kind], job.positions, job.width, job.today)
        self._preparer = RowPreparer(
            engine, sealer, job.kind, job.import_id, job.unit_code, remembered=job.remembered
        )

    def make(self, block: Block) -> Batch:
        """Return the block's rows, ready to be poured, and what was refused."""
        good, rejects = [], []
        for line, cells in lines_of(block, self._encoding):
            if not isinstance(cells, list):
                rejects.append(Reject(line, "", cells))
                continue
            row = self._reader.read(line, cells)
            if isinstance(row, tuple):
                good.append((line, row))
            else:
                rejects.extend(row)
        prepared = self._preparer.prepare(good)
        return Batch(
            end=block.end,
            next_line=block.line + block.lines,
            packed=prepared.packed,
            rows=prepared.rows,
            rejects=(*rejects, *prepared.rejects),
        )


class FileSource:
    """Fulfils services.imports.ImportSource for CSV files."""

    def __init__(
        self, engine: Engine, database_url: str, keys: KeyRings, clock: Clock, *, workers: int | None = None
    ) -> None:
        """`workers`: processes that prepare rows beside this one, which pours them; 0: all is done here.

        None: the cores less one, at most 2; more would not fit the memory that an import may take.
        """
        self._engine = engine
        self._url = database_url
        self._keys = keys
        self._clock = clock
        self._workers = min(2, (os.cpu_count() or 1) - 1) if workers is None else workers

    def look(self, kind: ImportKind, path: Path, encoding: str | None) -> FileFacts:
        """Look the file through once, and read its heading. Raises FileRefused."""
        found = survey(path, encoding)
        shape = SHAPES[kind]
        if not shape.heading:
            everything = tuple(range(len(shape.columns)))
            return FileFacts(
                found.size,
                found.sha256,
                found.encoding,
                found.body,
                1,
                everything,
                len(everything),
                frozenset(),
            )
        heading, end = heading_of(path, found)
        positions = tuple(positions_of(shape, heading))
        absent = {column.name for column, at in zip(shape.columns, positions, strict=True) if at is None}
        width = len(heading)
        return FileFacts(
            found.size, found.sha256, found.encoding, end, 2, positions, width, frozenset(absent)
        )

    def batches(
        self, path: Path, facts: FileFacts, journal: Journal, *, block_bytes: int | None = None
    ) -> Iterator[Batch]:
        """Yield the batches from where the journal stands, in the order of the file."""
        job = Job(
            journal.kind, journal.id, journal.unit_code, facts.encoding, facts.positions, facts.width,
            self._clock.today().isoformat(), REMEMBERED // max(1, self._workers),
        )  # fmt: skip
        blocks = blocks_of(path, offset=journal.position, line=journal.line, size=block_bytes or BLOCK_BYTES)
        if not self._workers or facts.size - journal.position < _WORTH_A_PROCESS:
            maker = BatchMaker(self._engine, self._keys, job)
            yield from map(maker.make, blocks)
        else:
            yield from self._on_all_cores(job, blocks)

    def _on_all_cores(self, job: Job, blocks: Iterator[Block]) -> Iterator[Batch]:
        # Spawned, not forked: a connection must not be shared, and threads do not survive a fork.
        with ProcessPoolExecutor(
            self._workers,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_start,
            initargs=(self._url, self._keys, job),
        ) as pool:
            waiting: deque[Future[Batch]] = deque()
            try:
                for block in blocks:
                    waiting.append(pool.submit(_make, block))
                    # So many blocks are in memory, however long the file is.
                    if len(waiting) > self._workers + 1:
                        yield waiting.popleft().result()
                while waiting:
                    yield waiting.popleft().result()
            except BrokenProcessPool as error:
                raise StoreUnavailable("a worker of the import ended; run it again") from error
            finally:
                pool.shutdown(wait=False, cancel_futures=True)


_maker: BatchMaker | None = None


def _start(url: str, keys: KeyRings, job: Job) -> None:
    global _maker  # noqa: PLW0603 - one worker process, one import
    _maker = BatchMaker(make_engine(url), keys, job)
    # Rows hold no cycles: looking for some costs a tenth of the time.
    gc.freeze()
    gc.disable()
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    # A killed parent cannot tell its workers; they would wait for work for ever.
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _make(block: Block) -> Batch:
    if _maker is None:
        raise RuntimeError("the worker was not started")
    return _maker.make(block)
