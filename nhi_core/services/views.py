"""How a frozen view becomes JSON: what tickets seal and templates are filled with."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import Enum

Plain = None | bool | int | str | list["Plain"] | dict[str, "Plain"]


def to_json(view: object) -> dict[str, Plain]:
    """Return the fields of a view (dataclass or mapping) as JSON values: dates ISO, enums their values."""
    plain = _plain(view)
    if not isinstance(plain, dict):
        raise TypeError("a view has named fields")
    return plain


def _plain(value: object) -> Plain:
    match value:
        case Enum():
            return _plain(value.value)
        case None | bool() | int() | str():
            return value
        case date() | datetime():
            return value.isoformat()
        case Mapping():
            return {str(key): _plain(item) for key, item in value.items()}
        case Sequence():
            return [_plain(item) for item in value]
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
        case _:
            raise TypeError(f"{type(value).__name__} has no JSON form here")
