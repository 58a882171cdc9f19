"""Languages that learn side by side learn what they would have learnt alone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nlu.components import teach

LESSONS = [
    teach.Lesson("en", ("how much do i owe", "what is my debt", "hello there", "good morning"), ("owe", "owe", "greet", "greet"), 2.0, 0.1, 0.4, 0.02),
    teach.Lesson("vi", ("tôi nợ bao nhiêu", "còn thiếu tiền không", "xin chào", "chào bạn"), ("owe", "owe", "greet", "greet"), 2.0, 0.1, 0.4, 0.02),
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
