"""A unit's file of staff to pre-register: its name says whose and when (`<unit code><YYYYMMDD>.CSV`)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from nhi_core.domain.identifiers import parse_unit_code
from nhi_core.domain.imports import FileRefused

_NAME = re.compile(r"(\d{9})(\d{4})(\d{2})(\d{2})\.csv", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RegistrationFile:
    """What a file's name says. `plausible` False: the unit code's inferred check digit is off; only warn."""

    unit_code: str
    plausible: bool
    made_on: date


def parse_file_name(name: str) -> RegistrationFile:
    """Read `11000000120150807.CSV`. Raises FileRefused."""
    match = _NAME.fullmatch(name)
    if match is None:
        raise FileRefused("the file must be named <unit code, 9 digits><YYYYMMDD>.CSV")
    try:
        made_on = date(int(match[2]), int(match[3]), int(match[4]))
    except ValueError:
        raise FileRefused("the file's name holds a day that does not exist") from None
    code = parse_unit_code(match[1])
    return RegistrationFile(code.value, code.plausible, made_on)
