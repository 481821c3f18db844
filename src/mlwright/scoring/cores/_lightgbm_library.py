"""LightGBM's own library, through its C interface: trees from their text, and the scores of rows.

Its Python package loads SciPy, and with it 24 MB and 0.15 s that a process that answers can do without; and it has no
quick way for single rows: `Booster.predict` spends most of its time on finding out what it was given. The C interface
prepares a reader for rows of one width once, and then takes a pointer.

References
----------
https://lightgbm.readthedocs.io/en/stable/C-API.html
"""

from __future__ import annotations

import ctypes
import sys
import threading
import weakref
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FLOAT32, ROW_MAJOR, SCORES, FIRST, ALL = 0, 1, 0, 0, -1
"""``C_API_DTYPE_FLOAT32``, the layout, ``C_API_PREDICT_NORMAL``, and which trees."""

ONE_THREAD = ctypes.c_char_p(b"num_threads=1")
NAMES = {"win32": "lib_lightgbm.dll", "darwin": "lib_lightgbm.dylib"}


def library_path() -> str:
    """Where the library lies.

    Raises
    ------
    ModuleNotFoundError
        If LightGBM is not installed.
    """
    spec = find_spec("lightgbm")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("No module named 'lightgbm'", name="lightgbm")
    folder, name = Path(spec.origin).parent, NAMES.get(sys.platform, "lib_lightgbm.so")
    for place in (folder / "lib", folder / "bin", folder.parent):
        if (place / name).is_file():
            return str(place / name)
    import lightgbm  # some distributions keep it elsewhere, and their package knows where

    path: str = lightgbm.basic._LIB._name
    return path


_of_many = ctypes.CDLL(library_path())
_of_one = ctypes.PyDLL(_of_many._name)
"""Called with Python's lock held: the prepared reader is not for two threads at once, and a call takes microseconds."""

_of_many.LGBM_GetLastError.restype = ctypes.c_char_p
_predict_one = _of_one.LGBM_BoosterPredictForMatSingleRowFast
_predict_one.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.POINTER(ctypes.c_int64), ctypes.c_void_p]


class Booster:
    """Trees of LightGBM, ready to score.

    Parameters
    ----------
    text : str
        In LightGBM's own form.

    Attributes
    ----------
    n_columns, n_outputs : int

    Raises
    ------
    ValueError
        If it cannot be read.
    """

    def __init__(self, text: str) -> None:
        self.handle, n_rounds = ctypes.c_void_p(), ctypes.c_int()
        data = ctypes.c_char_p(text.encode())
        _check(_of_many.LGBM_BoosterLoadModelFromString(data, ctypes.byref(n_rounds), ctypes.byref(self.handle)))
        weakref.finalize(self, _of_many.LGBM_BoosterFree, self.handle)
        n_columns, n_outputs = ctypes.c_int(), ctypes.c_int()
        _check(_of_many.LGBM_BoosterGetNumFeature(self.handle, ctypes.byref(n_columns)))
        _check(_of_many.LGBM_BoosterNumModelPerIteration(self.handle, ctypes.byref(n_outputs)))
        self.n_columns, self.n_outputs = n_columns.value, n_outputs.value

    def scores(self, matrix: NDArray[np.float32]) -> NDArray[np.float64]:
        """Scores of rows of columns, shape (n_rows, n_outputs)."""
        rows = np.ascontiguousarray(matrix, dtype=np.float32)
        scores, n_scores = np.empty((len(rows), self.n_outputs)), ctypes.c_int64()
        _check(
            _of_many.LGBM_BoosterPredictForMat(
                self.handle,
                ctypes.c_void_p(rows.ctypes.data),
                ctypes.c_int(FLOAT32),
                ctypes.c_int32(rows.shape[0]),
                ctypes.c_int32(rows.shape[1]),
                ctypes.c_int(ROW_MAJOR),
                ctypes.c_int(SCORES),
                ctypes.c_int(FIRST),
                ctypes.c_int(ALL),
                ONE_THREAD,
                ctypes.byref(n_scores),
                ctypes.c_void_p(scores.ctypes.data),
            )
        )
        return scores


class RowReader:
    """Scores of single rows.

    Parameters
    ----------
    booster : Booster
    fills : array, shape (n_filled,)
        What stands for a missing value in the first columns; NaN where it stays.
    """

    def __init__(self, booster: Booster, fills: NDArray[np.float64]) -> None:
        self._booster = booster  # which the prepared reader points into
        self.n_columns = booster.n_columns
        self._row = np.empty(self.n_columns, dtype=np.float32)
        self._scores = np.empty(booster.n_outputs)
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
            _check(_predict_one(*self._arguments))
            return self._scores[None, :].copy()

    def _prepare(self) -> ctypes.c_void_p:
        prepared = ctypes.c_void_p()
        _check(
            _of_one.LGBM_BoosterPredictForMatSingleRowFastInit(
                self._booster.handle,
                ctypes.c_int(SCORES),
                ctypes.c_int(FIRST),
                ctypes.c_int(ALL),
                ctypes.c_int(FLOAT32),
                ctypes.c_int32(self.n_columns),
                ONE_THREAD,
                ctypes.byref(prepared),
            )
        )
        weakref.finalize(self, _of_one.LGBM_FastConfigFree, prepared)
        return prepared


def _check(failed: int) -> None:
    if failed:
        raise ValueError(_of_many.LGBM_GetLastError().decode(errors="replace"))
