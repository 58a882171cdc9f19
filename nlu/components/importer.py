"""Rasa's file importer, which also remembers the language of every example: the name of its folder."""

from __future__ import annotations

from copy import copy, deepcopy
from pathlib import Path
from typing import Any, Dict, List, Optional

from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.importers.utils import training_data_from_paths
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

LANGUAGES = ("zh-TW", "en", "id", "vi", "th")
LANGUAGE_KEY = "language"


def language_of(path: str) -> Optional[str]:
    """Return the language a file's examples are written in: nearest folder named for a language."""
    for parent in Path(path).parents:
        if parent.name in LANGUAGES:
            return parent.name
    return None


class Line(Message):
    """An example that is copied in no time: Rasa copies all of them a dozen times before it trains."""

    def __deepcopy__(self, memo: Dict[int, Any]) -> "Line":
        """Return a copy that shares nothing that can change; most lines hold text only."""
        made = copy(self)
        made.data = {
            name: value if isinstance(value, str) else deepcopy(value, memo)
            for name, value in self.data.items()
        }
        made.features, made.output_properties = list(self.features), set(self.output_properties)
        return made


class LanguageFolderImporter(RasaFileImporter):
    """Reads nlu/data/nlu/<language>/<intent>.yml, in a fixed order, once."""

    _read: Optional[TrainingData] = None

    def get_nlu_data(self, language: Optional[str] = "en") -> TrainingData:
        """Return all examples, each with `language` in its data.

        Rasa asks three times, and copies what it gets. Merging file by file would copy and compare all
        examples at each, so they are put together once.
        """
        if self._read is None:
            self._read = _together([_part(path, language or "en") for path in sorted(self._nlu_files)])
        return self._read


def _part(path: str, language: str) -> TrainingData:
    part = training_data_from_paths([path], language)
    written_in = language_of(path)
    part.training_examples = [Line(example.data) for example in part.training_examples]
    for example in part.training_examples:
        if written_in is not None:
            example.set(LANGUAGE_KEY, written_in)
    return part


def _together(parts: List[TrainingData]) -> TrainingData:
    return TrainingData(
        [example for part in parts for example in part.training_examples],
        {text: value for part in parts for text, value in part.entity_synonyms.items()},
        [feature for part in parts for feature in part.regex_features],
        [table for part in parts for table in part.lookup_tables],
        {name: response for part in parts for name, response in part.responses.items()},
    )
