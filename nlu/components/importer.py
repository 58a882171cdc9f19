"""Rasa's file importer, which also remembers the language of every example: the name of its folder."""

from __future__ import annotations

from pathlib import Path
from typing import List, Optional

from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.importers.utils import training_data_from_paths
from rasa.shared.nlu.training_data.training_data import TrainingData

LANGUAGES = ("zh-TW", "en", "id", "vi", "th")
LANGUAGE_KEY = "language"


def language_of(path: str) -> Optional[str]:
    """Return the language a file's examples are written in: nearest folder named for a language."""
    for parent in Path(path).parents:
        if parent.name in LANGUAGES:
            return parent.name
    return None


class LanguageFolderImporter(RasaFileImporter):
    """Reads nlu/data/nlu/<language>/<intent>.yml, in a fixed order."""

    def get_nlu_data(self, language: Optional[str] = "en") -> TrainingData:
        """Return all examples, each with `language` in its data."""
        parts: List[TrainingData] = []
        for path in sorted(self._nlu_files):
            part = training_data_from_paths([path], language or "en")
            written_in = language_of(path)
            for example in part.training_examples:
                if written_in is not None:
                    example.set(LANGUAGE_KEY, written_in)
            parts.append(part)
        return TrainingData().merge(*parts)
