"""Lengths of time and sizes, as people write them."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BeforeValidator, Field

_UNITS_S = {"us": 1e-6, "µs": 1e-6, "ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0}


def seconds(value: object) -> object:
    """Seconds from ``"90s"``, ``"5m"``, ``"1h30m"`` or a plain number; what is no text stays as it is.

    Raises
    ------
    ValueError
        If a text is no length of time; the settings say of which key.

    >>> seconds("1h30m"), seconds("250us")
    (5400.0, 0.00025)
    """
    if not isinstance(value, str):
        return value
    text = value.strip().lower()
    parts = re.findall(r"(\d+(?:\.\d+)?)\s*(us|µs|ms|min|[smhd])", text)
    if parts and "".join(number + unit for number, unit in parts) == re.sub(r"\s+", "", text):
        return sum(float(number) * _UNITS_S[unit] for number, unit in parts)
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"{value!r} is not a length of time; write it like 1ms, 90s, 5m or 1h30m") from None


_UNITS_BYTES = {"b": 1.0, "kb": 1e3, "mb": 1e6, "gb": 1e9}


def bytes_of(value: object) -> object:
    """Bytes from ``"10MB"``, ``"500kB"`` or a plain number; a kilobyte is 1,000 bytes.

    Raises
    ------
    ValueError
        If a text is no size; the settings say of which key.

    >>> bytes_of("1.5 MB")
    1500000
    """
    if not isinstance(value, str):
        return value
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kmg]?b)", value.strip().lower())
    if found is None:
        raise ValueError(f"{value!r} is not a size; write it like 500kB or 10MB")
    return round(float(found[1]) * _UNITS_BYTES[found[2]])


Bytes = Annotated[int, BeforeValidator(bytes_of), Field(gt=0)]
Seconds = Annotated[float, BeforeValidator(seconds), Field(gt=0)]
