"""A PostgreSQL server with PostGIS of the tests' own, on loopback; it ends with them."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterator

__all__ = ["Server", "missing_programs", "running_server"]

USER = "watch"
DATABASE = "watch"

_PROGRAMS = Path("/usr/lib/postgresql")
_EXTENSIONS = Path("/usr/share/postgresql")
_UNPRIVILEGED = "postgres"  # PostgreSQL never runs as root
_START_TIMEOUT_S = 60.0
_STOP_TIMEOUT_S = 30.0
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "shared_buffers": "32MB",
    # /dev/shm is small in containers, and missing in some
    "dynamic_shared_memory_type": "mmap",
    "max_parallel_workers_per_gather": "0",
    "timezone": "UTC",
    "log_statement": "all",
    "log_line_prefix": "%p ",
    "lc_messages": "C",
}


@dataclass(frozen=True)
class Server:
    """A running server: how to reach it, and what it was asked."""

    port: int
    log: Path

    def connection(self, user: str = USER) -> str:
        """Return how QGIS and libpq name the database."""
        return f"dbname='{DATABASE}' host=127.0.0.1 port={self.port} user='{user}'"

    @contextmanager
    def cursor(self) -> Iterator[Any]:
        """Give a cursor of a connection of its own; what it does is kept."""
        import psycopg2

        with (
            closing(psycopg2.connect(self.connection())) as connection,
            connection,
            connection.cursor() as cursor,
        ):
            yield cursor

    def run(self, *statements: str) -> None:
        """Execute statements together, or none of them."""
        with self.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return what a query gives."""
        with self.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchall()

    @contextmanager
    def asked(self) -> Iterator[list[str]]:
        """Give a list, which holds at the end what the server was asked meanwhile."""
        start = self.log.stat().st_size
        statements: list[str] = []
        yield statements
        text = self.log.read_bytes()[start:].decode(errors="replace")
        statements += re.findall(
            r"^\d+ LOG:  (?:statement|execute [^:]*): (.*)", text, re.MULTILINE
        )


def missing_programs() -> list[str]:
    """Return what is not installed of what the server needs."""
    missing = [] if _programs() else ["postgresql-postgis"]
    try:
        import psycopg2  # noqa: F401
    except ImportError:
        missing.append("python3-psycopg2")
    return missing


@contextmanager
def running_server() -> Iterator[Server]:
    """Start a server with an empty database that has PostGIS; stop it and remove all of it."""
    folder = Path(tempfile.mkdtemp(prefix="enclave-watch-postgis-"))
    try:
        _hand_over(folder)
        data = folder / "data"
        _initialise(data)
        with _running(data, folder / "server.log") as server:
            server.run("CREATE EXTENSION postgis")
            yield server
    finally:
        shutil.rmtree(folder)


def _programs() -> Path | None:
    """Return the folder of the newest server that has PostGIS."""
    found = [
        folder / "bin"
        for folder in _PROGRAMS.glob("*")
        if (folder / "bin" / "postgres").is_file()
        and (_EXTENSIONS / folder.name / "extension" / "postgis.control").is_file()
    ]
    return max(found, key=lambda folder: float(folder.parent.name), default=None)


def _hand_over(folder: Path) -> None:
    if os.geteuid() == 0:
        owner = pwd.getpwnam(_UNPRIVILEGED)
        os.chown(folder, owner.pw_uid, owner.pw_gid)


def _command(program: str, *arguments: str) -> list[str]:
    """Return a command that is not run as root, and ends when what started it does."""
    command = ["setpriv", "--pdeathsig=INT"]
    if os.geteuid() == 0:
        command += [f"--reuid={_UNPRIVILEGED}", f"--regid={_UNPRIVILEGED}", "--clear-groups"]
    return [*command, "--", str(_programs() / program), *arguments]


def _initialise(data: Path) -> None:
    options = ["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
    done = subprocess.run(
        _command("initdb", *options, f"--username={USER}", f"--pgdata={data}"),
        capture_output=True, text=True, check=False, cwd=data.parent,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


@contextmanager
def _running(data: Path, log: Path) -> Iterator[Server]:
    port = _free_port()
    settings = [word for key, value in _SETTINGS.items() for word in ("-c", f"{key}={value}")]
    command = _command("postgres", "-D", str(data), "-p", str(port), *settings)
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, cwd=data,
        )  # fmt: skip
    try:
        _wait_until_ready(process, port, log)
        yield Server(port, log)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)  # ends the sessions too
            try:
                process.wait(_STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGQUIT)
                process.wait(_STOP_TIMEOUT_S)


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_ready(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    import psycopg2

    maintenance = f"dbname=postgres host=127.0.0.1 port={port} user={USER}"
    give_up = time.monotonic() + _START_TIMEOUT_S
    while True:
        try:
            connection = psycopg2.connect(maintenance)
            break
        except psycopg2.OperationalError:
            stuck = process.poll() is not None or time.monotonic() > give_up
            assert not stuck, f"PostgreSQL does not start\n{log.read_text(errors='replace')}"
            time.sleep(0.05)
    with closing(connection):
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {DATABASE}")
