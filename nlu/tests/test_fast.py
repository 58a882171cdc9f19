"""The speed fixes change time and nothing else."""

from __future__ import annotations

from typing import Any, Dict

import pytest
from jsonschema import ValidationError
from rasa.core.actions.action import RemoteAction
from rasa.engine.exceptions import GraphRunError
from rasa.engine.graph import ExecutionContext, GraphComponent, GraphSchema, SchemaNode
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.shared.utils.common import all_subclasses

from nlu import lean
from nlu.components import fast

# The functions as Rasa ships them, taken before the fixes are applied.
SLOW_RESOLVE = Event.__dict__["resolve_by_type"].__func__
SLOW_EMPTY = Domain.is_empty
SLOW_VALIDATE = RemoteAction._validate_action_result
SLOW_RUN = DaskGraphRunner.run
ANSWERS: list = [
    {},
    {"events": [], "responses": []},
    {"events": [{"event": "slot", "name": "a", "value": 1, "timestamp": None}], "responses": [{"text": "x"}]},
    {"events": [{"event": "followup", "name": "action_x", "timestamp": None}]},
    {"events": {}, "responses": []},
    {"events": [], "responses": ["text"]},
    {"events": [{"event": "no_such_event"}]},
    {"events": [{"name": "a"}]},
    [],
    "text",
]


@pytest.fixture(autouse=True)
def _fixes() -> None:
    assert fast.apply()
    assert fast.apply()


def test_every_event_type_resolves_as_before() -> None:
    for kind in {
        cls.type_name for cls in all_subclasses(Event) if isinstance(getattr(cls, "type_name", None), str)
    }:
        for _ in range(2):
            assert Event.resolve_by_type(kind) is SLOW_RESOLVE(kind)


def test_unknown_and_old_types_resolve_as_before() -> None:
    assert Event.resolve_by_type("topic") is None
    assert Event.resolve_by_type("unheard", Event) is Event
    for resolve in (Event.resolve_by_type, SLOW_RESOLVE):
        with pytest.raises(ValueError, match="unheard"):
            resolve("unheard")


def _outcome(validate: Any, answer: Any) -> Any:
    try:
        return validate(RemoteAction("action_x", None), answer)
    except ValidationError as error:
        return error.message, list(error.path), list(error.schema_path)


@pytest.mark.parametrize("answer", ANSWERS)
def test_every_answer_is_judged_as_before(answer: Dict[str, Any]) -> None:
    assert _outcome(RemoteAction._validate_action_result, answer) == _outcome(SLOW_VALIDATE, answer)


def test_empty_and_full_domains_are_told_apart_as_before() -> None:
    full = Domain.from_dict({"intents": ["greet"]})
    for domain in (Domain.empty(), full):
        assert domain.is_empty() == SLOW_EMPTY(domain)


class Joins(GraphComponent):
    """A step that tells what it got."""

    @classmethod
    def create(cls, *_args: Any, **_kwargs: Any) -> "Joins":
        return cls()

    def join(self, **parts: Any) -> str:
        if "broken" in parts:
            raise RuntimeError("broken")
        return "(" + " ".join(f"{name}={value}" for name, value in sorted(parts.items())) + ")"


def _runner(**needs: Dict[str, str]) -> DaskGraphRunner:
    """Return a runner of steps; `needs` says of each step which input or step gives which argument."""
    nodes = {
        name: SchemaNode(needs=own, uses=Joins, constructor_name="create", fn="join", config={}, eager=True)
        for name, own in needs.items()
    }
    return DaskGraphRunner(GraphSchema(nodes), None, ExecutionContext(GraphSchema(nodes)))


@pytest.mark.parametrize("targets", [["last"], ["middle"], ["last", "first"]])
def test_steps_give_what_they_gave_before_whatever_is_wanted(targets: list) -> None:
    runner = _runner(
        last={"a": "middle", "b": "first"}, middle={"x": "first"}, first={"i": "__in__"}, other={}
    )
    for number in (1, [2], {"three": 3}):
        inputs = {"__in__": number}
        assert runner.run(inputs, targets) == SLOW_RUN(runner, inputs, targets)


def test_a_step_that_fails_or_misses_something_fails_as_before() -> None:
    runner = _runner(fails={"broken": "__in__"}, misses={"x": "nobody"})
    for run in (DaskGraphRunner.run, SLOW_RUN):
        for target, inputs in (("misses", {"__in__": 1}), ("misses", {"__in__": "fails"})):
            with pytest.raises(GraphRunError):
                run(runner, inputs, [target])
        with pytest.raises(Exception, match="Error running"):
            run(runner, {"__in__": 1}, ["fails"])


def test_another_rasa_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fast, "version", lambda _name: "3.6.22")
    monkeypatch.setattr(lean, "version", lambda _name: "3.6.22")
    assert fast.apply() is False
    assert lean.install() is False
