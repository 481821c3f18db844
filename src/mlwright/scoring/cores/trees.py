"""Averaged trees (forests), as ONNX."""

from __future__ import annotations

from typing import Self

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as reasons

from mlwright.core.errors import BundleError
from mlwright.scoring.blocks import Blocks
from mlwright.scoring.cores import Core

ONLY_FATAL = 4
_UNREADABLE = (reasons.Fail, reasons.InvalidArgument, reasons.InvalidGraph, reasons.InvalidProtobuf)
_UNKNOWN = (reasons.NotImplemented, reasons.NoSuchFile, reasons.RuntimeException)


class TreesCore(Core):
    """A tree ensemble in ONNX, which computes the scores from `Blocks.matrix`.

    Parameters
    ----------
    data : bytes
        A model with one input, double of shape (n_rows, n_columns), and one output of shape (n_rows, n_outputs).
    """

    form = "trees"

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._session = onnxruntime.InferenceSession(data, _one_thread(), providers=["CPUExecutionProvider"])
        inputs, outputs = self._session.get_inputs(), self._session.get_outputs()
        if [node.type for node in inputs] != ["tensor(double)"] or len(outputs) != 1:
            raise BundleError("A trees core must have one input of doubles and one output.")
        self._input = inputs[0].name

    def predict(self, blocks: Blocks) -> NDArray[np.float64]:
        """Scores of the rows."""
        matrix = blocks.doubles if len(blocks) == 1 else blocks.matrix().astype(np.float64)
        scores: NDArray[np.float64] = self._session.run(None, {self._input: matrix})[0]
        return scores.astype(np.float64, copy=False)

    def to_bytes(self) -> bytes:
        """The ONNX model."""
        return self.data

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read the ONNX model."""
        try:
            return cls(data)
        except (*_UNREADABLE, *_UNKNOWN) as error:
            raise BundleError(f"A trees core cannot be read: {error}.") from error


def _one_thread() -> onnxruntime.SessionOptions:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = ONLY_FATAL
    return options
