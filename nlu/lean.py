"""Run Rasa without loading TensorFlow, which our pipeline never uses (3.6 s and 337 MB at start).

Rasa imports a handful of its own TensorFlow modules from places every server needs, only to name a class or a
helper that DIET and TED use. Those modules are replaced by stand-ins whose names exist and whose use is an
error. Checked against one version of Rasa: with any other the real modules are loaded, slower but whole.
"""

from __future__ import annotations

import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.metadata import version
from types import ModuleType
from typing import Any, Optional, Sequence

RASA_VERSION = "3.6.21"

# Imported by Rasa's core, and importing TensorFlow themselves.
TENSORFLOW_MODULES = frozenset(
    "rasa.utils.tensorflow." + name
    for name in (
        "callback",
        "data_generator",
        "model_data",
        "model_data_utils",
        "models",
        "layers",
        "rasa_layers",
    )
) | {
    # The list of every stock component. The recipe wants it only to register them; see `_DEFAULT_COMPONENTS`.
    "rasa.engine.recipes.default_components",
    "rasa.nlu.classifiers.diet_classifier",
    "rasa.nlu.selectors.response_selector",
    "rasa.core.policies.ted_policy",
    "rasa.core.policies.unexpected_intent_policy",
}


class NotLoadedError(RuntimeError):
    """Something wanted TensorFlow although the server runs without it."""


def _placeholder(module: str, name: str) -> type:
    def refuse(_self: Any, *_args: Any, **_kwargs: Any) -> None:
        raise NotLoadedError(f"{module}.{name} needs TensorFlow, which this server does not load")

    return type(name, (), {"__init__": refuse, "__module__": module})


class _StandIn(ModuleType):
    """A module in which any public name is a class that refuses to be made."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        made = _placeholder(self.__name__, name)
        setattr(self, name, made)
        return made


class _Finder(MetaPathFinder, Loader):
    def find_spec(
        self, fullname: str, path: Optional[Sequence[str]] = None, target: Optional[ModuleType] = None
    ) -> Optional[ModuleSpec]:
        del path, target
        return ModuleSpec(fullname, self) if fullname in TENSORFLOW_MODULES else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _StandIn(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        if module.__name__ == "rasa.engine.recipes.default_components":
            _register_what_we_use(module)


def _register_what_we_use(module: ModuleType) -> None:
    from rasa.core.policies.rule_policy import RulePolicy  # noqa: PLC0415 - only once Rasa asks for it

    module.DEFAULT_COMPONENTS = [RulePolicy]  # type: ignore[attr-defined]


def install() -> bool:
    """Put the stand-ins in place. Call it before importing rasa. False: another Rasa, nothing was changed."""
    if version("rasa") != RASA_VERSION:
        return False
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())
    return True
