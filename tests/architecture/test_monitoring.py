"""Dashboard and alerts speak of metrics that exist, and each alert has a page that says what to do."""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import REGISTRY

from bot.api.figures import NAMES

ROOT = Path(__file__).resolve().parents[2]
_METRIC = re.compile(r"\bnhi_[a-z_]+")
_OF_PROMETHEUS = {"up"}


def known_metrics() -> set[str]:
    """Return the names under which samples can appear."""
    for module in ("bot.metrics", "nhi_core.measures"):
        importlib.import_module(module)
    names = {name for name in REGISTRY._names_to_collectors if name.startswith("nhi_")}
    return {name for name in names if not name.endswith("_created")} | set(NAMES)


def alerts() -> list[dict[str, Any]]:
    rules = yaml.safe_load((ROOT / "deploy/prometheus/alerts.yml").read_text("utf-8"))
    return [rule for group in rules["groups"] for rule in group["rules"]]


def expressions() -> Iterator[tuple[str, str]]:
    for rule in alerts():
        yield rule["alert"], rule["expr"]
    board = json.loads((ROOT / "deploy/grafana/nhi-counter.json").read_text("utf-8"))
    for panel in board["panels"]:
        for target in panel["targets"]:
            yield panel["title"], target["expr"]


@pytest.mark.parametrize(("where", "expression"), list(expressions()))
def test_an_expression_is_whole_and_names_metrics_that_exist(where: str, expression: str) -> None:
    used = set(_METRIC.findall(expression))
    assert used or "up" in expression, where
    assert used <= known_metrics(), where
    for opening, closing in ("()", "{}", "[]"):
        assert expression.count(opening) == expression.count(closing), where


def test_every_alert_is_complete_and_has_its_page() -> None:
    for rule in alerts():
        assert {"alert", "expr", "for", "labels", "annotations"} == set(rule), rule["alert"]
        assert rule["labels"]["severity"] in {"page", "ticket"}
        page = ROOT / rule["annotations"]["runbook"]
        assert page.read_text("utf-8").startswith(f"# {rule['alert']}\n"), rule["alert"]


def test_panels_do_not_lie_on_one_another() -> None:
    board = json.loads((ROOT / "deploy/grafana/nhi-counter.json").read_text("utf-8"))
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in board["panels"]]
    assert len(set(places)) == len(places) == len({panel["id"] for panel in board["panels"]})
