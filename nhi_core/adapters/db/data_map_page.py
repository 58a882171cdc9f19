"""The data map as a page: docs/data-map.md, made of the tables, their map and the rules of retention."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Column, Table
from sqlalchemy.types import TypeEngine

from nhi_core.adapters.db.data_map import DataClass, TableEntry, data_map
from nhi_core.adapters.db.tables import metadata
from nhi_core.adapters.db.types import Fingerprint, Sealed
from nhi_core.domain.retention import RULES, Means, Rule

_HEAD = """\
# Data map

Every table and column: what it is to a person, in which form it is kept, and what for. Made of the tables
and of `nhi_core/adapters/db/data_map.toml` by `python -m scripts.data_map`; a test goes red for a column
that nobody has classified, for one that says who somebody is in the clear without a reason, and for a page
that is not up to date.

**identity** says who: a name, a number, an id that stands for a person. **finance**: what is owed, paid,
granted. **contact**: where somebody is reached. **content**: what somebody said, wrote or sent.
**technical**: states, moments, counters, hashes. **none**: nothing about a person.

*(sealed)* is encrypted with the row's id in the seal, *(fingerprint)* a keyed one-way value for look-up,
*(id)* an opaque id of ours.
"""

_RETENTION = """\
## How long

One table of rules, `nhi_core/domain/retention.py`. *sweep*: removed by the sweep that comes every hour, and
by `nhi-counter retention` (`--dry-run` counts). *feature*: a step in the life of the thing itself.
*operator*: whoever runs the machines. *stays*: nothing here ends it.

| rule | what | kept | by | why | since |
|---|---|---|---|---|---|"""


def page() -> str:
    """Return the page's text."""
    counts = dict.fromkeys(DataClass, 0)
    for entry in data_map().values():
        for kinds in entry.columns.values():
            counts[kinds[0]] += 1
    summary = ", ".join(f"{count} {kind.value}" for kind, count in counts.items())
    parts = [_HEAD, f"{len(metadata.tables)} tables, {sum(counts.values())} columns: {summary}.\n"]
    parts += [_RETENTION, "\n".join(_rule(rule) for rule in RULES), ""]
    parts += ["\n".join(_section(entry, metadata.tables[name])) for name, entry in data_map().items()]
    return "\n".join(parts)


def _rule(rule: Rule) -> str:
    kept = rule.period or ("at once" if rule.means is Means.SWEEP else "–")
    return f"| {rule.name} | {rule.what} | {kept} | {rule.means.value} | {rule.why} | {rule.since} |"


def _section(entry: TableEntry, table: Table) -> Iterator[str]:
    yield f"## {entry.name}\n"
    yield f"{entry.purpose}. About: {entry.whose.value}. Until: {', '.join(entry.until)}.\n"
    yield "| class | columns |"
    yield "|---|---|"
    for kind in DataClass:
        columns = [column for column in table.columns if kind in entry.columns.get(column.name, ())]
        if columns:
            yield f"| {kind.value} | {', '.join(_shown(column, entry) for column in columns)} |"
    yield ""
    for column, reason in entry.clear.items():
        yield f"- `{column}`: {reason}."
    if entry.clear:
        yield ""


def _shown(column: Column[object], entry: TableEntry) -> str:
    form = _form(column.type) or ("id" if column.name in entry.links else "")
    return f"`{column.name}` *({form})*" if form else f"`{column.name}`"


def _form(kind: TypeEngine[object]) -> str:
    if isinstance(kind, Sealed):
        return "sealed"
    return "fingerprint" if isinstance(kind, Fingerprint) else ""
