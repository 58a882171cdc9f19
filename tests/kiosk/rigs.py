"""Two places to put a card: readers in this process, and the machine's own pcscd with vpcd's readers.

pcscd runs in mount and network namespaces of its own, so that nothing of the machine is touched, and vpcd,
which listens on every address, is seen by nobody.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Protocol

from card_kiosk.transport import ReaderService
from card_kiosk.virtual import PulledOut, VirtualCard, VirtualReaders

_CLONE_NEWNET = 0x40000000
_PORTS = (35963, 35964)
_DRIVER = Path("/etc/reader.conf.d/vpcd")
_PREPARE = """
import fcntl, os, socket, struct, subprocess, sys
subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"], check=True)
os.mkdir("/run/pcscd")
with socket.socket() as s:
    name = b"lo"
    flags = struct.unpack("16sh14x", fcntl.ioctl(s, 0x8913, struct.pack("16sh14x", name, 0)))[1]
    fcntl.ioctl(s, 0x8914, struct.pack("16sh14x", name, flags | 1))
print("ready", flush=True)
sys.stdin.read()
"""


def why_no_pcscd() -> str:
    """Return why the real path cannot be driven here; empty when it can."""
    if shutil.which("pcscd") is None or not _DRIVER.exists():
        return "pcscd and vsmartcard-vpcd are not installed: apt-get install pcscd vsmartcard-vpcd"
    try:
        from card_kiosk import pcsc  # noqa: F401
    except ImportError:
        return "pyscard is not installed: apt-get install libpcsclite-dev gcc, then make setup"
    done = subprocess.run(
        ["unshare", "-m", "-n", "--propagation", "private", "true"], capture_output=True, check=False
    )
    return "" if done.returncode == 0 else "no right to make namespaces: run as root"


class Rig(Protocol):
    """What a test does with its hands. `readers` are the two readers' names."""

    name: str
    readers: tuple[str, str]

    def insert(self, card: VirtualCard, slot: int = 0) -> None: ...
    def pull(self, slot: int = 0) -> None: ...
    def stop_service(self) -> None: ...
    def start_service(self, *, with_readers: bool = True) -> None: ...
    def unplug(self) -> None: ...
    def hold(self, slot: int = 0) -> AbstractContextManager[None]: ...
    def service(self) -> ReaderService: ...


class Plug:
    """One card in one vpcd reader: a thread that answers vpcd's small protocol until it is pulled."""

    def __init__(self, connection: socket.socket, card: VirtualCard) -> None:
        self._socket, self._card = connection, card
        card.gone.clear()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def pull(self) -> None:
        self._card.gone.set()
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(5)

    def _serve(self) -> None:
        """Messages are two bytes of length and a body. Of control words (one byte) only 4 is answered."""
        try:
            while head := self._receive(2):
                body = self._receive(struct.unpack(">H", head)[0])
                if body == b"\x04":
                    self._send(self._card.atr)
                elif len(body) > 1 and (answer := self._card.respond(body)) is not None:
                    self._send(answer)
        except PulledOut:
            self._card.gone.set()
            self._socket.close()
        except OSError:
            pass

    def _receive(self, count: int) -> bytes:
        data = b""
        while len(data) < count and (part := self._socket.recv(count - len(data))):
            data += part
            # vpcd sends length and body apart; a delayed acknowledgement would cost 44 ms a message.
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        return data

    def _send(self, data: bytes) -> None:
        self._socket.sendall(struct.pack(">H", len(data)) + data)


class PcscdRig:
    """The real path: card → vpcd → pcscd → pyscard → us."""

    name = "pcscd"
    readers = ("Virtual PCD 00 00", "Virtual PCD 00 01")

    def __init__(self) -> None:
        self._home = subprocess.Popen(
            ["unshare", "-m", "-n", "--propagation", "private", sys.executable, "-c", _PREPARE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._home.stdout is not None
        assert self._home.stdout.readline() == b"ready\n"
        os.environ["PCSCLITE_CSOCK_NAME"] = f"/proc/{self._home.pid}/root/run/pcscd/pcscd.comm"
        self._empty = tempfile.mkdtemp(prefix="no-readers-")
        self._daemon: subprocess.Popen[bytes] | None = None
        self._plugs: dict[int, Plug] = {}
        self._in: dict[int, VirtualCard] = {}
        self.start_service()

    def close(self) -> None:
        self.stop_service()
        self._home.communicate()
        Path(self._empty).rmdir()

    def empty(self) -> None:
        """Take all cards out and wait until pcscd, which looks each 400 ms, has seen it."""
        for slot in (0, 1):
            self.pull(slot)
        service = self.service()
        while any(state.present for state in service.wait(0.1).values()):
            pass
        service.close()

    def insert(self, card: VirtualCard, slot: int = 0) -> None:
        self.pull(slot)
        self._in[slot] = card
        self._plug(slot, card)

    def pull(self, slot: int = 0) -> None:
        self._in.pop(slot, None)
        if plug := self._plugs.pop(slot, None):
            plug.pull()

    def stop_service(self) -> None:
        if self._daemon is not None:
            self._daemon.send_signal(signal.SIGKILL)
            self._daemon.wait()
            self._daemon = None
        for plug in self._plugs.values():
            plug.pull()
        self._plugs.clear()

    def start_service(self, *, with_readers: bool = True) -> None:
        where = [] if with_readers else ["-c", self._empty]
        self._daemon = subprocess.Popen(
            ["nsenter", "-t", str(self._home.pid), "-m", "-n", "pcscd", "--foreground", "--critical", *where],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        if with_readers:
            for slot in (0, 1):
                self._connect(slot).close()  # wait until it listens
            for slot, card in self._in.items():
                self._plug(slot, card)

    def unplug(self) -> None:
        """Take the readers away; vpcd has no hot-plug, so that the service restarts without them."""
        self.stop_service()
        self.start_service(with_readers=False)

    def hold(self, slot: int = 0) -> AbstractContextManager[None]:
        from tests.kiosk.other_program import exclusive

        return exclusive(self.readers[slot])

    def service(self) -> ReaderService:
        from card_kiosk.pcsc import PcscService

        return PcscService()

    def _plug(self, slot: int, card: VirtualCard) -> None:
        self._plugs[slot] = Plug(self._connect(slot), card)

    def _connect(self, slot: int) -> socket.socket:
        """Connect from inside the network namespace: only a thread moves there, its socket stays."""
        found: list[socket.socket | Exception] = []

        def enter() -> None:
            try:
                libc = ctypes.CDLL(None, use_errno=True)
                with Path(f"/proc/{self._home.pid}/ns/net").open() as handle:
                    if libc.setns(handle.fileno(), _CLONE_NEWNET):
                        raise OSError(ctypes.get_errno(), "setns")
                found.append(_patiently(_PORTS[slot]))
            except Exception as error:  # noqa: BLE001 - told to the caller's thread
                found.append(error)

        thread = threading.Thread(target=enter)
        thread.start()
        thread.join()
        if isinstance(found[0], Exception):
            raise found[0]
        return found[0]


def _patiently(port: int) -> socket.socket:
    end = time.monotonic() + 10
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=None)
        except ConnectionRefusedError:
            if time.monotonic() > end:
                raise
            time.sleep(0.02)


class VirtualRig:
    """The same hands on readers in this process."""

    name = "in-process"
    readers = ("R0", "R1")

    def __init__(self) -> None:
        self._readers = VirtualReaders(self.readers)

    def close(self) -> None:
        for reader in self.readers:
            if reader in self._readers.inserted():
                self._readers.pull(reader)

    def insert(self, card: VirtualCard, slot: int = 0) -> None:
        self._readers.insert(card, self.readers[slot])

    def pull(self, slot: int = 0) -> None:
        self._readers.pull(self.readers[slot])

    def stop_service(self) -> None:
        self._readers.serve(False)

    def start_service(self, *, with_readers: bool = True) -> None:
        self._readers.plug(self.readers if with_readers else ())
        self._readers.serve(True)

    def unplug(self) -> None:
        self._readers.plug(())

    @contextmanager
    def hold(self, slot: int = 0) -> Iterator[None]:
        self._readers.hold(self.readers[slot], True)
        yield
        self._readers.hold(self.readers[slot], False)

    def service(self) -> ReaderService:
        return self._readers
