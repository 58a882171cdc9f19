"""Measures imports and one person's arrears, on SQLite and on a PostgreSQL of its own; for `make bench`.

    python -m scripts.bench_imports [--persons N] [--bills N] [--only sqlite|postgresql]

Files are made up and deterministic; servers and files are of this run alone. Beside rows a second stand the
CPU time a row costs (ours, the server's) and the same rows poured plainly (COPY, executemany) into an empty
table with the same keys and indexes: on a busy machine these say more than the wall clock.
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
from nhi_core.adapters.db import ColumnSealer, Engine, make_engine, migrate
from nhi_core.adapters.db.bulk import pack, pour, without_limits
from nhi_core.adapters.db.bulk_imports import SqlImports
from nhi_core.adapters.db.tables import bills
from nhi_core.adapters.premiums.files.source import FileSource
from nhi_core.domain.identifiers import number_check_digit
from nhi_core.domain.imports import ImportKind
from nhi_core.security import KeyedFingerprints, Sealer, sandbox_rings
from nhi_core.services.imports import ImportService

ROOT = Path(__file__).resolve().parent.parent
AIMS = {"postgresql": 20_000, "sqlite": 8_000}
MEMORY_AIM_MB = 300
_PLAINLY = 300_000
ARREARS_AIM_MS = 5
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
def postgresql(folder: Path) -> Iterator[tuple[str, int]]:
    """Start a PostgreSQL with its usual care for data (fsync on) in `folder`; yield URL and process id."""
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
        yield f"postgresql+psycopg://nhi@/postgres?host={home}", server.pid
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


def cpu_seconds(pid: int) -> float:
    """Return the CPU time of a process, of its children that ended, and of those that run."""
    try:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return 0.0
    own = sum(map(int, words[11:15])) / os.sysconf("SC_CLK_TCK")
    return own + sum(cpu_seconds(int(child)) for child in children)


class Meter:
    """Wall clock and CPU seconds since it was made: of this process, and of a database server."""

    def __init__(self, server: int | None) -> None:
        """Begin."""
        self._server = server
        self._began = time.monotonic(), *self._cpu()

    def _cpu(self) -> tuple[float, float]:
        # The server is a child of this process.
        theirs = cpu_seconds(self._server) if self._server else 0.0
        return cpu_seconds(os.getpid()) - theirs, theirs

    def read(self) -> tuple[float, float, float]:
        """Return the seconds: wall, our CPU, the server's CPU."""
        now = time.monotonic(), *self._cpu()
        wall, ours, theirs = (after - before for after, before in zip(now, self._began, strict=True))
        return wall, ours, theirs


def measure(
    url: str, paths: dict[ImportKind, Path], *, workers: int | None, server: int | None
) -> dict[str, float]:
    """Import persons, bills and payments; return rows a second of each, and what they are compared with."""
    migrate(url)
    keys, clock, engine = sandbox_rings(), SystemClock(), make_engine(url)
    sealer = ColumnSealer(Sealer(keys.seal), KeyedFingerprints(keys.fingerprint))
    source = FileSource(engine, url, keys, clock, workers=workers)
    service = ImportService(source, SqlImports(engine, sealer, clock), SystemIds())
    figures: dict[str, float] = {}
    watch = MemoryWatch()
    with watch:
        _imports(service, paths, server, figures)
    figures["memory_mb"] = watch.most_mb
    figures |= arrears_of_one(engine)
    figures |= poured_plainly(engine, server)
    engine.dispose()
    return figures


def _imports(
    service: ImportService, paths: dict[ImportKind, Path], server: int | None, figures: dict[str, float]
) -> None:
    for kind in (ImportKind.PERSONS, ImportKind.BILLS, ImportKind.PAYMENTS):
        meter, began, read = Meter(server), time.monotonic(), [0.0]

        def progress(_done: int, _size: int, read: list[float] = read) -> None:
            read[0] = time.monotonic()

        view = service.run(kind, paths[kind], progress=progress)
        seconds, ours, theirs = meter.read()
        if view.rejected or view.state != "applied":
            raise RuntimeError(f"{kind}: {view}")
        rows = view.inserted
        figures[kind.value] = rows / seconds
        figures[f"{kind.value}_cpu_us"] = (ours + theirs) / rows * 1e6
        print(
            f"    {kind.value:10}{rows:>10,} rows in {seconds:6.1f} s ({read[0] - began:.1f} s reading) = "
            f"{figures[kind.value]:>7,.0f} rows/s; {_cpu(ours, theirs, rows)}",
            flush=True,
        )


_ARREARS = (
    "SELECT * FROM bills WHERE payer_id = '{0}' ORDER BY month, id",
    "SELECT payments.* FROM payments JOIN bills ON bills.id = payments.bill_id WHERE payer_id = '{0}'",
    "SELECT * FROM plans JOIN plan_terms ON plan_id = id WHERE payer_id = '{0}'",
    "SELECT refunds.* FROM refunds JOIN bills ON bills.id = refunds.bill_id WHERE payer_id = '{0}'",
)


def arrears_of_one(engine: Engine, times: int = 500) -> dict[str, float]:
    """Return ms: what the arrears of one person need from the database (the statements of `SqlBills`)."""
    taken = []
    with engine.connect() as connection:
        found = connection.exec_driver_sql(f"SELECT payer_id FROM bills ORDER BY id LIMIT {times:d}")  # noqa: S608
        for (person_id,) in found.fetchall():
            began = time.perf_counter()
            for statement in _ARREARS:
                connection.exec_driver_sql(statement.format(person_id)).fetchall()
            taken.append((time.perf_counter() - began) * 1000)
    taken.sort()
    p95 = taken[int(len(taken) * 0.95)]
    print(f"    arrears of one person: median {taken[len(taken) // 2]:.2f} ms, p95 {p95:.2f} ms", flush=True)
    return {"arrears_p95_ms": p95}


def poured_plainly(engine: Engine, server: int | None) -> dict[str, float]:
    """Return rows a second of the same bills in the order of the file into an empty `bills`."""
    names = ", ".join(column.name for column in bills.columns)
    with engine.begin() as connection:
        query = f"SELECT {names} FROM bills ORDER BY id LIMIT {_PLAINLY:d}"  # noqa: S608
        found = connection.exec_driver_sql(query).fetchall()
        rows = [tuple(row) for row in found]
        packed = pack(_texts(rows), engine.dialect.name)
        for table in ("payments", "bills"):
            emptied = "TRUNCATE {} CASCADE" if engine.dialect.name == "postgresql" else "DELETE FROM {}"
            connection.exec_driver_sql(emptied.format(table))
    meter = Meter(server)
    with engine.begin() as connection:
        without_limits(connection)
        pour(connection, bills, packed)
    seconds, ours, theirs = meter.read()
    figures = {"plain": len(rows) / seconds, "plain_cpu_us": (ours + theirs) / len(rows) * 1e6}
    print(
        f"    plainly   {len(rows):>10,} rows in {seconds:6.1f} s = {figures['plain']:,.0f} rows/s; "
        f"{_cpu(ours, theirs, len(rows))}",
        flush=True,
    )
    return figures


def _cpu(ours: float, theirs: float, rows: int) -> str:
    return f"CPU a row {ours / rows * 1e6:.0f} + {theirs / rows * 1e6:.0f} us"


def _texts(rows: list[tuple[object, ...]]) -> list[tuple[str | int | None, ...]]:
    return [tuple(one if one is None or isinstance(one, int) else str(one) for one in row) for row in rows]


def main() -> int:
    """Print everything; keep the figures in artefacts/bench_imports.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, default=200_000)
    parser.add_argument("--bills", type=int, default=1_000_000)
    parser.add_argument("--workers", type=int)
    parser.add_argument("--only", choices=sorted(AIMS))
    options = parser.parse_args()
    results: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory(prefix="nhi-bench-") as name:
        folder = Path(name)
        paths = write_files(folder, options.persons, options.bills)
        if options.only != "postgresql":
            print("  SQLite")
            url = f"sqlite:///{folder}/counter.db"
            results["sqlite"] = measure(url, paths, workers=options.workers, server=None)
        if options.only != "sqlite":
            print("  PostgreSQL")
            with postgresql(folder) as (url, server):
                results["postgresql"] = measure(url, paths, workers=options.workers, server=server)
    memory = max(figures["memory_mb"] for figures in results.values())
    print(f"  {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} (others work here too)")
    for database, figures in results.items():
        verdict = "met" if figures["bills"] >= AIMS[database] else "NOT met"
        print(f"  bills on {database}: {figures['bills']:,.0f} rows/s, aim {AIMS[database]:,}: {verdict}")
        share = figures["plain"] / figures["bills"], figures["bills_cpu_us"] / figures["plain_cpu_us"]
        print(f"    {share[0]:.1f} times as long as pouring plainly, {share[1]:.1f} times the CPU")
        verdict = "met" if figures["arrears_p95_ms"] < ARREARS_AIM_MS else "NOT met"
        print(f"    arrears p95 {figures['arrears_p95_ms']:.1f} ms, aim < {ARREARS_AIM_MS}: {verdict}")
    verdict = "met" if memory < MEMORY_AIM_MB else "NOT met"
    print(f"  most memory: {memory:.0f} MB, aim < {MEMORY_AIM_MB}: {verdict}")
    artefacts = ROOT / "artefacts"
    artefacts.mkdir(exist_ok=True)
    (artefacts / "bench_imports.json").write_text(json.dumps(results, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
