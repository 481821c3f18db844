"""Rows that no core has learned from: children of two neighbours.

How far cores disagree on new rows needs no truth, but rows that none of them knows; of the training rows each is known
to all cores but one. A child has some of its columns from one row and the others from the one that is nearest to it: it
lies where rows lie, about as far from them as new ones do, and nobody has ever told what it comes to. What comes from
one input column stays together.

Columns that hang together closely, as a sum and its parts, come apart in some children, and linear models disagree
about these far too much; who asks must know how much there can be at most.
"""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree
from scipy.stats import rankdata

from mlwright.learning.search.judge import Array, Places
from mlwright.scoring.blocks import BlockNames, Blocks

MOST_COLUMNS = 50
"""By which neighbours are found; of more, so many at random."""


def children(blocks: Blocks, names: BlockNames, rng: np.random.Generator) -> Blocks:
    """One child of each row and its nearest neighbour.

    Parameters
    ----------
    blocks : Blocks
        Two rows at least. Texts stay those of the first parent.
    names : BlockNames
    rng : numpy.random.Generator
    """
    other = blocks.take(_nearest(blocks.matrix().astype(np.float64), rng))
    inputs = list(dict.fromkeys([*names.number_inputs, *names.code_inputs]))
    swapped = rng.random((len(blocks), len(inputs))) < 0.5
    of_numbers, of_codes = (
        swapped[:, [inputs.index(name) for name in each]] for each in (names.number_inputs, names.code_inputs)
    )
    return Blocks(
        np.where(of_numbers, other.numbers, blocks.numbers),
        np.where(of_codes, other.codes, blocks.codes),
        blocks.text,
    )


def _nearest(matrix: Array, rng: np.random.Generator) -> Places:
    """The row nearest to each, by ranks; a missing value lies in the middle."""
    some = np.sort(rng.permutation(matrix.shape[1])[:MOST_COLUMNS])
    if not len(some):
        return np.arange(len(matrix))
    ranks = rankdata(matrix[:, some], axis=0, nan_policy="omit") / len(matrix)
    ranks = np.where(np.isfinite(ranks), ranks, 0.5)
    found = cKDTree(ranks).query(ranks, 2)[1]
    nearest: Places = np.where(found[:, 0] == np.arange(len(ranks)), found[:, 1], found[:, 0])
    return nearest
