"""Words of people and of staff in a message or a log line are words: never a template, never another line."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
import structlog

from bot.rendering.catalogue import catalogue
from bot.rendering.engine import RenderError, render
from nhi_core import logs
from nhi_core.settings import Settings

TEMPLATES = Path(__file__).resolve().parents[3] / "templates"
HOSTILE = "${7919*6971}{n}{{7919*6971}}<b>{amount}"
RESULT = str(7919 * 6971)


def words_in(value: Any) -> Any:
    """Return a sample with every free text (more than plain letters and signs of a code) replaced."""
    if isinstance(value, dict):
        return {name: words_in(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [words_in(inner) for inner in value]
    if isinstance(value, str) and not value.isascii():
        return HOSTILE
    return value


def samples() -> list[tuple[str, Any]]:
    found = []
    for path in sorted(TEMPLATES.glob("*/sample.json")):
        whole = json.loads(path.read_text("utf-8"))
        cases = whole if isinstance(whole, list) else list(whole.values()) if "cases" in whole else [whole]
        found += [(path.parent.name, case) for case in cases[:1]]
    return found


@pytest.mark.parametrize(("name", "sample"), samples())
def test_words_in_a_view_are_never_worked_out(name: str, sample: Any) -> None:
    changed = words_in(sample)
    if changed == sample:
        return
    try:
        said = json.dumps(render(name, changed, language="zh-TW", session="s"), ensure_ascii=False)
    except RenderError as error:
        said = str(error).replace(HOSTILE, RESULT)  # it names the template, never the person's words
    assert RESULT not in said


def test_a_placeholder_in_somebodys_words_is_not_filled() -> None:
    words = catalogue("zh-TW")
    key = next(key for key in sorted(words.keys()) if "{name}" in words._texts[key][0])
    args = dict.fromkeys(("name", "n", "amount", "day", "office", "title", "code", "count"), "{amount}{key}")
    try:
        said = words.text(key, args)
    except LookupError:
        pytest.skip("this text needs another argument")
    assert "{amount}{key}" in said


@pytest.mark.parametrize("form", ["json", "console"])
def test_words_in_a_log_line_make_no_line_of_their_own_and_move_no_cursor(form: str) -> None:
    out = io.StringIO()
    settings = Settings.load(env_file=None, NHI_LOG_FORMAT=form)
    logs.configure(settings, process="test", stream=out)
    try:
        evil = 'x\n{"event": "staff_signed_in", "level": "info"}\r\x1b[2K\x1b[31m\u202egnp.exe'
        structlog.get_logger("t").info("import_refused", why=evil, column=evil)
    finally:
        structlog.reset_defaults()
    written = out.getvalue()
    assert written.count("\n") == 1
    assert not set(written) & set("\r\u202e")
    assert "\x1b[2K" not in written
