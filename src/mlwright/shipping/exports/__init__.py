"""The forms in which a model leaves for somebody else's program: as Python, C, SQL or ONNX, without mlwright.

Every form takes the inputs as plain values (numbers, names in their canonical spelling, seconds since 1970), answers
what the bundle answers, and proves it before it is handed over. What a form cannot say exactly it refuses.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import ClassVar

from mlwright.core.family import Family
from mlwright.records.bundle import Manifest
from mlwright.shipping.exports._graph import Array
from mlwright.shipping.exports._program import Program

Files = dict[str, bytes]
Value = float | str | None


class ExportForm(ABC):
    """One form of export."""

    title: ClassVar[str]
    tolerance: ClassVar[float] = 1e-6
    """How far an answer may be from the bundle's own; for numbers as a share of the number."""
    n_proof_rows: ClassVar[int] = 2_000
    """On how many rows that is tried."""

    @abstractmethod
    def write(self, program: Program, manifest: Manifest) -> Files:
        """The export as files, by name.

        Raises
        ------
        ExportRefused
            If this form cannot say what the model computes.
        """

    @abstractmethod
    def run(
        self, files: Mapping[str, bytes], program: Program, manifest: Manifest, rows: Sequence[Mapping[str, Value]]
    ) -> Array:
        """The scores that the files give, shape (n_rows, n_scores); they are really run.

        Parameters
        ----------
        files : dict of str to bytes
            What `write` gave.
        program : Program
        manifest : Manifest
        rows : sequence of dict
            By input: a number (NaN if missing), a canonical name or None, or seconds since 1970.

        Raises
        ------
        NotApplicable
            If what is needed to run them is not here (a compiler).
        """


EXPORT_FORMS: Family[ExportForm] = Family("mlwright.shipping.exports", ExportForm)
