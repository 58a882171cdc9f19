"""The document of the kiosk's calls is current, and says what the application does."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, cast

from flask import Flask

from bot.api.kiosk import blueprint
from bot.api.kiosk.answers import STATUS_OF_ERROR
from bot.api.kiosk.openapi import BASE, CALLS, document
from nhi_core.domain.card_session import MOVES, EndReason
from nhi_core.wire.kiosk import KioskErrorCode

ROOT = Path(__file__).resolve().parents[3]


class Anything:
    """Stands for a core whose parts are not asked."""

    def __getattr__(self, name: str) -> Any:
        return Anything()


def test_the_document_is_current() -> None:
    """Write it anew with `python -m bot.api.kiosk.openapi > docs/openapi/kiosk.json`."""
    written = json.loads((ROOT / "docs" / "openapi" / "kiosk.json").read_text(encoding="utf-8"))
    assert written == document()


def test_it_names_exactly_the_calls_that_exist() -> None:
    app = Flask("test", static_folder=None)
    app.register_blueprint(blueprint(cast("Any", Anything()), lambda: None))
    routes = {
        (method.lower(), rule.rule.replace("<session>", "{session}"))
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert routes == {(call.method, BASE + call.path) for call in CALLS}


def test_every_code_is_documented_at_the_status_it_comes_with() -> None:
    described = {
        (int(status), code)
        for path in document()["paths"].values()
        for operation in path.values()
        for status, answer in operation["responses"].items()
        for code in answer["description"].split(", ")
        if int(status) >= 400
    }
    assert {(status, code.value) for _kind, status, code in STATUS_OF_ERROR} <= described
    whole = set(KioskErrorCode) - {KioskErrorCode.INTERNAL, KioskErrorCode.NOT_FOUND}
    assert {code for _status, code in described} == {code.value for code in whole}


def test_references_lead_somewhere() -> None:
    text = json.dumps(document())
    schemas = document()["components"]["schemas"]
    for part in text.split('"$ref": "#/components/schemas/')[1:]:
        assert part.split('"')[0] in schemas


def test_the_page_shows_the_table_of_the_code() -> None:
    page = (ROOT / "docs" / "kiosk-binding.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| `(\w+)` \| `(\w+)` \|$", page, re.MULTILINE)
    assert set(rows) == {(state.value, event.value, to.value) for (state, event), to in MOVES.items()}
    assert all(f"`{reason.value}`" in page for reason in EndReason)
