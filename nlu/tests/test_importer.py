"""Examples are read once, in a fixed order, with their language; copies of them are cheap and apart."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path

import pytest
from rasa.shared.importers.utils import training_data_from_paths
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.components import importer
from nlu.components.importer import LanguageFolderImporter, Line

FILE = """version: "3.1"
nlu:
- intent: {intent}
  examples: |
    - {line}
    - [{number}](amount) {line}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for language, intent, line in (
        ("zh-TW", "owe", "欠多少"),
        ("en", "owe", "i owe"),
        ("en", "greet", "hello"),
    ):
        file = tmp_path / "nlu" / language / f"{intent}.yml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(FILE.format(intent=intent, line=line, number=100), encoding="utf-8")
    return tmp_path


def _importer(project: Path) -> LanguageFolderImporter:
    return LanguageFolderImporter(None, None, [str(project)])


def test_examples_are_those_that_rasa_reads_with_the_language_of_their_folder(project: Path) -> None:
    data = _importer(project).get_nlu_data()
    files = sorted(str(file) for file in project.rglob("*.yml"))
    theirs = TrainingData().merge(*(training_data_from_paths([file], "en") for file in files))
    assert [(e.get("text"), e.get("intent"), e.get("entities")) for e in data.training_examples] == [
        (e.get("text"), e.get("intent"), e.get("entities")) for e in theirs.training_examples
    ]
    assert [e.get("language") for e in data.training_examples] == ["en"] * 4 + ["zh-TW"] * 2


def test_files_are_read_once_however_often_rasa_asks(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = _importer(project)
    first = asked.get_nlu_data()
    monkeypatch.setattr(importer, "training_data_from_paths", None)
    assert asked.get_nlu_data("zh") is first


def test_a_copy_of_an_example_is_equal_and_shares_nothing_that_can_change() -> None:
    line = Line({"text": "100", "entities": [{"entity": "amount", "value": "100"}]})
    line.fingerprint()
    copy = deepcopy(line)
    assert copy == line
    copy.get("entities")[0]["value"] = "200"
    copy.set("text", "200", add_to_output=True)
    copy.output_properties.add("x")
    assert line.get("entities") == [{"entity": "amount", "value": "100"}]
    assert line.get("text") == "100"
    assert line.output_properties == {"text"}
    assert copy != line
