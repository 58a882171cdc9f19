"""The data in one file for machines (JSON) and one page a language for people (HTML), sealed together."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from functools import cache
from html import escape
from importlib.resources import files
from typing import cast

from nhi_core.adapters.privacy.sealed_zip import sealed_zip
from nhi_core.domain.calendar import TAIPEI
from nhi_core.domain.roc import PremiumMonth
from nhi_core.ports_privacy import Row
from nhi_core.services.privacy import Held

LANGUAGES = ("zh-TW", "en", "id", "vi", "th")
_STYLE = (
    "body{font:1rem/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a}"
    "table{border-collapse:collapse;margin:.5rem 0 1.5rem}th,td{border:1px solid #767676;padding:.3rem .6rem;"
    "text-align:left;vertical-align:top}th{background:#f0f0f0;font-weight:600}"
)


def package(held: Held, password: str) -> bytes:
    """Return the encrypted ZIP: `data.json` and `data.<language>.html`."""
    tables = {
        table: [{name: _plain(value) for name, value in row.items()} for row in rows]
        for table, rows in held.tables.items()
    }
    whole = {"v": 1, "made_at": held.made_at.isoformat(), "tables": tables}
    parts = {"data.json": json.dumps(whole, ensure_ascii=False, indent=1).encode()}
    for language in LANGUAGES:
        parts[f"data.{language}.html"] = page(held, language).encode()
    return sealed_zip(parts, password, held.made_at.astimezone(TAIPEI))


def page(held: Held, language: str) -> str:
    """Return what is held as a page in one of LANGUAGES. Columns without a word stand in the JSON alone."""
    say = _Words(language)
    title = say("page", "title")
    head = (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head>'
        f"<body><main><h1>{title}</h1><p>{_value(held.made_at)}</p><p>{say('page', 'lead')}</p>"
    )
    parts = [head]
    for table, rows in held.tables.items():
        parts.append(f"<h2>{say('tables', table)}</h2>{_table(rows, say)}")
    parts.append(f"<p>{say('page', 'rights')}</p></main></body></html>")
    return "".join(parts)


def words() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """Return kind → key → language → text."""
    return _words()


@cache
def _words() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    text = files("nhi_core.adapters.privacy").joinpath("words.json").read_text("utf-8")
    return cast("Mapping[str, Mapping[str, Mapping[str, str]]]", json.loads(text))


class _Words:
    def __init__(self, language: str) -> None:
        self._language = language

    def __call__(self, kind: str, key: str) -> str:
        return escape(_words()[kind][key][self._language])

    def knows(self, column: str) -> bool:
        return column in _words()["columns"]


def _table(rows: tuple[Row, ...], say: _Words) -> str:
    columns = [name for name in dict.fromkeys(name for row in rows for name in row) if say.knows(name)]
    head = "".join(f'<th scope="col">{say("columns", name)}</th>' for name in columns)
    body = "".join(
        f"<tr>{''.join(f'<td>{_value(row.get(name))}</td>' for name in columns)}</tr>" for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _value(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value.astimezone(TAIPEI):%Y-%m-%d %H:%M}"
    if isinstance(value, bool):
        return "✓" if value else "–"
    if isinstance(value, int):
        return f"{value:,}"
    return escape(str(_plain(value)))


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return _plain(value.value)
    if isinstance(value, PremiumMonth):
        return f"{value.year:04}-{value.month:02}"
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value
