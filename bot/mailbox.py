"""The mailbox of a person (or group): what came in, in order, until it is done.

Why nothing is lost and nothing is doubled, step by step (a crash may fall between any two):

1. `append` is one Lua script: the mark "seen", the mail and the entry in the pending set appear together or
   not at all. Before it: we have not said 200, LINE delivers again. After it: a second one finds the mark.
2. The task is queued after the append (the bell: in the same round trip, not in the same step). Crash in
   between: the mailbox is in the pending set, and the sweeper queues a task for every pending mailbox that is
   due. A task too many finds an empty box or a held lock.
3. One worker at a time holds the box's lock (a token, a short life, renewed by a thread). A worker that finds
   it held goes away: the holder looks again *after* letting go, and mail appended before the other worker
   came is seen by that look. A holder that dies stops renewing; the sweeper comes back after the lock's life.
4. Mail is read in place (`peek`) and removed after it is done (`done`), and only if the head is still that
   very mail: a holder who lost its lock cannot remove somebody else's. Crash before `done`: the mail is
   worked on again, and the ledger of sends (one row a key, claimed before sending) and the stored answer
   keep the second run from speaking twice.
5. `done` takes the box out of the pending set in the same script that finds it empty.

Every key carries the tag `{mail}`, so that all of them live on one node of a Redis Cluster.
Values are sealed; ids in keys are keyed fingerprints or LINE's event ids, never a LINE user id.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Protocol, Self, cast

import redis
import structlog
from redis.exceptions import LockError, LockNotOwnedError, RedisError
from redis.lock import Lock

from bot.events import Event
from nhi_core import tracing
from nhi_core.domain.errors import CacheUnavailable

log = structlog.get_logger(__name__)

SEEN_FOR = timedelta(days=3)
GRACE = timedelta(seconds=15)  # the sweeper leaves a mailbox alone this long: its own task is on the way
FARTHEST = timedelta(minutes=2)  # mail is never put off for longer
LOCK_LIFE = timedelta(seconds=10)
_TRIES_FOR = timedelta(days=1)

_PENDING = "{mail}:pending"

_APPEND = """
if not redis.call('SET', KEYS[1], '1', 'NX', 'EX', ARGV[1]) then
  return {0, redis.call('LLEN', KEYS[2])}
end
local length = redis.call('RPUSH', KEYS[2], ARGV[2])
redis.call('ZADD', KEYS[3], 'NX', ARGV[3], ARGV[4])
return {1, length}
"""

_DONE = """
if redis.call('LINDEX', KEYS[1], 0) == ARGV[1] then
  redis.call('LPOP', KEYS[1])
  redis.call('DEL', KEYS[3])
end
local left = redis.call('LLEN', KEYS[1])
if left == 0 then redis.call('ZREM', KEYS[2], ARGV[2]) end
return left
"""

_DUE = """
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, ARGV[3])
for _, box in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], ARGV[4], '+inf', 'LIMIT', 0, ARGV[3])) do
  due[#due + 1] = box
end
for _, box in ipairs(due) do redis.call('ZADD', KEYS[1], 'XX', ARGV[2], box) end
return due
"""


# The list that workers listen to, and the message that lets one of them drain this mailbox.
Bell = Callable[[str], tuple[str, str]]


class TextSealer(Protocol):
    """What seals mail (nhi_core.security.Sealer). `open` raises a CounterError when the seal is broken."""

    def seal(self, value: str, *, context: str, row: str = "") -> str: ...
    def open(self, envelope: str, *, context: str, row: str = "") -> str: ...


@dataclass(frozen=True, slots=True)
class Mail:
    """One piece of mail at the head of a box. `attempt` counts from 1, crashes included."""

    mailbox_id: str
    event_id: str
    packed: bytes
    attempt: int


@contextmanager
def cache_errors() -> Iterator[None]:
    """Turn Redis' own errors into CacheUnavailable."""
    try:
        yield
    except RedisError as error:
        raise CacheUnavailable(type(error).__name__) from error


class Mailbox:
    """All mailboxes. Every method raises CacheUnavailable when Redis does not answer."""

    def __init__(self, client: redis.Redis, sealer: TextSealer, bell: Bell | None = None) -> None:
        """Use one Redis client (answers as bytes) and one sealer; `bell` queues the drain of what came in."""
        self._redis = client
        self._sealer = sealer
        self._bell = bell

    def append(self, mails: Sequence[tuple[str, Event]], now: datetime) -> list[str]:
        """Store events as (mailbox id, event), in order; return the ids of the boxes that now hold mail.

        An event seen before is not stored again; its box is still named while it holds mail, so that a
        redelivery heals a task that could not be queued the first time. With a bell all boxes are queued.
        """
        with cache_errors():
            pipe = self._redis.pipeline(transaction=False)
            for mailbox_id, event in mails:
                pipe.eval(
                    _APPEND,
                    3,
                    f"{{mail}}:seen:{event.id}",
                    _box(mailbox_id),
                    _PENDING,
                    int(SEEN_FOR.total_seconds()),
                    self._pack(mailbox_id, event),
                    (now + GRACE).timestamp(),
                    mailbox_id,
                )
            boxes = dict.fromkeys(mailbox_id for mailbox_id, _ in mails)
            for key, message in map(self._bell, boxes) if self._bell else ():
                pipe.lpush(key, message)
            answers = cast(list[list[int]], pipe.execute()[: len(mails)])
        pairs = zip(mails, answers, strict=True)
        return list(dict.fromkeys(mailbox_id for (mailbox_id, _), (_, length) in pairs if length))

    def peek(self, mailbox_id: str) -> Mail | None:
        """Return the head of the box and count the attempt, or None when the box is empty."""
        with cache_errors():
            packed = cast(bytes | None, self._redis.lindex(_box(mailbox_id), 0))
            if packed is None:
                return None
            event_id = packed.split(b"|", 1)[0].decode("ascii", "replace")
            pipe = self._redis.pipeline(transaction=True)
            pipe.incr(_tries(event_id))
            pipe.expire(_tries(event_id), _TRIES_FOR)
            attempt = cast(list[int], pipe.execute())[0]
        return Mail(mailbox_id, event_id, packed, attempt)

    def open(self, mail: Mail) -> Event:
        """Unseal. Raises SealBroken or ValueError on mail that can never be read."""
        _, sealed = mail.packed.split(b"|", 1)
        text = self._sealer.open(
            sealed.decode("ascii"), context="mailbox", row=f"{mail.mailbox_id}|{mail.event_id}"
        )
        body: dict[str, Any] = json.loads(text)
        received = datetime.fromtimestamp(body["received"] / 1000, UTC)
        return Event(mail.event_id, body["event"], received, body.get("trace"))

    def done(self, mail: Mail) -> int:
        """Remove the mail if it is still the head; return how many are left."""
        with cache_errors():
            keys = (_box(mail.mailbox_id), _PENDING, _tries(mail.event_id))
            return cast(int, self._redis.eval(_DONE, 3, *keys, mail.packed, mail.mailbox_id))

    def later(self, mail: Mail, when: datetime) -> None:
        """Leave the mail where it is, take back the attempt, and let the sweeper return at `when`."""
        with cache_errors():
            pipe = self._redis.pipeline(transaction=True)
            pipe.decr(_tries(mail.event_id))
            pipe.zadd(_PENDING, {mail.mailbox_id: when.timestamp()}, xx=True)
            pipe.execute()

    def length(self, mailbox_id: str) -> int:
        """Return how many pieces of mail wait in a box."""
        with cache_errors():
            return self._redis.llen(_box(mailbox_id))

    def due(self, now: datetime, limit: int = 500) -> list[str]:
        """Return mailboxes that hold mail past their time, and put their time off by the grace.

        A time too far off was set before the clock was put back: it is past as well.
        """
        with cache_errors():
            args = (now.timestamp(), (now + GRACE).timestamp(), limit, (now + FARTHEST).timestamp())
            found = cast(list[bytes], self._redis.eval(_DUE, 1, _PENDING, *args))
        return [one.decode() for one in found]

    def pending(self) -> int:
        """Return how many mailboxes hold mail."""
        with cache_errors():
            return self._redis.zcard(_PENDING)

    def heads(self, limit: int) -> list[str]:
        """Return the event ids at the heads of the mailboxes that have waited longest, at most `limit`."""
        with cache_errors():
            boxes = cast(list[bytes], self._redis.zrange(_PENDING, 0, limit - 1))
            pipe = self._redis.pipeline(transaction=False)
            for box in boxes:
                pipe.lindex(_box(box.decode()), 0)
            packed = cast(list[bytes | None], pipe.execute())
        return [one.split(b"|", 1)[0].decode("ascii", "replace") for one in packed if one is not None]

    def hold(self, mailbox_id: str, life: timedelta = LOCK_LIFE) -> Held:
        """Return the box's lock, to be used with `with`; look at `acquired`."""
        return Held(self._redis, f"{{mail}}:lock:{mailbox_id}", life.total_seconds())

    def _pack(self, mailbox_id: str, event: Event) -> bytes:
        body = {
            "event": event.raw,
            "received": round(event.received_at.timestamp() * 1000),
            "trace": tracing.carried(),
        }
        sealed = self._sealer.seal(json.dumps(body), context="mailbox", row=f"{mailbox_id}|{event.id}")
        return f"{event.id}|{sealed}".encode("ascii")


class Held:
    """A lock that is renewed by a thread while it is held. Not got: `acquired` is False, nothing else."""

    def __init__(self, client: redis.Redis, name: str, life: float) -> None:
        """Prepare; nothing is taken yet."""
        self._lock = Lock(client, name, timeout=life, blocking=False, thread_local=False)
        self._life = life
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self.acquired = False

    def __enter__(self) -> Self:
        """Try once to take the lock. Raises CacheUnavailable."""
        with cache_errors():
            self.acquired = bool(self._lock.acquire())
        if self.acquired:
            self._thread = threading.Thread(target=self._renew, name="mailbox-lock", daemon=True)
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go, if still held."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        if not self.acquired:
            return
        self.acquired = False
        try:
            self._lock.release()
        except (LockError, RedisError) as problem:
            log.warning("mailbox_lock_not_released", error=type(problem).__name__)

    def _renew(self) -> None:
        while not self._stop.wait(self._life / 3):
            try:
                self._lock.reacquire()
            except LockNotOwnedError:
                self.acquired = False
                log.warning("mailbox_lock_lost")
                return
            except (LockError, RedisError) as problem:
                log.warning("mailbox_lock_not_renewed", error=type(problem).__name__)


def _box(mailbox_id: str) -> str:
    return f"{{mail}}:box:{mailbox_id}"


def _tries(event_id: str) -> str:
    return f"{{mail}}:tries:{event_id}"
