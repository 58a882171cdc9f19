"""Languages that learn side by side learn what they would have learnt alone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nlu.components import kept, teach

LESSONS = [
    teach.Lesson("en", ("how much do i owe", "what is my debt", "hello there", "good morning"), ("owe", "owe", "greet", "greet"), 2.0, 0.1, 0.4, 0.02, 0.001),
    teach.Lesson("vi", ("tôi nợ bao nhiêu", "còn thiếu tiền không", "xin chào", "chào bạn"), ("owe", "owe", "greet", "greet"), 2.0, 0.1, 0.4, 0.02, 0.001),
]  # fmt: skip


def test_side_by_side_is_byte_for_byte_the_same(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    alone, together = tmp_path / "alone", tmp_path / "together"
    alone.mkdir()
    together.mkdir()
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    teach.teach_all(LESSONS, alone)
    monkeypatch.setattr(teach, "_WORTH_A_PROCESS", 0)
    teach.teach_all(LESSONS, together)
    names = sorted(file.name for file in alone.iterdir())
    assert names == ["en.json", "en.npz", "vi.json", "vi.npz"]
    assert all((alone / name).read_bytes() == (together / name).read_bytes() for name in names)
    assert os.environ["OMP_NUM_THREADS"] == "2"


def test_what_goes_wrong_in_a_helping_process_is_raised(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(teach, "_WORTH_A_PROCESS", 0)
    with pytest.raises(FileNotFoundError):
        teach.teach_all(LESSONS, tmp_path / "not there")


def test_a_language_whose_lines_are_as_before_does_not_learn_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    once, again, changed = tmp_path / "once", tmp_path / "again", tmp_path / "changed"
    for folder in (once, again, changed):
        folder.mkdir()
    monkeypatch.setenv(kept.FOLDER, str(tmp_path / "kept"))
    teach.teach_all(LESSONS, once)
    monkeypatch.setattr(teach, "train", None)
    teach.teach_all(LESSONS, again)
    names = sorted(file.name for file in once.iterdir())
    assert [(again / name).read_bytes() for name in names] == [(once / name).read_bytes() for name in names]
    lesson = LESSONS[0]._replace(texts=("how much do we owe", *LESSONS[0].texts[1:]))
    with pytest.raises(TypeError):
        teach.teach(lesson, changed)


def test_nothing_is_kept_where_no_folder_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(kept.FOLDER, raising=False)
    assert kept.place(LESSONS[0]) is None


def test_what_another_training_kept_first_stays(tmp_path: Path) -> None:
    file, place = tmp_path / "en.json", tmp_path / "kept" / "name"
    file.write_text("first")
    kept.keep([file], place)
    file.write_text("second")
    kept.keep([file], place)
    assert (place / "en.json").read_text() == "first"
    assert [entry.name for entry in place.parent.iterdir()] == ["name"]


def test_only_the_newest_are_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(kept.FOLDER, str(tmp_path))
    for age in range(4):
        (tmp_path / str(age)).mkdir()
        os.utime(tmp_path / str(age), (1000 - age, 1000 - age))
    assert kept.take(tmp_path / "3", tmp_path)
    kept.prune(2)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["0", "3"]
