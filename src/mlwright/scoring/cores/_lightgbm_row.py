"""One row through LightGBM's own quick way for it, which its Python package does not offer.

The package's `Booster.predict` spends most of its time on finding out what it was given. The C interface prepares a
reader for rows of one width once, and then takes a pointer.
"""

from __future__ import annotations

import ctypes
import threading
import weakref

import lightgbm
import numpy as np
from numpy.typing import NDArray

FLOAT32, SCORES, FIRST, ALL = 0, 0, 0, -1
"""``C_API_DTYPE_FLOAT32``, ``C_API_PREDICT_NORMAL``, and which trees."""

_library = ctypes.PyDLL(lightgbm.basic._LIB._name)
"""Called with Python's lock held: the prepared reader is not for two threads at once, and a call takes microseconds."""

_predict = _library.LGBM_BoosterPredictForMatSingleRowFast
_predict.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.POINTER(ctypes.c_int64), ctypes.c_void_p]


class RowReader:
    """Scores of single rows.

    Parameters
    ----------
    booster : lightgbm.Booster
    fills : array, shape (n_filled,)
        What stands for a missing value in the first columns; NaN where it stays.
    """

    def __init__(self, booster: lightgbm.Booster, fills: NDArray[np.float64]) -> None:
        self._booster = booster  # which the prepared reader points into
        self.n_columns = booster.num_feature()
        self._row = np.empty(self.n_columns, dtype=np.float32)
        self._scores = np.empty(booster.num_model_per_iteration())
        self._fills = np.full(self.n_columns, np.nan, dtype=np.float32)
        self._fills[: len(fills)] = fills[: self.n_columns]
        self._has_fills = bool(np.isfinite(self._fills).any())
        self._one_at_a_time = threading.Lock()
        length = ctypes.c_int64()
        self._arguments = (
            self._prepare(),
            ctypes.c_void_p(self._row.ctypes.data),
            ctypes.byref(length),
            ctypes.c_void_p(self._scores.ctypes.data),
        )

    def scores(self, row: NDArray[np.float32]) -> NDArray[np.float64]:
        """Scores of one row, shape (1, n_outputs), from its columns, shape (n_columns,)."""
        with self._one_at_a_time:
            self._row[:] = row
            if self._has_fills:
                np.copyto(self._row, self._fills, where=np.isnan(row))
            if _predict(*self._arguments):
                raise RuntimeError("LightGBM cannot read a row.")
            return self._scores[None, :].copy()

    def _prepare(self) -> ctypes.c_void_p:
        prepared = ctypes.c_void_p()
        failed = _library.LGBM_BoosterPredictForMatSingleRowFastInit(
            self._booster._handle,
            ctypes.c_int(SCORES),
            ctypes.c_int(FIRST),
            ctypes.c_int(ALL),
            ctypes.c_int(FLOAT32),
            ctypes.c_int32(self.n_columns),
            ctypes.c_char_p(b"num_threads=1"),
            ctypes.byref(prepared),
        )
        if failed:
            raise RuntimeError("LightGBM cannot prepare to read single rows.")
        weakref.finalize(self, _library.LGBM_FastConfigFree, prepared)
        return prepared
