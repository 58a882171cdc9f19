"""A trained machine and its calibration as files: arrays as npz, names as JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Tuple

import numpy as np
from scipy.sparse import csr_matrix

from nlu.components.calibration import Calibration
from nlu.components.machine import SPARSE, Dense, Machine
from nlu.components.storage import load_arrays, load_json, save_arrays, save_json
from nlu.components.tfidf import Tfidf


def write(folder: Path, language: str, machine: Machine, calibration: Calibration) -> None:
    """Write one language's machine into a folder."""
    save_arrays(
        folder / f"{language}.npz",
        {
            "values": machine.columns.data.astype(np.float32),
            "indices": machine.columns.indices,
            "starts": machine.columns.indptr,
            "coefficients": machine.coefficients.astype(np.float32),
            **({} if machine.first is None else {"first": machine.first.astype(np.float32)}),
            "owner": machine.owner,
            **{f"idf_{view}": tfidf.idf for view, tfidf in machine.views.items()},
            **{f"projection_{view}": dense.projection for view, dense in machine.dense.items()},
            **{f"vectors_{view}": dense.vectors.astype(np.float32) for view, dense in machine.dense.items()},
        },
    )
    save_json(
        folder / f"{language}.json",
        {
            "classes": machine.classes,
            "gamma": machine.gamma,
            "shares": dict(machine.shares),
            "shape": list(machine.columns.shape),
            "calibration": calibration.as_dict(),
            "dense": list(machine.dense),
            "pieces": {view: tfidf.vocabulary for view, tfidf in machine.views.items()},
        },
    )


def read(folder: Path, language: str) -> Tuple[Machine, Calibration]:
    """Read one language's machine from a folder."""
    arrays, names = load_arrays(folder / f"{language}.npz"), load_json(folder / f"{language}.json")
    columns = (arrays["values"], arrays["indices"], arrays["starts"])
    machine = Machine(
        classes=names["classes"],
        gamma=names["gamma"],
        views={view: Tfidf(names["pieces"][view], arrays[f"idf_{view}"]) for view in SPARSE},
        columns=csr_matrix(columns, shape=tuple(names["shape"])),
        dense={
            view: Dense(arrays[f"projection_{view}"], arrays[f"vectors_{view}"]) for view in names["dense"]
        },
        coefficients=arrays["coefficients"],
        first=arrays.get("first"),
        owner=arrays["owner"],
        shares=names["shares"],
    )
    return machine, Calibration.read(names["calibration"])
