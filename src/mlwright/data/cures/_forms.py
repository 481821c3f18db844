"""How most numbers and dates of a column are written, so that others can be written so, too."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from mlwright.records.cleaning import DateForm, NumberForm
from mlwright.scoring.quantities import Decimal, parse_parts, parse_quantity, written_like

STRICT_SHARE = 0.9
STRICT_DATES = 0.7
TIMES_BARE = 10
_NUMBER = re.compile(r"[0-9][0-9.,'’_ \u00a0\u202f]*")
_DIRECTIVES = {
    "Y": "[0-9]{4}",
    "y": "[0-9]{2}",
    "b": r"[^\W\d]+",
    "B": r"[^\W\d]+",
    "a": r"[^\W\d]+",
    "p": "[APap][Mm]",
}
_BARE = "dmHI"

Numbers = NDArray[np.int64]


def number_form(rows: Mapping[str, int], usual: str, decimal: Decimal, units: Mapping[str, float]) -> NumberForm:
    """The form of numbers that are written in one way.

    Parameters
    ----------
    rows : mapping of str to int
        Texts and the rows that hold them; those in other ways are left out.
    usual : str
        The way, as `written_like` tells it; empty for none.
    decimal : str
    units : mapping of str to float
        What each unit is multiplied by when it is read.
    """
    sizes = _sizes(usual, units)
    if not usual or sizes is None:
        return NumberForm(decimal=decimal)
    alike = {text: n for text, n in rows.items() if written_like(text, decimal).replace("#,#", "#") == usual}
    decimals, strict = _decimals_of(alike, decimal)
    ends = [ends for text in alike if len(ends := [digits for digits, _ in parse_parts(text)]) == 2]
    return NumberForm(
        way=usual,
        decimal=decimal,
        decimals=decimals,
        strict=strict and len(sizes) == 1,
        group=_group(alike, decimal),
        sizes=sizes,
        drop_first=not any(not first.strip("0") for first, _ in ends),
        drop_last=len(sizes) == 2 and _drops_last(rows, alike, usual, decimal),
        pad_last=any(len(last) == 2 and last[0] == "0" for _, last in ends),
    )


def _sizes(usual: str, units: Mapping[str, float]) -> tuple[float, ...] | None:
    sample = usual.replace("#", "1")
    found = parse_quantity(sample)
    names = [found.unit] if found else [unit for _, unit in parse_parts(sample)]
    known = tuple(units[name] for name in names if units.get(name))
    return known if names and len(known) == len(names) == usual.count("#") else None


def _decimals_of(rows: Mapping[str, int], decimal: Decimal) -> tuple[int | None, bool]:
    fractions = [_NUMBER.findall(text)[-1].rstrip().partition(decimal)[2] for text in rows]
    return usual_decimals(
        np.array([len(fraction) for fraction in fractions], np.int64),
        np.array([fraction.endswith("0") for fraction in fractions], bool),
        np.array([bool(fraction) and set(fraction) == {"0"} for fraction in fractions], bool),
        np.array([*rows.values()], np.int64),
    )


def usual_decimals(
    n_digits: Numbers, zero_at_end: NDArray[np.bool_], only_zeros: NDArray[np.bool_], rows: Numbers
) -> tuple[int | None, bool]:
    """How many digits the fractions of a column have, None for as many as it takes; and whether others are wrong.

    Fractions of one length tell themselves by zeros at their end, which numbers that are written as short as can be
    never have. Others are wrong if `STRICT_SHARE` of the cells keep to the length; where numbers are written short, if
    `TIMES_BARE` as many whole numbers have no fraction as have one of zeros.
    """
    total = int(rows.sum())
    if not total or not n_digits.any():
        return None, False
    n_short = int(rows[~zero_at_end].sum())
    of_length = np.bincount(n_digits[n_digits > 0], rows[n_digits > 0])
    length = int(of_length.argmax())
    n_fixed = int(of_length[length])
    if zero_at_end[n_digits == length].any() and n_fixed > n_short:
        return length, n_fixed >= STRICT_SHARE * total
    n_bare, n_zeros = int(rows[n_digits == 0].sum()), int(rows[only_zeros].sum())
    return None, n_zeros > 0 and n_zeros * TIMES_BARE <= n_bare


def _group(rows: Mapping[str, int], decimal: Decimal) -> str:
    """What sets thousands apart in most large numbers; empty for nothing."""
    signs: Counter[str] = Counter()
    for text, n in rows.items():
        whole = _NUMBER.findall(text)[-1].rstrip().partition(decimal)[0]
        if sum(c.isdigit() for c in whole) > 3:
            signs[next((c for c in whole if not c.isdigit()), "")] += n
    return signs.most_common(1)[0][0] if signs else ""


def _drops_last(rows: Mapping[str, int], alike: Mapping[str, int], usual: str, decimal: Decimal) -> bool:
    """Whether more cells leave out a last number that is zero (``2 h``) than write it (``2 h 0 min``)."""
    head, middle, _ = usual.split("#")
    short = f"{head}#{middle}".rstrip(" ,")
    n_short = sum(n for text, n in rows.items() if written_like(text, decimal) == short)
    n_zero = sum(n for text, n in alike.items() if len(p := parse_parts(text)) == 2 and p[1][0].strip("0") == "")
    return n_short > n_zero


def date_form(rows: Mapping[str, int], format: str) -> DateForm:
    """The form of dates of one pattern: which of their numbers have a zero in front."""
    pattern = re.compile(_pattern(format))
    with_zero, bare = Counter[str](), Counter[str]()
    for text, n in rows.items():
        match = pattern.fullmatch(text.strip())
        for letter, digits in match.groupdict().items() if match else ():
            if digits[0] == "0":
                with_zero[letter] += n
            elif len(digits) == 1:
                bare[letter] += n
    letters = "".join(letter for letter in _BARE if bare[letter] > with_zero[letter])
    n_right = sum(max(bare[letter], with_zero[letter]) for letter in _BARE)
    n_all = sum(bare.values()) + sum(with_zero.values())
    return DateForm(format=format, bare=letters, strict=n_right < n_all and n_right >= STRICT_DATES * n_all)


def _pattern(format: str) -> str:
    """A `strptime` pattern as a regular expression with a group for each number that may have a zero in front."""
    found, place = "", 0
    for match in re.finditer("%(.)", format):
        found += re.escape(format[place : match.start()])
        letter = match[1]
        is_first = f"(?P<{letter}>" not in found
        found += f"(?P<{letter}>[0-9]{{1,2}})" if letter in _BARE and is_first else _DIRECTIVES.get(letter, "[0-9]+")
        place = match.end()
    return found + re.escape(format[place:])
