"""The house's own rules: arrows, sizes, and names of this kind."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("nhi_core", "bot", "actions", "line_sandbox", "card_kiosk", "nlu", "scripts", "tests")
MOST_LINES = 400


def python_files() -> list[Path]:
    tracked = subprocess.run(
        ["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    return [
        ROOT / name
        for name in tracked.splitlines()
        if name.split("/")[0] in SOURCES and (ROOT / name).exists()
    ]


def tracked_text() -> list[Path]:
    names = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    return [
        ROOT / n for n in names if (ROOT / n).exists() and not n.endswith((".png", ".jpg", ".ttf", ".woff2"))
    ]


def test_no_module_is_longer_than_the_house_allows() -> None:
    too_long = {
        str(path.relative_to(ROOT)): lines
        for path in python_files()
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > MOST_LINES
    }
    assert not too_long


def test_arrows_point_one_way() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]


@pytest.mark.parametrize(
    ("library", "allowed"),
    [
        ("linebot", {"bot/line.py", "bot/line_tokens.py", "scripts/load/sdk_way.py"}),
        ("smartcard", {"card_kiosk/pcsc.py"}),
        ("rasa_sdk", {"actions/"}),
        ("sqlalchemy", {"nhi_core/adapters/db/", "scripts/data_map.py"}),
        ("rasa", {"nlu/"}),
    ],
)
def test_each_outside_library_has_one_door(library: str, allowed: set[str]) -> None:
    pattern = re.compile(rf"^\s*(from|import) {library}(\.|\s|$)", re.MULTILINE)
    found = {
        str(path.relative_to(ROOT))
        for path in python_files()
        if not str(path.relative_to(ROOT)).startswith("tests/")
        and pattern.search(path.read_text(encoding="utf-8"))
    }
    assert {name for name in found if not any(name.startswith(door) for door in allowed)} == set()


def test_nlu_imports_nothing_of_ours() -> None:
    pattern = re.compile(r"^\s*(from|import) (nhi_core|bot|actions|line_sandbox|card_kiosk)\b", re.MULTILINE)
    assert [p for p in (ROOT / "nlu").rglob("*.py") if pattern.search(p.read_text(encoding="utf-8"))] == []


def test_no_package_index_address_is_written_down() -> None:
    pattern = re.compile(r"--(extra-)?index-url|\"resolved\": *\"http|https?://[^ \"]*/simple/?([\" ]|$)")
    own = Path(__file__)
    assert [
        p
        for p in tracked_text()
        if p != own and pattern.search(p.read_text(encoding="utf-8", errors="ignore"))
    ] == []


def test_every_requirement_is_pinned_by_hash() -> None:
    for lock in (ROOT / "requirements").glob("*.txt"):
        if lock.name.endswith("overrides.txt"):
            continue
        blocks = re.split(r"\n(?=[a-zA-Z0-9])", lock.read_text())
        unpinned = [
            b.split()[0] for b in blocks if re.match(r"^[a-zA-Z0-9]", b) and "--hash=sha256:" not in b
        ]
        assert unpinned == [], lock.name


def test_ci_runs_make_test_and_nothing_weaker() -> None:
    lines = [line.strip() for line in (ROOT / ".ci" / "run").read_text().splitlines()]
    commands = [line for line in lines if line and not line.startswith("#")]
    assert commands[-1] == "exec make test"
    assert set(commands[:-1]) == {"set -euo pipefail", 'cd "$(dirname "$0")/.."', "export CI=true"}
