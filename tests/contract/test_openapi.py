"""The OpenAPI documents name every route of every process, and say what the applications do."""

from __future__ import annotations

import json
import re

import pytest
from flask import Flask

from scripts import openapi


@pytest.fixture(scope="module")
def apps() -> dict[str, Flask]:
    return {"web.json": openapi.web_app(), "actions.json": openapi.actions_app()}


@pytest.mark.parametrize("name", ["web.json", "actions.json"])
def test_the_document_is_current(apps: dict[str, Flask], name: str) -> None:
    """Write it anew with `python -m scripts.openapi`."""
    make = openapi.web_document if name == "web.json" else openapi.actions_document
    assert (openapi.FOLDER / name).read_text(encoding="utf-8") == openapi.text(make(apps[name]))


@pytest.mark.parametrize("name", ["web.json", "actions.json"])
def test_no_route_is_missing(apps: dict[str, Flask], name: str) -> None:
    document = json.loads((openapi.FOLDER / name).read_text(encoding="utf-8"))
    described = {(method.upper(), path) for path, found in document["paths"].items() for method in found}
    answering = {
        (method, re.sub(r"<(?:[a-z]+(?:\(.*?\))?:)?(\w+)>", r"{\1}", rule.rule))
        for rule in apps[name].url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert described == answering


def test_a_door_is_a_scheme_that_is_described() -> None:
    document = json.loads((openapi.FOLDER / "web.json").read_text(encoding="utf-8"))
    schemes = document["components"]["securitySchemes"]
    used = {
        name
        for path in document["paths"].values()
        for op in path.values()
        for one in op["security"]
        for name in one
    }
    assert used == schemes.keys()
