"""Hot spots of Rasa 3.6.21 made cheap, without changing a result.

`Event.resolve_by_type` walks every subclass for every event of every tracker it loads. `RemoteAction`
builds the schema of an action's answer, and a validator for it, at each call (RasaHQ/rasa#11717): most of a
turn. `Domain.is_empty` builds an empty domain for every line parsed. `DaskGraphRunner.run` has dask plan the
same few steps anew for every line and every prediction. With any other version of Rasa nothing is touched.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple, Type

from jsonschema import ValidationError
from jsonschema.validators import validator_for

from nlu.lean import RASA_VERSION

_applied = False


def _cached_resolver(slow: Callable[..., Any]) -> Callable[..., Any]:
    known: Dict[str, Type[Any]] = {}

    def resolve_by_type(type_name: str, default: Optional[Type[Any]] = None) -> Optional[Type[Any]]:
        found = known.get(type_name)
        if found is not None:
            return found
        result: Optional[Type[Any]] = slow(type_name, default)
        # A default is the caller's own and stays out of the cache.
        if result is not None and result.type_name == type_name:
            known[type_name] = result
        return result

    return resolve_by_type


def _validate_once(action: Type[Any], slow: Callable[[Any, Dict[str, Any]], bool]) -> Callable[..., bool]:
    schema = action.action_response_format_spec()
    validator_class = validator_for(schema)
    validator_class.check_schema(schema)
    validator = validator_class(schema)

    def _validate_action_result(self: Any, result: Dict[str, Any]) -> bool:
        try:
            validator.validate(result)
        except ValidationError:
            # Rasa's own way once more, so that the error is exactly Rasa's.
            return slow(self, result)
        return True

    return _validate_action_result


def _compare_once(domain: Type[Any]) -> Callable[[Any], bool]:
    empty = domain.empty().as_dict()

    def is_empty(self: Any) -> bool:
        return bool(self.as_dict() == empty)

    return is_empty


def _plan(schema: Any, targets: Sequence[str]) -> List[Tuple[str, Tuple[str, ...]]]:
    """Return the steps that lead to the targets, each after all it needs, with the names of those."""
    nodes = schema.minimal_graph_schema(list(targets)).nodes
    planned: Dict[str, Tuple[str, ...]] = {}

    def add(name: str) -> None:
        if name in nodes and name not in planned:
            needs = tuple(nodes[name].needs.values())
            for need in needs:
                add(need)
            planned[name] = needs

    for target in targets:
        add(target)
    return list(planned.items())


def _planned_once(slow: Callable[..., Any], failure: Type[Exception]) -> Callable[..., Any]:
    def run(
        self: Any, inputs: Optional[Dict[str, Any]] = None, targets: Optional[List[str]] = None
    ) -> Dict[str, Any]:
        given = inputs or {}
        # Some inputs that are text Rasa refuses; its own way says which.
        if any(isinstance(value, str) for value in given.values()):
            return dict(slow(self, inputs, targets))
        wanted = tuple(targets or self._graph_schema.target_names)
        plans = self.__dict__.setdefault("_plans", {})
        if wanted not in plans:
            plans[wanted] = _plan(self._graph_schema, wanted)
        done: Dict[str, Any] = {name: (name, value) for name, value in given.items()}
        try:
            for name, needs in plans[wanted]:
                if name not in done:
                    # As with dask, what nobody provides stays a name, and the step says that it misses it.
                    done[name] = self._instantiated_nodes[name](*(done.get(need, need) for need in needs))
        except RuntimeError as problem:
            raise failure("Error running runner.") from problem
        return dict(done[name] for name in wanted)

    return run


def apply() -> bool:
    """Make the functions fast; safe to call again. False: another Rasa, nothing was changed."""
    global _applied  # noqa: PLW0603 - a patch of the process is state of the process
    if version("rasa") != RASA_VERSION:
        return False
    if _applied:
        return True
    from rasa.core.actions.action import RemoteAction  # noqa: PLC0415 - after lean.install
    from rasa.engine.exceptions import GraphRunError  # noqa: PLC0415
    from rasa.engine.runner.dask import DaskGraphRunner  # noqa: PLC0415
    from rasa.shared.core.domain import Domain  # noqa: PLC0415
    from rasa.shared.core.events import Event  # noqa: PLC0415

    setattr(Event, "resolve_by_type", staticmethod(_cached_resolver(Event.resolve_by_type)))  # noqa: B010
    setattr(  # noqa: B010
        RemoteAction,
        "_validate_action_result",
        _validate_once(RemoteAction, RemoteAction._validate_action_result),
    )
    setattr(Domain, "is_empty", _compare_once(Domain))  # noqa: B010
    setattr(DaskGraphRunner, "run", _planned_once(DaskGraphRunner.run, GraphRunError))  # noqa: B010
    _applied = True
    return True
