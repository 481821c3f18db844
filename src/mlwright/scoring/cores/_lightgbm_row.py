"""One row through LightGBM's own quick way for it, which its Python package does not offer.

The package's `Booster.predict` spends most of its time on finding out what it was given. The C interface prepares a
reader for rows of one width once, and then takes a pointer.
"""

from __future__ import annotations

import ctypes
import weakref

import lightgbm
import numpy as np
from numpy.typing import NDArray

FLOAT32, SCORES, FIRST, ALL = 0, 0, 0, -1
"""``C_API_DTYPE_FLOAT32``, ``C_API_PREDICT_NORMAL``, and which trees."""

_library = ctypes.PyDLL(lightgbm.basic._LIB._name)
"""Called with Python's lock held: the prepared reader is not for two threads at once, and a call takes microseconds."""

_predict = _library.LGBM_BoosterPredictForMatSingleRowFast
_predict.argtypes = [ctypes.c_void_p] * 4


class RowReader:
    """Scores of single rows.

    Parameters
    ----------
    booster : lightgbm.Booster
    """

    def __init__(self, booster: lightgbm.Booster) -> None:
        self._booster = booster  # which the prepared reader points into
        self.n_columns = booster.num_feature()
        self.n_outputs = booster.num_model_per_iteration()
        prepared = ctypes.c_void_p()
        failed = _library.LGBM_BoosterPredictForMatSingleRowFastInit(
            booster._handle,
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
        self._prepared = prepared
        weakref.finalize(self, _library.LGBM_FastConfigFree, prepared)

    def scores(self, matrix: NDArray[np.float32]) -> NDArray[np.float64]:
        """Scores of one row, shape (1, n_outputs), from a matrix of shape (1, n_columns)."""
        row = np.ascontiguousarray(matrix, dtype=np.float32)
        found, length = np.empty((1, self.n_outputs)), ctypes.c_int64()
        if _predict(self._prepared, row.ctypes.data, ctypes.addressof(length), found.ctypes.data):
            raise RuntimeError("LightGBM cannot read a row.")
        return found
