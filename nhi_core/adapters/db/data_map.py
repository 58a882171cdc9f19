"""The data map: what every column is to a person. The data: `data_map.toml`, held to the tables by a test."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("data_map.toml")


class DataClass(StrEnum):
    """What a column holds; the file's head says what each word means."""

    IDENTITY = "identity"
    FINANCE = "finance"
    CONTACT = "contact"
    CONTENT = "content"
    TECHNICAL = "technical"
    NONE = "none"


class Whose(StrEnum):
    """Whom a table's rows are about."""

    PERSON = "person"
    ACCOUNT = "account"
    CLERK = "clerk"
    STAFF = "staff"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class TableEntry:
    """One table. `columns`: column → classes (one, or the map is wrong). `clear`: column → reason."""

    name: str
    purpose: str
    whose: Whose
    columns: Mapping[str, tuple[DataClass, ...]]
    links: frozenset[str] = frozenset()
    clear: Mapping[str, str] = field(default_factory=dict)
    until: tuple[str, ...] = ()


@cache
def data_map() -> Mapping[str, TableEntry]:
    """Return table name → entry, in the order of the file. Raises ValueError for words it does not know."""
    with _FILE.open("rb") as file:
        return {name: _entry(name, body) for name, body in tomllib.load(file).items()}


def _entry(name: str, body: Mapping[str, object]) -> TableEntry:
    known = {"purpose", "whose", "links", "clear", "until", *DataClass}
    if unknown := set(body) - known:
        raise ValueError(f"{name}: {', '.join(sorted(unknown))} is no word of the data map")
    columns: dict[str, tuple[DataClass, ...]] = {}
    for kind in DataClass:
        for column in _words(body, kind):
            columns[column] = (*columns.get(column, ()), kind)
    clear = body.get("clear", {})
    return TableEntry(
        name=name,
        purpose=str(body["purpose"]),
        whose=Whose(str(body["whose"])),
        columns=columns,
        links=frozenset(_words(body, "links")),
        clear=dict(clear) if isinstance(clear, dict) else {},
        until=tuple(_words(body, "until")),
    )


def _words(body: Mapping[str, object], key: str) -> list[str]:
    found = body.get(key, [])
    return [str(one) for one in found] if isinstance(found, list) else []
