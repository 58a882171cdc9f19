"""Words of the lexicon in a line: payment channels, languages and notice categories."""

from __future__ import annotations

from functools import lru_cache
from typing import Dict, FrozenSet, Iterator

from nlu.components.values.found import Found
from nlu.components.values.lexicon import Names, forms, load


@lru_cache(maxsize=1)
def _terms() -> Dict[str, "Names[str]"]:
    return {
        entity: Names(
            {form: value for value, names in values.items() for name in names for form in forms(name)}
        )
        for entity, values in load("terms.yml").items()
    }


@lru_cache(maxsize=1)
def _weak() -> Dict[str, FrozenSet[str]]:
    return {
        entity: frozenset(form for name in names for form in forms(name))
        for entity, names in load("weak.yml").items()
    }


def terms(folded: str) -> Iterator[Found]:
    """Yield what the lexicon knows in a line; names that are everyday words too are not sure."""
    weak = _weak()
    for entity, names in _terms().items():
        for start, end, value in names.find(folded):
            yield Found(start, end, entity, value, folded[start:end] not in weak[entity])
