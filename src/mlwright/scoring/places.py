"""Where the outputs of each input column stand in the blocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mlwright.records.model import EncodingPlan, TextColumn
from mlwright.scoring.blocks import BlockNames, Blocks

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


@dataclass(frozen=True)
class InputPlaces:
    """Where the outputs of one input column stand in the blocks."""

    numbers: NDArray[np.int64]
    codes: NDArray[np.int64]
    terms: tuple[tuple[int, int], ...]

    def shuffle(self, blocks: Blocks, order: NDArray[np.int64]) -> Blocks:
        """The blocks with this column's outputs taken from other rows, all of a row together."""
        numbers, codes, text = blocks.numbers.copy(), blocks.codes.copy(), blocks.text
        numbers[:, self.numbers] = numbers[order][:, self.numbers]
        codes[:, self.codes] = codes[order][:, self.codes]
        if text is not None:
            for start, end in self.terms:
                text = _hstack([text[:, :start], text[order][:, start:end], text[:, end:]])
        return Blocks(numbers, codes, text)


def places_of(plan: EncodingPlan, names: BlockNames) -> dict[str, InputPlaces]:
    """Where the outputs of every input column of a plan stand."""
    terms: dict[str, list[tuple[int, int]]] = {}
    start = 0
    for column in plan.columns:
        if isinstance(column, TextColumn):
            terms.setdefault(column.name, []).append((start, start + len(column.terms)))
            start += len(column.terms)
    numbers, codes = np.array(names.number_inputs), np.array(names.code_inputs)
    return {
        name: InputPlaces(np.flatnonzero(numbers == name), np.flatnonzero(codes == name), tuple(terms.get(name, ())))
        for name in dict.fromkeys(column.name for column in plan.columns)
    }


def mixed(blocks: Blocks, sources: NDArray[np.int64], places: Sequence[InputPlaces]) -> Blocks:
    """Rows put together from others, input by input.

    Parameters
    ----------
    blocks : Blocks
    sources : array of int, shape (n_new_rows, n_inputs)
        The row of `blocks` that gives each input of each new row.
    places : sequence of InputPlaces
    """
    numbers = np.empty((len(sources), blocks.numbers.shape[1]), dtype=np.float32)
    codes = np.empty((len(sources), blocks.codes.shape[1]), dtype=np.int32)
    for source, place in zip(sources.T, places, strict=True):
        numbers[:, place.numbers] = blocks.numbers[np.ix_(source, place.numbers)]
        codes[:, place.codes] = blocks.codes[np.ix_(source, place.codes)]
    return Blocks(numbers, codes, _mixed_text(blocks.text, sources, places))


def _mixed_text(
    text: csr_matrix | None, sources: NDArray[np.int64], places: Sequence[InputPlaces]
) -> csr_matrix | None:
    if text is None:
        return None
    parts = [
        (start, text[:, start:end][source])
        for source, place in zip(sources.T, places, strict=True)
        for start, end in place.terms
    ]
    return _hstack([part for _, part in sorted(parts, key=lambda part: part[0])])


def _hstack(parts: Sequence[csr_matrix]) -> csr_matrix:
    from scipy.sparse import hstack

    return hstack(parts, format="csr")
