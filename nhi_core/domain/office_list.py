"""The list of offices as a file: CSV with a head line, UTF-8, one office a line."""

from __future__ import annotations

import csv
import io

from nhi_core.domain.errors import Invalid
from nhi_core.domain.offices import Office, office_code

COLUMNS = ("code", "name", "county", "size_group")
_MOST = 1_000


def read(text: str) -> tuple[Office, ...]:
    """Return the offices of a file, all of them open. Raises Invalid, naming the first wrong line."""
    rows = csv.DictReader(io.StringIO(text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")), strict=True)
    found: dict[str, Office] = {}
    try:
        if tuple(rows.fieldnames or ()) != COLUMNS:
            raise Invalid(f"the first line must be {','.join(COLUMNS)}")
        for number, row in enumerate(rows, start=2):
            office = _office(row, number)
            if office.code in found:
                raise Invalid(f"line {number}: {office.code} stands twice")
            found[office.code] = office
            if len(found) > _MOST:
                raise Invalid(f"more than {_MOST} offices")
    except csv.Error as error:
        raise Invalid(f"not CSV: {error}") from None
    return tuple(found.values())


def _office(row: dict[str | None, str | None], line: int) -> Office:
    if None in row or None in row.values():
        raise Invalid(f"line {line}: {len(COLUMNS)} fields are needed")
    fields = {str(name): str(value).strip() for name, value in row.items()}
    name, county, group = fields["name"], fields["county"], fields["size_group"]
    if not (0 < len(name) <= 64 and 0 < len(county) <= 32 and (name + county).isprintable()):
        raise Invalid(f"line {line}: a name (to 64 characters) and a county (to 32) are needed")
    if group not in ("1", "2", "3", "4"):
        raise Invalid(f"line {line}: the size group is 1, 2, 3 or 4")
    try:
        code = office_code(fields["code"])
    except Invalid as error:
        raise Invalid(f"line {line}: {error}") from None
    return Office(code, name, county, int(group))
