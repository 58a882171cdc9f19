"""The composer's form: fields as the browser sends them, into what a draft keeps."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from bot.console.listing import readable_day
from nhi_core.domain.calendar import TAIPEI
from nhi_core.domain.notices import MAX_BODY, MAX_TITLE, Audience, Category, NoticeProblem, Way
from nhi_core.domain.offices import ClerkRole

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

    from nhi_core.domain.notices import Notice

SIZE_GROUPS = (1, 2, 3, 4)
# An editor reads along whatever the audience is, so only these two narrow it.
ROLES = (ClerkRole.CLERK, ClerkRole.LEAD)


def read(form: MultiDict[str, str]) -> dict[str, Any]:
    """Return a draft's fields. Raises NoticeProblem (`unreadable`, `title_long`, `body_long`)."""
    title = form.get("title", "").strip()
    body = form.get("body", "").replace("\r\n", "\n").strip()
    if len(title) > MAX_TITLE:
        raise NoticeProblem("title_long")
    if len(body) > MAX_BODY:
        raise NoticeProblem("body_long")
    try:
        return {
            "category": Category(form.get("category", "")),
            "title": title,
            "body": body,
            "way": Way(form.get("way", "")),
            "audience": _audience(form),
            "valid_from": readable_day(form.get("valid_from", "")),
            "valid_until": _day(form, "valid_until"),
            "send_at": _moment(form, "send_at"),
            "needs_ack": "needs_ack" in form,
            "ack_deadline": _day(form, "ack_deadline"),
        }
    except ValueError:
        raise NoticeProblem("unreadable") from None


def shown(notice: Notice) -> dict[str, Any]:
    """Return a draft as the form shows it."""
    send_at = notice.send_at
    return {
        "category": notice.category.value,
        "title": notice.title,
        "body": notice.body,
        "way": notice.way.value,
        "whom": "citizens" if notice.audience.citizens else "clerks",
        "offices": notice.audience.offices,
        "size_groups": {str(group) for group in notice.audience.size_groups},
        "roles": {role.value for role in notice.audience.roles},
        "groups": notice.audience.groups,
        "valid_from": notice.valid_from.isoformat(),
        "valid_until": notice.valid_until.isoformat() if notice.valid_until else "",
        "send_at": f"{send_at.astimezone(TAIPEI):%Y-%m-%dT%H:%M}" if send_at else "",
        "needs_ack": notice.needs_ack,
        "ack_deadline": notice.ack_deadline.isoformat() if notice.ack_deadline else "",
    }


def typed(form: MultiDict[str, str], today: date) -> dict[str, Any]:
    """Return what was typed, to be shown again; of an empty form the beginning of a new draft."""
    kept: dict[str, Any] = {
        key: form.get(key, "") for key in ("category", "title", "body", "valid_until", "send_at")
    }
    for key in ("offices", "size_groups", "roles", "groups"):
        kept[key] = frozenset(form.getlist(key))
    return {
        **kept,
        "way": form.get("way", Way.FETCH.value),
        "whom": form.get("whom", "clerks"),
        "valid_from": form.get("valid_from", today.isoformat()),
        "needs_ack": "needs_ack" in form,
        "ack_deadline": form.get("ack_deadline", ""),
    }


def day_of(written: str | None) -> date | None:
    """Return a day of a list's filter."""
    return readable_day(written) if written else None


def _audience(form: MultiDict[str, str]) -> Audience:
    if form.get("whom") == "citizens":
        return Audience(citizens=True)
    groups = {int(one) for one in form.getlist("size_groups")}
    if not groups <= set(SIZE_GROUPS):
        raise ValueError("no such size group")
    return Audience(
        offices=frozenset(form.getlist("offices")),
        size_groups=frozenset(groups),
        roles=frozenset(ClerkRole(one) for one in form.getlist("roles")),
        groups=frozenset(form.getlist("groups")),
    )


def _day(form: MultiDict[str, str], key: str) -> date | None:
    return day_of(form.get(key, "").strip())


def _moment(form: MultiDict[str, str], key: str) -> datetime | None:
    """Read a moment as people in Taipei write it."""
    written = form.get(key, "").strip()
    if not written:
        return None
    readable_day(written[:10])
    return datetime.fromisoformat(written).replace(tzinfo=TAIPEI)
