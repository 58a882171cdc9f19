"""What a check-up finds, and checks of what the product stands on: Redis's care, disk, clock, LINE's side."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import requests
from redis import Redis
from redis.exceptions import RedisError

from nhi_core.ports_operations import Workload
from nhi_core.settings import Settings

PATIENCE_SECONDS = 2.0
_MOST_SKEW = 30.0  # seconds; kiosks' signatures are good for a minute
_LEAST_FREE = 1024**3
RETENTION_LATE = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Finding:
    """One part: well, or what is wrong and what to do. Holds no secret and no address with credentials."""

    part: str
    ok: bool
    words: str
    remedy: str = ""


def redis_care(client: Redis, *, production: bool) -> Finding:
    """Whether Redis keeps what it is given: mailboxes are nowhere else. The sandbox may be careless."""
    try:
        persistence: Any = client.info("persistence")
        memory: Any = client.info("memory")
        user: Any = client.execute_command("ACL", "WHOAMI")  # type: ignore[no-untyped-call]
    except RedisError as error:
        return Finding("redis care", ok=False, words=f"cannot be asked ({type(error).__name__})",
                       remedy="may our Redis user run INFO and ACL WHOAMI?")  # fmt: skip
    wrong = []
    if not persistence.get("aof_enabled"):
        wrong.append("appendonly is off: mail is lost when it restarts")
    if memory.get("maxmemory_policy") != "noeviction":
        wrong.append("maxmemory-policy is not noeviction: mail may be thrown away")
    if user in (b"default", "default"):
        wrong.append("we are its default user: Rasa should not be the same")
    words = "; ".join(wrong) or "keeps to disk, throws nothing away, knows us by name"
    remedy = "see deploy/compose/redis.conf and redis.acl.example" if wrong else ""
    return Finding("redis care", ok=not (wrong and production), words=words, remedy=remedy)


def disk(settings: Settings) -> Finding:
    """Whether there is room where files are written."""
    place = settings.files_path
    while not place.exists():
        place = place.parent
    usage = shutil.disk_usage(place)
    words = f"{usage.free / 1024**3:.1f} GB free where files are kept"
    ok = usage.free >= _LEAST_FREE
    return Finding("disk", ok=ok, words=words, remedy="" if ok else "make room, or move NHI_FILES_DIR")


def clock(response: requests.Response) -> Finding | None:
    """Hold our clock against the one of an answer; None when it tells no time."""
    try:
        theirs = parsedate_to_datetime(response.headers["Date"])
    except (KeyError, ValueError):
        return None
    skew = abs((datetime.now(UTC) - theirs.astimezone(UTC)).total_seconds())
    ok = skew <= _MOST_SKEW
    remedy = "" if ok else "switch time synchronisation on: signatures are good for a minute"
    return Finding("clock", ok=ok, words=f"{skew:.0f} s beside LINE's", remedy=remedy)


def line_side(settings: Settings, token: str) -> Iterator[Finding]:
    """The month's quota and the webhook, as LINE has them. Call it when LINE answers and knows the token."""
    try:
        quota, used = (
            _asked(settings, token, f"/v2/bot/message/{what}") for what in ("quota", "quota/consumption")
        )
        hook = _asked(settings, token, "/v2/bot/channel/webhook/endpoint")
    except (requests.RequestException, ValueError) as error:
        yield Finding("line quota", ok=False, words=f"cannot be asked ({type(error).__name__})",
                      remedy="try again; see LINE's status page")  # fmt: skip
        return
    limit = quota.get("value") if quota.get("type") == "limited" else None
    agrees = limit is None or settings.push_quota is None or settings.push_quota <= limit
    words = f"{used.get('totalUsage', '?')} of {limit or 'unlimited'} messages this month"
    remedy = "" if agrees else "NHI_PUSH_QUOTA is more than LINE's plan allows"
    yield Finding("line quota", ok=agrees, words=words, remedy=remedy)
    ours = f"{settings.public_url}/line/webhook"
    right = hook.get("endpoint") == ours and bool(hook.get("active"))
    words = "LINE calls us" if right else "LINE calls another address, or none"
    remedy = "" if right else f"set {ours} in LINE's console, and switch it on"
    yield Finding("webhook", ok=right, words=words, remedy=remedy)


def kiosks(load: Workload) -> Finding:
    """How many kiosks speak. A silent one may only be switched off."""
    remedy = "the console's page of kiosks shows which" if load.kiosks_silent else ""
    words = f"{load.kiosks_seen} spoke in the last 15 minutes, {load.kiosks_silent} did not"
    return Finding("kiosks", ok=True, words=words, remedy=remedy)


def retention(load: Workload) -> Finding:
    """When what is past its time was last removed, by the rule that waits longest."""
    age = load.retention_age
    if age is None:
        words = "not every rule was done yet; the worker does them within hours of its start"
        return Finding("retention", ok=True, words=words, remedy="or at once: `nhi-counter retention`")
    ok = age <= RETENTION_LATE
    words = f"all rules done within the last {age.total_seconds() / 3600:.0f} hours"
    remedy = "" if ok else "do beat and worker run? Look for retention_rule_failed; `nhi-counter retention`"
    return Finding("retention", ok=ok, words=words, remedy=remedy)


def _asked(settings: Settings, token: str, path: str) -> dict[str, Any]:
    answer = requests.get(
        f"{settings.line_api_url}{path}",
        headers={"Authorization": f"Bearer {token}"},
        timeout=PATIENCE_SECONDS,
        allow_redirects=False,
    )
    found = answer.json() if answer.ok else {}
    return found if isinstance(found, dict) else {}
