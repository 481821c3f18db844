"""Plain Python, without any package."""

from __future__ import annotations

import importlib.util
import json
import tempfile
from collections.abc import Mapping, Sequence
from importlib.resources import files as resources
from pathlib import Path
from typing import Any

import numpy as np

from mlwright.records.bundle import Manifest
from mlwright.shipping.exports import ExportForm, Files, Value
from mlwright.shipping.exports._flat import described, flattened
from mlwright.shipping.exports._graph import Array
from mlwright.shipping.exports._names import read_values
from mlwright.shipping.exports._program import Program

SCORER, MODEL = "scorer.py", "model.json"


class Python(ExportForm):
    """A short program that anyone can read, and the model's numbers beside it as JSON.

    It takes rows as dicts with values as they are, and rows of a CSV file on its standard input.
    """

    title = "Python"
    n_proof_rows = 200

    def write(self, program: Program, manifest: Manifest) -> Files:
        """``scorer.py`` and ``model.json``."""
        facts = {
            "name": program.name,
            "bundle_id": program.bundle_id,
            "target": program.target,
            "classes": list(program.classes),
            "threshold": program.threshold,
            "decided": program.is_decided,
            "inputs": [described(given, manifest.contract) for given in program.inputs],
            "steps": flattened(program),
        }
        text = json.dumps(facts, ensure_ascii=False, separators=(",", ":"))
        return {SCORER: _scorer(), MODEL: text.encode()}

    def run(
        self, files: Mapping[str, bytes], program: Program, manifest: Manifest, rows: Sequence[Mapping[str, Value]]
    ) -> Array:
        """Run the program in this process."""
        with tempfile.TemporaryDirectory() as folder:
            for name, data in files.items():
                (Path(folder) / name).write_bytes(data)
            model = _imported(Path(folder) / SCORER).Model(Path(folder) / MODEL)
        return np.array([model.work(read_values(program, row)) for row in rows])


def _scorer() -> bytes:
    return resources("mlwright.shipping.exports").joinpath("runtime", SCORER).read_bytes()


def _imported(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location("mlwright_exported_scorer", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
