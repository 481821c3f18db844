"""The stage that makes a bundle of a model whose answers were touched up."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.metadata import version

from mlwright.core.run import Run
from mlwright.records.bundle import GoldenRow, Manifest, Packed
from mlwright.records.touched import Touched, Touching
from mlwright.scoring.folder import MANIFEST, UNSEALED
from mlwright.scoring.model import Model
from mlwright.scoring.newer import FORMATS
from mlwright.scoring.single_row import single_row_ms
from mlwright.shipping.contents import answered, complete, packages, size_bytes


def repack(touching: Touching, touched: Touched, run: Run) -> Packed:
    """The bundle as it was packed, with what answers now; that bundle itself where touching up does not help.

    The contract, the proof on test rows and the decision are those of the model as it was trained, and so is the run
    that it names; the golden rows are answered anew.
    """
    base = Manifest.model_validate_json(run.get(touching.base.manifest))
    model, rows = Model.load(touched.model, run.get), [golden.row for golden in base.golden]
    if not touched.helps:
        bundle_id, files = touching.base.bundle_id, base.files | {MANIFEST: touching.base.manifest}
    else:
        draft = base.model_copy(
            update={
                "format": FORMATS[-1],
                "needs": model.needs,
                "bundle_id": UNSEALED,
                "seal": "",
                "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
                "made_by": f"mlwright {version('mlwright')}",
                "model": touched.model,
                "golden": tuple(GoldenRow(row=row, answer=answer) for row, answer in answered(model, rows)),
                "learned": " ".join(
                    filter(None, (base.learned, f"Its answers were touched up since: {touched.sentence}"))
                ),
                "packages": {package: version(package) for package in packages(touched.model)},
                "base": touching.base.bundle_id,
            }
        )
        bundle_id, files = complete(draft, run)
    return Packed(
        bundle_id=bundle_id,
        size_bytes=size_bytes(files, run),
        single_row_ms=single_row_ms(model, rows[0]),
        files=files,
    )
