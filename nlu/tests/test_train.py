"""A model is trained again only when something it is made from has changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from nlu import train
from nlu.components.storage import load_arrays, save_arrays


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in ("domain", "data/nlu/en", "lexicon", "components"):
        (tmp_path / name).mkdir(parents=True)
    for name in (
        "config.yml",
        "domain/talk.yml",
        "data/nlu/en/greet.yml",
        "lexicon/terms.yml",
        "components/views.py",
        "lean.py",
    ):
        (tmp_path / name).write_text(name)
    return tmp_path


@pytest.mark.parametrize(
    "changed",
    ["config.yml", "domain/talk.yml", "data/nlu/en/greet.yml", "lexicon/terms.yml", "components/views.py"],
)
def test_any_change_gives_another_name(project: Path, changed: str) -> None:
    before = train.project_hash(project)
    assert train.project_hash(project) == before
    (project / changed).write_text("changed")
    assert train.project_hash(project) != before


def test_a_moved_file_gives_another_name_and_a_byte_cache_does_not(project: Path) -> None:
    before = train.project_hash(project)
    (project / "components" / "views.pyc").write_bytes(b"1")
    assert train.project_hash(project) == before
    (project / "data/nlu/en/greet.yml").rename(project / "data/nlu/en/hello.yml")
    assert train.project_hash(project) != before


def test_a_model_that_is_there_is_not_trained_again(tmp_path: Path) -> None:
    there = train.model_path(tmp_path)
    there.write_bytes(b"model")
    assert train.train(tmp_path) == (there, False)


def test_equal_arrays_are_equal_bytes(tmp_path: Path) -> None:
    import numpy as np

    arrays = {"b": np.arange(6).reshape(2, 3), "a": np.ones(3, np.float32)}
    save_arrays(tmp_path / "one.npz", arrays)
    save_arrays(tmp_path / "two.npz", dict(reversed(arrays.items())))
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()
    assert (load_arrays(tmp_path / "one.npz")["b"] == arrays["b"]).all()
