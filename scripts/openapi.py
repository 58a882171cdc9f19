"""Writes the OpenAPI documents of everything that answers HTTP, from the applications themselves.

    python -m scripts.openapi

`docs/openapi/web.json` is the web process, `docs/openapi/actions.json` the action server. The kiosk's calls
are described by the wire's own models (bot/api/kiosk/openapi.py), in web.json and in kiosk.json. Doors come
from docs/security/authorisation.csv; fields and queries are read off the views. A test compares.
"""

from __future__ import annotations

import csv
import inspect
import json
import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FunctionType, MethodType, ModuleType
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

from actions.server import create_app as create_actions
from bot.api.kiosk.openapi import document as kiosk_document
from bot.app import create_app
from bot.console.listing import Listing
from nhi_core.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "openapi"
DOORS = ROOT / "docs" / "security" / "authorisation.csv"

# `form.get("x")`, `args["x"]`; `_day(form, "x")`; `"x" in form`.
_READS = re.compile(r"\b(form|files|args|values)(?:\.get(?:list)?\(\s*|\[|, )\"(\w+)\"")
_ASKS = re.compile(r"\"(\w+)\" in (?:request\.)?(form|args)\b")
_LANGUAGE = "page_language"
_DEEP = 4
# What somebody hears at a door; 413 and 429 may come before any of them.
_REFUSALS = {
    "open": (303, 400, 403, 404, 410, 429, 503),
    "session": (303, 400, 403, 404, 409, 413, 429),
    "address": (303, 400, 404, 409, 410, 413, 422, 429, 503),
    "kiosk signature": (400, 401, 403, 404, 409, 410, 413, 429, 503),
    "LINE signature": (400, 401, 413, 503),
    "gateway signature": (401, 404, 413, 503),
    "this machine": (404,),
}
_SCHEMES = {
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "__Host-nhi_console",
        "description": "The session's token (without https: `nhi_console`); a form carries `csrf_token` too.",
    },
    "address": {
        "type": "apiKey",
        "in": "query",
        "name": "token",
        "description": "The signed or random token in the path: who has the address may open it.",
    },
    "LINE signature": {"type": "apiKey", "in": "header", "name": "X-Line-Signature"},
    "gateway signature": {"type": "apiKey", "in": "header", "name": "X-Sandbox-Signature"},
    "this machine": {"type": "http", "scheme": "bearer", "description": "Or from the machine itself."},
}


def web_app() -> Flask:
    """Return the web process with sandbox parts; nothing is opened."""
    settings = Settings.load(env_file=None, NHI_VAR_DIR=tempfile.gettempdir(), NHI_LOG_LEVEL="ERROR")
    return create_app(settings, enqueue=lambda *_: None, tell=lambda *_: None)


def actions_app() -> Flask:
    """Return the action server with sandbox parts."""
    settings = Settings.load(env_file=None, NHI_VAR_DIR=tempfile.gettempdir(), NHI_LOG_LEVEL="ERROR")
    return create_actions(settings)


def doors() -> dict[tuple[str, str], str]:
    """Return (method, path) → door of every route of the web process."""
    with DOORS.open(encoding="utf-8", newline="") as lines:
        return {(row["method"], row["path"]): row["door"] for row in csv.DictReader(lines)}


def web_document(app: Flask) -> dict[str, Any]:
    """Return the web process's document."""
    kiosk, known = kiosk_document(), doors()
    paths: dict[str, dict[str, Any]] = {}
    for method, rule in _routes(app):
        path = _path(rule)
        if path in kiosk["paths"]:
            paths[path] = kiosk["paths"][path]
            continue
        door = known[method, re.sub(r"<[a-z]+(?:\(.*?\))?:", "<", rule.rule)]
        paths.setdefault(path, {})[method.lower()] = _operation(app, method, rule, door)
    return {
        "openapi": "3.1.0",
        "info": {"title": "健保櫃檯: the web process", "version": "1"},
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": kiosk["components"]["schemas"],
            "securitySchemes": kiosk["components"]["securitySchemes"]
            | {_slug(door): scheme for door, scheme in _SCHEMES.items()},
        },
    }


def actions_document(app: Flask) -> dict[str, Any]:
    """Return the action server's document: Rasa's own call, and health."""
    paths: dict[str, dict[str, Any]] = {}
    for method, rule in _routes(app):
        opened = rule.rule == "/health/live"
        answers = {"200": {"description": "Done."}}
        if not opened:
            answers |= {str(one): {"description": _WORDS[one]} for one in (400, 401, 404, 413, 500)}
        found: dict[str, Any] = {
            "operationId": rule.endpoint,
            "summary": "The process answers."
            if opened
            else "Run an action for an open turn (rasa_sdk's call).",
            "security": [] if opened else [{"token": []}],
            "responses": answers,
        }
        if method == "POST":
            call = {
                "type": "object",
                "required": ["next_action", "tracker"],
                "properties": {"next_action": {"type": "string"}, "tracker": {"type": "object"}},
            }
            found["requestBody"] = {"required": True, "content": {"application/json": {"schema": call}}}
        paths.setdefault(rule.rule, {})[method.lower()] = found
    return {
        "openapi": "3.1.0",
        "info": {"title": "健保櫃檯: the action server", "version": "1"},
        "paths": paths,
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    }


_WORDS = {
    200: "Done.",
    303: "Done, or first sign in: the page that follows.",
    400: "Not what the form or the wire says.",
    401: "Not signed, or not by whom it must be.",
    403: "Not for this role.",
    404: "Unknown; forged and over look the same.",
    409: "It stands otherwise by now.",
    410: "The address is over, or never was.",
    413: "Too large.",
    422: "A field is not as it must be; the page says which.",
    429: "Too often.",
    500: "Our fault; nothing of the request is repeated.",
    503: "A part is away; come again.",
}


def _routes(app: Flask) -> Iterator[tuple[str, Rule]]:
    for rule in sorted(app.url_map.iter_rules(), key=lambda one: one.rule):
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield method, rule


def _path(rule: Rule) -> str:
    return re.sub(r"<(?:[a-z]+(?:\(.*?\))?:)?(\w+)>", r"{\1}", rule.rule)


def _slug(door: str) -> str:
    return door.replace(" ", "_").lower()


def _operation(app: Flask, method: str, rule: Rule, door: str) -> dict[str, Any]:
    view = app.view_functions[rule.endpoint]
    reads = _reads(view)
    words = (inspect.getdoc(view) or "").strip().splitlines()
    found: dict[str, Any] = {
        "operationId": rule.endpoint if method == "GET" else f"{rule.endpoint}.{method.lower()}",
        "summary": words[0] if words and not words[0].startswith("The view function") else rule.endpoint,
        "security": [] if door == "open" else [{_slug(door): []}],
        "parameters": [
            *_in_path(rule),
            *(
                {"name": name, "in": "query", "required": False, "schema": {"type": "string"}}
                for name in sorted({name for where, name in reads if where in ("args", "values")})
            ),
        ],
        "responses": {
            str(status): {"description": _WORDS[status]} for status in sorted({200, *_REFUSALS[door]})
        },
    }
    if method != "GET":
        found["requestBody"] = _body(door, reads)
    return found


def _in_path(rule: Rule) -> Iterator[dict[str, Any]]:
    for name in re.findall(r"<(?:[a-z]+(?:\(.*?\))?:)?(\w+)>", rule.rule):
        converter = rule._converters[name]
        schema: dict[str, Any] = {"type": "string", "minLength": 1}
        if "Integer" in type(converter).__name__:
            schema = {"type": "integer", "minimum": 0}
        elif length := re.search(r"\{(\d+)\}", converter.regex):
            schema |= {"minLength": int(length[1]), "maxLength": int(length[1])}
        elif most := re.search(r"\{1,(\d+)\}", converter.regex):
            schema["maxLength"] = int(most[1])
        yield {"name": name, "in": "path", "required": True, "schema": schema}


def _body(door: str, reads: set[tuple[str, str]]) -> dict[str, Any]:
    if door in ("LINE signature", "gateway signature"):
        schema: dict[str, Any] = {"type": "object"}
        if door == "LINE signature":
            schema["properties"] = {
                "destination": {"type": "string"},
                "events": {"type": "array", "items": {"type": "object"}},
            }
        return {"required": True, "content": {"application/json": {"schema": schema}}}
    files = {name for where, name in reads if where == "files"}
    fields: dict[str, Any] = {
        name: {"type": "string"} for where, name in sorted(reads) if where in ("form", "values")
    }
    fields |= {
        name: {"type": "string", "contentMediaType": "application/octet-stream"} for name in sorted(files)
    }
    kind = "multipart/form-data" if files else "application/x-www-form-urlencoded"
    return {"content": {kind: {"schema": {"type": "object", "properties": dict(sorted(fields.items()))}}}}


def _reads(view: Callable[..., Any]) -> set[tuple[str, str]]:
    """Return what a view takes out of a request, following our own functions a few steps."""
    seen: set[int] = set()
    found: set[tuple[str, str]] = set()

    def look(thing: Any, depth: int) -> None:
        if not isinstance(thing, FunctionType | MethodType) or depth == 0:
            return
        owner = getattr(thing, "__self__", None)
        function = inspect.unwrap(getattr(thing, "__func__", thing))
        if not isinstance(function, FunctionType) or id(function) in seen:
            return
        seen.add(id(function))
        if not function.__module__.startswith("bot."):
            return
        source = inspect.getsource(function)
        found.update(_READS.findall(source))
        found.update((where, name) for name, where in _ASKS.findall(source))
        for name in _names(function):
            named = function.__globals__.get(name)
            if name == _LANGUAGE:
                found.add(("args", "lang"))
            elif isinstance(named, Listing):
                found.update(("args", key) for key in (*(one.key for one in named.filters), *_PAGING))
            elif isinstance(named, ModuleType):
                for inner in _names(function):
                    look(getattr(named, inner, None), depth - 1)
            elif named is not None:
                look(named, depth - 1)
            if owner is not None and hasattr(type(owner), name):
                look(getattr(owner, name), depth - 1)
        for cell in function.__closure__ or ():
            look(cell.cell_contents, depth - 1)

    look(view, _DEEP)
    return found


_PAGING = ("page", "per", "after", "as")


def _names(function: FunctionType) -> set[str]:
    names = set(function.__code__.co_names) | set(function.__code__.co_freevars)
    for inner in function.__code__.co_consts:
        names |= set(getattr(inner, "co_names", ()))
    return names


def text(document: dict[str, Any]) -> str:
    """Return a document as it is written."""
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def documents() -> dict[str, dict[str, Any]]:
    """Return file name → document."""
    return {"web.json": web_document(web_app()), "actions.json": actions_document(actions_app())}


if __name__ == "__main__":
    for name, found in documents().items():
        (FOLDER / name).write_text(text(found), encoding="utf-8")
        print(f"{name}: {sum(len(path) for path in found['paths'].values())} operations")
