"""Keep a component's parameters in its resource: arrays as npz, the rest as JSON. Never pickle."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any, Dict, Mapping

import numpy as np

_EARLIEST = (1980, 1, 1, 0, 0, 0)


def save_arrays(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Write arrays so that equal arrays give equal bytes (numpy's own writer stamps the time)."""
    with zipfile.ZipFile(path, "w") as archive:
        for name in sorted(arrays):
            body = io.BytesIO()
            np.lib.format.write_array(body, np.ascontiguousarray(arrays[name]), allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", _EARLIEST), body.getvalue())


def load_arrays(path: Path) -> Dict[str, np.ndarray]:
    """Read arrays back."""
    with np.load(path, allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}


def save_json(path: Path, value: Any) -> None:
    """Write a value as JSON with sorted keys."""
    path.write_text(json.dumps(value, ensure_ascii=False, sort_keys=True), encoding="utf-8")


def load_json(path: Path) -> Any:
    """Read a value back."""
    return json.loads(path.read_text(encoding="utf-8"))
