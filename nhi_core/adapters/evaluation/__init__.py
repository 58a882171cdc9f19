"""Years' schemes of the evaluation, as files: a new year is a new file."""

from __future__ import annotations

import json
from importlib.resources import files

from nhi_core.domain.evaluation_model import Scheme
from nhi_core.domain.evaluation_schemes import parse_scheme

_FOLDER = files(__package__) / "schemes"


def schemes() -> dict[int, Scheme]:
    """Return ROC year → scheme, the latest first. Raises Invalid for a file that cannot be right."""
    found = [
        parse_scheme(json.loads(entry.read_text(encoding="utf-8")))
        for entry in _FOLDER.iterdir()
        if entry.name.endswith(".json")
    ]
    return {one.year: one for one in sorted(found, key=lambda one: -one.year)}
