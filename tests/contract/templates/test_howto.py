"""docs/howto/add-a-message.md says what is so."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsone.builtins

from bot.rendering import engine
from bot.rendering.store import template_names

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "howto" / "add-a-message.md").read_text(encoding="utf-8")


def test_the_table_lists_exactly_what_an_expression_may_use() -> None:
    listed = set(re.findall(r"^\| `([a-z_]+)", PAGE, re.MULTILINE))
    given = engine._context("en", "abc").keys() - jsone.builtins.build().keys()
    assert listed == given | {"data"}


def test_the_example_is_a_part_of_the_real_thing() -> None:
    [block] = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    [message] = json.loads(block)
    assert "apply_card" in template_names()
    real = json.loads((ROOT / "templates" / "apply_card" / "message.json").read_text(encoding="utf-8"))
    assert message["in"] == real[0]["in"]
    assert message["$let"]["q"].keys() == real[0]["$let"]["q"].keys()


def test_named_places_and_commands_exist() -> None:
    for place in ("templates/_parts/palette.json", "bot/richmenus/draw.py", "nlu/domain", "bot/locale/th"):
        assert (ROOT / place).exists()
    assert re.search(r"^gallery:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
