"""Named arrays as bytes, in the safetensors format: shapes, types and numbers, and no code."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from mlwright.core.errors import BundleError
from mlwright.scoring.newer import refuse_unknown

Arrays = dict[str, NDArray[Any]]


def arrays_to_bytes(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Pack arrays; the same arrays always give the same bytes."""
    packed: bytes = save({name: np.ascontiguousarray(array) for name, array in sorted(arrays.items())})
    return packed


def arrays_from_bytes(
    data: bytes, names: Collection[str], what: str, *, also: Collection[str] = (), numbered: Collection[str] = ()
) -> Arrays:
    """Unpack arrays and see that those of `names` are there, and no others that count.

    Parameters
    ----------
    data : bytes
    names : collection of str
        Arrays that must be there.
    what : str
        What they make up, for the message.
    also : collection of str
        Arrays that may be there.
    numbered : collection of str
        Names that may be there with a number behind them.

    Raises
    ------
    BundleError
        If the bytes are not in the format, or an array is missing, or unknown and not optional, or holds something
        that is not finite.
    """
    try:
        arrays: Arrays = load(data)
    except (SafetensorError, ValueError, KeyError, AttributeError) as error:
        raise BundleError(f"{what} cannot be read: {error}.") from error
    if missing := [name for name in names if name not in arrays]:
        raise BundleError(f"{what} lacks the array {missing[0]!r}.")
    known = {*names, *also, *(name for name in arrays if name.rstrip("0123456789") in numbered)}
    refuse_unknown(what, arrays, known)
    arrays = {name: array for name, array in arrays.items() if name in known}
    if odd := [name for name, array in arrays.items() if not np.isfinite(array).all()]:
        raise BundleError(f"{what} holds numbers that are not finite, in {odd[0]!r}.")
    return arrays


@dataclass(frozen=True)
class ArrayFields:
    """A dataclass all of whose fields are arrays, which are packed under the fields' names.

    Attributes
    ----------
    what : str
        What it is called where its arrays do not fit together.
    """

    what: ClassVar[str]

    def to_arrays(self) -> Arrays:
        """The arrays by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """What the arrays are called."""
        return tuple(field.name for field in fields(cls))

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Read what `to_arrays` wrote.

        Raises
        ------
        BundleError
            If the arrays do not fit together.
        """
        made = cls(**{name: arrays[name] for name in cls.names()})
        if not made._fits_together():
            raise BundleError(f"The arrays of {cls.what} do not fit together.")
        return made

    @abstractmethod
    def _fits_together(self) -> bool:
        """Whether the shapes and places of the arrays belong to each other."""
