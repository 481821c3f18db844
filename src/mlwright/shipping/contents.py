"""What is written into a bundle beside its manifest: files, packages, and rows with their answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import version

import numpy as np

from mlwright.core.errors import Fault
from mlwright.core.run import Run
from mlwright.records.bundle import Manifest
from mlwright.records.model import CoreForm, ModelSpec
from mlwright.scoring.columns import to_arrow
from mlwright.scoring.folder import MANIFEST, sealed
from mlwright.scoring.model import Model
from mlwright.scoring.proof import TOLERANCE
from mlwright.scoring.single_row import Json
from mlwright.shipping.card import write_card
from mlwright.shipping.parts import parts
from mlwright.shipping.sbom import SBOM, write_sbom

ENDINGS: dict[CoreForm, str] = {
    "constant": "json",
    "linear": "safetensors",
    "net": "safetensors",
    "nets": "safetensors",
    "lightgbm": "txt",
    "crafted": "safetensors",
    "catboost": "cbm",
    "crafted_catboost": "safetensors",
    "symmetric": "safetensors",
    "crafted_symmetric": "safetensors",
    "trees": "onnx",
}
PACKAGES = ("numpy", "pyarrow", "pydantic", "safetensors", "scipy")
PACKAGES_OF: dict[CoreForm, str] = {
    "lightgbm": "lightgbm",
    "crafted": "lightgbm",
    "catboost": "catboost",
    "crafted_catboost": "catboost",
    "trees": "onnxruntime",
}


def answered(model: Model, rows: Sequence[dict[str, Json]]) -> list[tuple[dict[str, Json], tuple[float, ...]]]:
    """Rows with their answers, which a table and records must get alike."""
    scores = model.predict(model.encoder.encode_records(rows))
    if not np.allclose(scores, model.scores(to_arrow(rows)), rtol=TOLERANCE, atol=TOLERANCE):
        raise Fault(
            "The model answers records and tables differently.", "Please report this, with the data if you can."
        )
    answers = np.hstack([1.0 - scores, scores]) if model.spec.task == "binary" else scores
    return [(row, tuple(answer)) for row, answer in zip(rows, answers.tolist(), strict=True)]


def model_files(spec: ModelSpec) -> dict[str, str]:
    """Blobs of the model by their path in the bundle."""
    files = {f"model/{ref.blob[:12]}.{ENDINGS[ref.form]}": ref.blob for member in spec.members for ref in member.cores}
    if spec.plan.arrays is not None:
        files[f"model/{spec.plan.arrays[:12]}.safetensors"] = spec.plan.arrays
    return files


def packages(spec: ModelSpec) -> list[str]:
    """What scoring needs, and no more."""
    forms = {ref.form for member in spec.members for ref in member.cores}
    return sorted({*PACKAGES, *(PACKAGES_OF[form] for form in forms if form in PACKAGES_OF)})


def complete(draft: Manifest, run: Run) -> tuple[str, dict[str, str]]:
    """The name of the bundle, and the blobs of all its files: the model, its papers, and the manifest."""
    files = model_files(draft.model)
    files["card.md"] = run.put(write_card(draft).encode())
    files["requirements.txt"] = run.put(_requirements(draft.packages).encode())
    model_parts, made_by = parts(draft.packages).values(), draft.made_by
    files[SBOM] = run.put(write_sbom(draft.name, model_parts, model_files(draft.model), made_by=made_by))
    bundle_id, manifest = sealed(draft.model_copy(update={"files": dict(sorted(files.items()))}))
    return bundle_id, files | {MANIFEST: run.put(manifest)}


def size_bytes(files: Mapping[str, str], run: Run) -> int:
    """Of all files together."""
    return sum(run.path(blob).stat().st_size for blob in files.values())


def _requirements(packages: Mapping[str, str]) -> str:
    pinned = {"mlwright": version("mlwright"), **packages}
    return "".join(f"{package}=={number}\n" for package, number in pinned.items())
