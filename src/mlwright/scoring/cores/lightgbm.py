"""Boosted trees of LightGBM."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from mlwright.core.errors import BundleError
from mlwright.core.family import NotApplicable
from mlwright.scoring.blocks import Blocks, OneRow
from mlwright.scoring.cores import Core
from mlwright.scoring.cores._lightgbm_library import Booster, RowReader
from mlwright.scoring.fills import fill
from mlwright.scoring.leaves import Leaves, LookedUp
from mlwright.scoring.lightgbm_text import of_lightgbm


class LightGBMCore(Core):
    """A LightGBM model; as its native text with one more line in the header.

    LightGBM reads a missing value as 0 in a column that had none in training. The line ``fills=`` names what stands
    for it instead, one number for each number column, ``nan`` where the trees know what to do with a missing value.

    Parameters
    ----------
    text : str
        What `lightgbm.Booster.model_to_string` gives, with ``fills=`` or without.
    """

    form = "lightgbm"
    open_byte_s = 7e-8

    def __init__(self, text: str) -> None:
        _check_structure(text.encode())
        self.text = text
        self.fills = _fills_of(text)
        self.booster = Booster(text)

    @classmethod
    def of(cls, text: str, fills: NDArray[np.float64]) -> Self:
        """A core from LightGBM's own text and the numbers that stand for missing values."""
        line = f"fills={' '.join(map(repr, fills.tolist()))}\n"
        return cls(text.replace("feature_infos=", f"{line}feature_infos=", 1))

    def predict(self, blocks: Blocks) -> NDArray[np.float64]:
        """Scores of the rows; codes are categorical features."""
        if not len(blocks):
            return np.empty((0, self.booster.n_outputs))
        if len(blocks) == 1 and len(blocks.row) == self.rows.n_columns:
            return self.rows.scores(blocks.row)
        return self.booster.scores(fill(blocks.matrix(), self.fills))

    def looked_up(self, n_levels: Sequence[int]) -> LookedUp | None:
        """A quicker way for a few rows, where the tables do not grow too large."""
        try:
            trees, link = of_lightgbm(self.text)
            return LookedUp(Leaves(trees, self.fills), OneRow.plain, Blocks.matrix, link)
        except NotApplicable:
            return None

    @cached_property
    def rows(self) -> RowReader:
        """The quick way for single rows."""
        return RowReader(self.booster, self.fills)

    def to_bytes(self) -> bytes:
        """The text."""
        return self.text.encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read the text."""
        try:
            return cls(data.decode())
        except (UnicodeDecodeError, ValueError) as error:
            raise BundleError(f"A LightGBM core cannot be read: {error}.") from error


def _check_structure(data: bytes) -> None:
    """See that every tree lies where the header says: LightGBM's own reader ends the process if one does not."""
    sizes = re.search(rb"^tree_sizes=([\d ]+)$", data, re.MULTILINE)
    if not data.startswith(b"tree\n") or not sizes:
        raise BundleError("This is not a LightGBM model in text form.")
    position = sizes.end() + 2
    for number, size in enumerate(map(int, sizes[1].split())):
        if not data.startswith(b"Tree=%d\n" % number, position):
            raise BundleError(f"Tree {number} of a LightGBM core is missing or changed.")
        position += size
    if not data.startswith(b"end of trees", position):
        raise BundleError("A LightGBM core ends too early.")


def _fills_of(text: str) -> NDArray[np.float64]:
    line = re.search(r"^fills=(.*)$", text, re.MULTILINE)
    return np.array(line[1].split() if line else [], dtype=np.float64)
