"""Boosted trees of CatBoost in its own form, which its library reads."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from mlwright.core.errors import BundleError
from mlwright.core.family import NotApplicable
from mlwright.scoring.blocks import Blocks
from mlwright.scoring.catboost_rows import features
from mlwright.scoring.catboost_trees import read_catboost
from mlwright.scoring.cores import Core
from mlwright.scoring.cores.symmetric import SymmetricCore
from mlwright.scoring.leaves import LookedUp
from mlwright.scoring.links import LINKS, softmax

Array = NDArray[np.float64]

FILLS_KEY, LINK_KEY = "mlwright_fills", "mlwright_link"
CHANGING: Final[tuple[str, ...]] = ("train_finish_time", "model_guid")
"""What CatBoost writes into a model that differs from fit to fit."""


class CatBoostCore(Core):
    """A CatBoost model, in its native form (cbm), for what `SymmetricCore` cannot say and in older bundles.

    Two entries of its metadata are ours: what stands for a missing value in number columns that had none in
    training (`nan` elsewhere), and the place in `LINKS` of what makes scores of the trees' sums.

    Parameters
    ----------
    model : catboost.CatBoost
        Trained on `features`.
    """

    form = "catboost"
    open_byte_s = 1.1e-7

    def __init__(self, model: Any) -> None:
        metadata = dict(model.get_metadata().items())
        if missing := {FILLS_KEY, LINK_KEY} - set(metadata):
            raise BundleError(f"A CatBoost core lacks {min(missing)!r} in its metadata: it was made by somebody else.")
        self.model = model
        self.fills = np.array(metadata[FILLS_KEY].split(), dtype=np.float64)
        self.link = LINKS[int(metadata[LINK_KEY])]

    @classmethod
    def of(cls, model: Any, fills: Array, link: int) -> Self:
        """A core from a trained model; what differs from fit to fit is wiped out of it."""
        metadata = model.get_metadata()
        for key in CHANGING:
            metadata[key] = ""
        metadata[FILLS_KEY] = " ".join(map(repr, fills.tolist()))
        metadata[LINK_KEY] = str(link)
        return cls(model)

    def predict(self, blocks: Blocks) -> Array:
        """Scores of the rows; codes are categories."""
        if not len(blocks):
            return np.empty((0, len(self.model.classes_) if self.link is softmax else 1))
        import catboost

        pool = catboost.Pool(features(blocks, self.fills))  # handed over as such it saves a third of a row's time
        sums: Array = self.model.predict(pool, prediction_type="RawFormulaVal", thread_count=1)
        return self.link(np.asarray(sums, dtype=np.float64).reshape(len(blocks), -1))

    def symmetric(self, n_levels: Sequence[int]) -> SymmetricCore:
        """The same trees as arrays of our own, which need no library.

        Parameters
        ----------
        n_levels : sequence of int
            As in `BlockNames`.

        Raises
        ------
        NotApplicable
            If it asks questions of another kind.
        """
        return SymmetricCore(read_catboost(self.model, self.fills, n_levels, LINKS.index(self.link)))

    def looked_up(self, n_levels: Sequence[int]) -> LookedUp | None:
        """As that of the arrays."""
        try:
            return self.symmetric(n_levels).looked_up(n_levels)
        except NotApplicable:
            return None

    def to_bytes(self) -> bytes:
        """The cbm file."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.cbm"
            self.model.save_model(str(path), format="cbm")
            return path.read_bytes()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read the cbm file."""
        import catboost

        model = catboost.CatBoost()
        try:
            model.load_model(blob=data)
            return cls(model)
        except (catboost.CatBoostError, KeyError, ValueError, IndexError) as error:
            raise BundleError(f"A CatBoost core cannot be read: {error}.") from error
