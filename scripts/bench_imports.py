"""Measures imports: rows a second and the most memory, on SQLite and on a PostgreSQL of its own.

    python -m scripts.bench_imports [--persons N] [--bills N] [--only sqlite|postgresql]

Files are made up and deterministic; servers and files are of this run alone. `make bench` prints the result.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import psycopg

from nhi_core.adapters.clock import SystemClock, SystemIds
from nhi_core.adapters.db import ColumnSealer, make_engine, migrate
from nhi_core.adapters.db.bulk_imports import SqlImports
from nhi_core.adapters.premiums.files.source import FileSource
from nhi_core.domain.identifiers import number_check_digit
from nhi_core.domain.imports import ImportKind
from nhi_core.security import KeyedFingerprints, Sealer, sandbox_rings
from nhi_core.services.imports import ImportService

ROOT = Path(__file__).resolve().parent.parent
AIMS = {"postgresql": 20_000, "sqlite": 8_000}
MEMORY_AIM_MB = 300
_MONTHS = ("115/02", "115/03", "115/04", "115/05", "115/06")


def number(serial: int) -> str:
    """Return a made-up ID number that passes its check."""
    first_nine = f"{'ABCDEFGHJK'[serial // 10_000_000]}1{serial % 10_000_000:07d}"
    return first_nine + number_check_digit(first_nine)


def write_files(folder: Path, persons: int, bills: int) -> dict[ImportKind, Path]:
    """Write the files; bills name persons in no order that helps."""
    paths = {kind: folder / f"{kind.value}.csv" for kind in ImportKind}
    with paths[ImportKind.PERSONS].open("w", encoding="utf-8") as file:
        file.write("number,name,birth,category,household\n")
        for serial in range(persons):
            file.write(
                f"{number(serial)},王小{serial % 900},69/02/{1 + serial % 28:02d},6,F{serial // 3:07d}\n"
            )
    with paths[ImportKind.BILLS].open("w", encoding="cp950") as file:
        file.write("繳款單編號,身分證號,保費年月,金額,繳納期限,投保單位,人數\n")
        for serial in range(bills):
            who = number(serial * 7919 % persons)
            month = _MONTHS[serial * len(_MONTHS) // bills]
            heads = 1 + serial % 4
            file.write(f"B{serial:09d},{who},{month},{826 * heads},115/08/31,臺中市后里區公所,{heads}\n")
    with paths[ImportKind.PAYMENTS].open("w", encoding="utf-8") as file:
        file.write("payment,bill,amount,paid_on,posted_on,channel\n")
        for serial in range(0, bills, 2):
            file.write(f"R{serial:09d},B{serial:09d},826,115/08/03,115/08/06,store\n")
    return paths


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """Start a PostgreSQL with its usual care for data (fsync on) in `folder`."""
    found = shutil.which("initdb") or next(
        map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))[::-1])
    )
    programs, home = Path(found).parent, folder / "pg"
    home.mkdir()
    as_user: list[str] = []
    if os.geteuid() == 0:
        folder.chmod(0o755)
        shutil.chown(home, "postgres", "postgres")
        as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    data = home / "data"
    subprocess.run(
        [*as_user, programs / "initdb", "-D", data, "-A", "trust", "-U", "nhi", "-E", "UTF8",
         "--locale=C.UTF-8"],
        check=True, capture_output=True, cwd="/",
    )  # fmt: skip
    server = subprocess.Popen(
        [*as_user, programs / "postgres", "-D", data, "-k", home, "-c", "listen_addresses=",
         "-c", "shared_buffers=128MB", "-c", "max_wal_size=4GB"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/",
    )  # fmt: skip
    try:
        for _attempt in range(200):
            try:
                psycopg.connect(host=str(home), user="nhi", dbname="postgres", connect_timeout=1).close()
                break
            except psycopg.OperationalError:
                time.sleep(0.1)
        yield f"postgresql+psycopg://nhi@/postgres?host={home}"
    finally:
        server.terminate()
        server.wait(30)


class MemoryWatch:
    """Samples the memory of this process and its children (PSS: shared pages count once)."""

    def __init__(self) -> None:
        """Begin at nothing."""
        self.most_mb = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        """Begin to watch."""
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        """Stop watching."""
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(0.25):
            workers = [child.pid for child in multiprocessing.active_children() if child.pid]
            self.most_mb = max(self.most_mb, sum(_memory_mb(pid) for pid in [os.getpid(), *workers]))


def _memory_mb(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)


def measure(url: str, paths: dict[ImportKind, Path], *, workers: int | None) -> dict[str, float]:
    """Import persons, bills and payments; return rows a second of each, and memory."""
    migrate(url)
    keys, clock, engine = sandbox_rings(), SystemClock(), make_engine(url)
    sealer = ColumnSealer(Sealer(keys.seal), KeyedFingerprints(keys.fingerprint))
    source = FileSource(engine, url, keys, clock, workers=workers)
    service = ImportService(source, SqlImports(engine, sealer, clock), SystemIds())
    figures: dict[str, float] = {}
    for kind in (ImportKind.PERSONS, ImportKind.BILLS, ImportKind.PAYMENTS):
        began, read = time.monotonic(), [0.0]

        def progress(_done: int, _size: int, read: list[float] = read) -> None:
            read[0] = time.monotonic()

        view = service.run(kind, paths[kind], progress=progress)
        seconds = time.monotonic() - began
        if view.rejected or view.state != "applied":
            raise RuntimeError(f"{kind}: {view}")
        figures[kind.value] = view.inserted / seconds
        print(
            f"    {kind.value:10} {view.inserted:>9,} rows in {seconds:6.1f} s "
            f"({read[0] - began:.1f} s reading) = {figures[kind.value]:>8,.0f} rows/s"
        )
    engine.dispose()
    return figures


def main() -> int:
    """Print everything; keep the figures in artefacts/bench_imports.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, default=200_000)
    parser.add_argument("--bills", type=int, default=1_000_000)
    parser.add_argument("--workers", type=int)
    parser.add_argument("--only", choices=sorted(AIMS))
    options = parser.parse_args()
    results: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory(prefix="nhi-bench-") as name, MemoryWatch() as watch:
        folder = Path(name)
        paths = write_files(folder, options.persons, options.bills)
        if options.only != "postgresql":
            print("  SQLite")
            results["sqlite"] = measure(f"sqlite:///{folder}/counter.db", paths, workers=options.workers)
        if options.only != "sqlite":
            print("  PostgreSQL")
            with postgresql(folder) as url:
                results["postgresql"] = measure(url, paths, workers=options.workers)
    memory = watch.most_mb
    for database, figures in results.items():
        verdict = "met" if figures["bills"] >= AIMS[database] else "NOT met"
        print(f"  bills on {database}: {figures['bills']:,.0f} rows/s, aim {AIMS[database]:,}: {verdict}")
    verdict = "met" if memory < MEMORY_AIM_MB else "NOT met"
    print(f"  most memory: {memory:.0f} MB, aim < {MEMORY_AIM_MB}: {verdict}")
    artefacts = ROOT / "artefacts"
    artefacts.mkdir(exist_ok=True)
    (artefacts / "bench_imports.json").write_text(json.dumps({**results, "memory_mb": memory}, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
