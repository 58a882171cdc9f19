"""Vietnamese sentence vectors: what means the same lies near, marks or no marks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nlu.components import meaning
from nlu.components.machine import WEIGHTS, dense_views, shares_of


def _likeness(one: str, two: str) -> float:
    return float(np.dot(*meaning.encode([one, two])))


def test_a_line_lies_near_its_paraphrase_and_far_from_another_matter() -> None:
    near = _likeness("thời tiết hôm nay thế nào", "hôm nay trời có mưa không")
    far = _likeness("thời tiết hôm nay thế nào", "đặt báo thức lúc bảy giờ sáng")
    assert near > far + 0.2


def test_a_line_typed_without_marks_lies_near_the_same_line_with_them() -> None:
    assert _likeness("thời tiết hôm nay thế nào", "thoi tiet hom nay the nao") > 0.5


def test_one_line_alone_gets_the_vector_it_gets_among_others() -> None:
    lines = ["tôi nợ bao nhiêu tiền", "mở nhạc lên", "wake me up"]
    together = meaning.encode(lines)
    assert np.allclose(together, np.concatenate([meaning.encode([line]) for line in lines]), atol=1e-5)
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)


def test_without_its_table_the_other_views_carry_the_classifier(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(meaning, "FILE", tmp_path / "none.npz")
    meaning._table.cache_clear()
    try:
        assert not meaning.encode(["tôi nợ bao nhiêu"]).any()
        assert "meaning" not in shares_of(WEIGHTS["vi"])
    finally:
        meaning._table.cache_clear()


def test_vietnamese_is_looked_at_with_them() -> None:
    assert dense_views(shares_of(WEIGHTS["vi"])) == ["meaning"]
