"""Real servers for the run: a PostgreSQL cluster and a redis-server of our own, in a temporary folder.

Nothing is shared with servers of the machine: unix sockets in a folder of the run, ended by their pids.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import redis as redis_client

from nhi_core.adapters.db import make_engine, migrate
from nhi_core.adapters.db.tables import metadata

_POSTGRES_FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/local/pgsql/bin", "/opt/homebrew/opt/postgresql*/bin")
_PATIENCE = 30.0


def _missing(what: str, remedy: str) -> None:
    """Skip with a plain reason; where the build is judged, a missing server is a failure."""
    reason = f"{what} is not installed: {remedy}"
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def _postgres_bin() -> Path | None:
    if found := shutil.which("initdb"):
        return Path(found).parent
    for pattern in _POSTGRES_FOLDERS:
        for folder in sorted(Path("/").glob(pattern.removeprefix("/")), reverse=True):
            if (folder / "initdb").exists():
                return folder
    return None


def _until(ready: Callable[[], bool], what: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not ready():
        if process.poll() is not None or time.monotonic() > deadline:
            pytest.fail(f"{what} did not start:\n{log.read_text('utf-8', 'replace')[-2000:]}", pytrace=False)
        time.sleep(0.05)


@pytest.fixture(scope="session")
def server_folder() -> Iterator[Path]:
    """A short path (unix sockets allow about 100 characters) that other users may enter."""
    folder = Path(tempfile.mkdtemp(prefix="nhi-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_cluster(server_folder: Path) -> Iterator[str]:
    """Start a PostgreSQL cluster for the run; return the URL of its `postgres` database."""
    folder = _postgres_bin()
    if folder is None:
        _missing("PostgreSQL", "apt-get install postgresql")
        raise AssertionError
    home = server_folder / "pg"
    home.mkdir(mode=0o700)
    as_user: list[str] = []
    if os.geteuid() == 0:
        # PostgreSQL refuses to run as root.
        shutil.chown(home, "postgres", "postgres")
        as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--pdeathsig=INT"]
    data = home / "data"
    subprocess.run(
        [*as_user, folder / "initdb", "-D", data, "-A", "trust", "-U", "nhi", "-E", "UTF8",
         "--locale=C.UTF-8", "--no-sync"],
        check=True, capture_output=True, cwd="/",
    )  # fmt: skip
    log = server_folder / "pg.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*as_user, folder / "postgres", "-D", data, "-k", home, "-c", "listen_addresses=",
             "-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off",
             "-c", "max_connections=60", "-c", "shared_buffers=32MB"],
            stdout=out, stderr=out, cwd="/",
        )  # fmt: skip
    home.chmod(0o755)
    data.chmod(0o700)

    def ready() -> bool:
        try:
            psycopg.connect(host=str(home), user="nhi", dbname="postgres", connect_timeout=1).close()
        except psycopg.OperationalError:
            return False
        return True

    try:
        _until(ready, "PostgreSQL", process, log)
        yield f"postgresql+psycopg://nhi@/postgres?host={home}"
    finally:
        process.send_signal(signal.SIGINT)  # "fast": does not wait for clients to leave
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def _database(cluster: str) -> Iterator[str]:
    name = f"t{uuid.uuid4().hex[:12]}"
    with psycopg.connect(cluster.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0".encode())
        yield cluster.replace("/postgres?", f"/{name}?")
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture
def postgres_url(postgres_cluster: str) -> Iterator[str]:
    """An empty database of its own for one test."""
    with _database(postgres_cluster) as url:
        yield url


@pytest.fixture(scope="session")
def _migrated_postgres(postgres_cluster: str) -> Iterator[str]:
    with _database(postgres_cluster) as url:
        migrate(url)
        yield url


@pytest.fixture
def migrated_postgres_url(_migrated_postgres: str) -> str:
    """A migrated database without rows. Its tables are shared by the run: do not change their shape."""
    engine = make_engine(_migrated_postgres)
    with engine.begin() as connection:
        # The trail refuses to be emptied; only a superuser of a test may look away.
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        connection.exec_driver_sql(f"TRUNCATE {', '.join(metadata.tables)}")
    engine.dispose()
    return _migrated_postgres


@pytest.fixture(scope="session")
def _migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "counter.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def migrated_sqlite_url(_migrated_sqlite: Path, tmp_path: Path) -> str:
    """A migrated SQLite database of its own for one test."""
    shutil.copy(_migrated_sqlite, tmp_path / "counter.db")
    return f"sqlite:///{tmp_path}/counter.db"


@pytest.fixture(scope="session")
def redis_server(server_folder: Path) -> Iterator[str]:
    """Start a redis-server for the run, on a unix socket alone; return its URL."""
    binary = shutil.which("redis-server")
    if binary is None:
        _missing("redis-server", "apt-get install redis-server")
        raise AssertionError
    socket = server_folder / "redis.sock"
    log = server_folder / "redis.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [binary, "--port", "0", "--unixsocket", str(socket), "--save", "", "--appendonly", "no",
             "--dir", str(server_folder), "--databases", "16"],
            stdout=out, stderr=out,
        )  # fmt: skip

    def ready() -> bool:
        try:
            with redis_client.Redis(unix_socket_path=str(socket)) as client:
                return bool(client.ping())
        except redis_client.ConnectionError:
            return False

    try:
        _until(ready, "redis-server", process, log)
        yield f"unix://{socket}"
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture
def redis_url(redis_server: str) -> Iterator[str]:
    """An empty Redis database for one test."""
    yield redis_server
    with redis_client.Redis.from_url(redis_server) as client:
        client.flushall()
