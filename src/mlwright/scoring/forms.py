"""Numbers, moments and truth values as most cells of their column are written."""

from __future__ import annotations

import math
import re
from datetime import date, datetime

from mlwright.records.cleaning import DateForm, Form, NumberForm, TruthForm
from mlwright.scoring.moments import DatePattern, write_moment
from mlwright.scoring.quantities import parse_quantity
from mlwright.scoring.spelling import canonical, to_number

_NUMBER = re.compile(r"[0-9][0-9.,'’_\u00a0\u202f]*[0-9]|[0-9]")
_PLAIN = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_ONLY_ZEROS = re.compile(r"[0-9]+\.0+").fullmatch
_iso_moment = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2})?)?").fullmatch
_DIRECTIVE = re.compile("%(.)")
MOST_DIGITS = 12
"""Digits of a number that are written; those behind them are accidents of computing."""

OF_SEVERAL = 6
"""Digits behind the sign of the last of several numbers."""


def rewritten(text: str, number: float, form: NumberForm) -> str | None:
    """A number that was read from a text in a form; its digits stay where they are plain and mean the same there.

    A fraction of zeros alone, which programs write and people do not, goes where it is not usual.

    >>> [rewritten(text, 0.123, NumberForm()) for text in ("0.1230 kg", "123 g")]
    ['0.1230', '0.123']
    >>> [rewritten("12.0 oz", 12.0, form) for form in (NumberForm(), NumberForm(decimals=1))]
    ['12', '12.0']
    """
    digits = _PLAIN.findall(text)
    is_plain = len(digits) == 1 == len(form.sizes) and form.decimal == "." and not form.group and form.decimals is None
    if is_plain and not _ONLY_ZEROS(digits[0]) and float(digits[0]) * form.sizes[0] == abs(number):
        return ("-" if number < 0 else "") + form.way.replace("#", digits[0])
    return written_number(number, form)


def written(value: object, form: Form | None) -> str | None:
    """A value as text: numbers, moments and truth values in a form, if there is one; None if missing.

    What a repair took from other cells comes as it is spelled, and is written like all others.

    >>> written(True, TruthForm(true="TRUE", false="FALSE")), written("false", TruthForm(true="TRUE", false="FALSE"))
    ('TRUE', 'FALSE')
    >>> written(12.0, None), written("12", NumberForm(decimals=2)), written("as it is", NumberForm(decimals=2))
    ('12', '12.00', 'as it is')
    """
    text: str | None = None
    if isinstance(value, str):
        if (meant := _meant(value, form)) is None:
            return value
        value = meant
    if isinstance(value, bool):
        text = (form.true if value else form.false) if isinstance(form, TruthForm) else None
    elif isinstance(value, int | float) and isinstance(form, NumberForm):
        text = written_number(value, form)
    elif isinstance(value, date) and isinstance(form, DateForm):
        text = written_moment(value, form)
    return canonical(value) if text is None else text


def _meant(text: str, form: Form | None) -> object:
    """The number, moment or truth value that a text spells, where the form writes such; else None."""
    if isinstance(form, TruthForm):
        return {"true": True, "false": False}.get(text)
    if isinstance(form, NumberForm):
        return number if canonical(number := to_number(text)) == text else None
    if isinstance(form, DateForm) and _iso_moment(text):
        return datetime.fromisoformat(text)
    return None


def written_number(number: float, form: NumberForm) -> str | None:
    """A number in a form; None if the form cannot hold it exactly.

    >>> written_number(1200.5, NumberForm(way="$#", decimals=2, group=","))
    '$1,200.50'
    >>> written_number(154.0, NumberForm(way="# h # min", sizes=(60.0, 1.0)))
    '2 h 34 min'
    >>> written_number(34.0, NumberForm(way="# h # min", sizes=(60.0, 1.0)))
    '34 min'
    >>> written_number(1.255, NumberForm(decimals=2)) is None
    True
    """
    if not math.isfinite(number):
        return None
    parts = _parts(abs(number), form.sizes)
    if any(part is None for part in parts):
        return None
    digits = [_digits(part, form, last=place == len(parts) - 1) for place, part in enumerate(parts) if part is not None]
    if any(text is None for text in digits):
        return None
    way, shown = _shortened(form, parts, [text for text in digits if text is not None])
    taken = iter(shown)
    return ("-" if number < 0 else "") + re.sub("#", lambda _: next(taken), way)


def _parts(size: float, sizes: tuple[float, ...]) -> list[float | None]:
    """A number as whole numbers of each unit but for the last, which takes the rest."""
    found: list[float | None] = []
    for one in sizes[:-1]:
        whole = math.floor(size / one + 1e-9)
        found.append(float(whole))
        size = round(size - whole * one, MOST_DIGITS)
    last = size / sizes[-1]
    return [*found, round(last, OF_SEVERAL) + 0.0 if found else float(f"{last:.{MOST_DIGITS}g}")]


def _digits(number: float, form: NumberForm, *, last: bool) -> str | None:
    """The digits of one number; only the last of several has a fraction."""
    text = canonical(number) or "0"
    if "e" in text:
        return text if form.way == "#" and form.decimals is None else None
    whole, _, fraction = text.partition(".")
    if last and form.decimals is not None:
        if len(fraction) > form.decimals:
            return None
        fraction = fraction.ljust(form.decimals, "0")
    if form.group and len(form.sizes) == 1:
        whole = f"{int(whole):,}".replace(",", form.group)
    if last and form.pad_last and len(form.sizes) > 1:
        whole = whole.zfill(2)
    return whole + form.decimal + fraction if fraction else whole


def _shortened(form: NumberForm, parts: list[float | None], digits: list[str]) -> tuple[str, list[str]]:
    """The way and the digits without a number that is zero and left out in this column."""
    if len(parts) != 2 or not any(parts):
        return form.way, digits
    head, middle, tail = form.way.split("#")
    if parts[0] == 0 and form.drop_first:
        return head + "#" + tail, digits[1:]
    if parts[1] == 0 and form.drop_last:
        return head + "#" + middle.rstrip(" ,"), digits[:1]
    return form.way, digits


def written_moment(moment: date, form: DateForm) -> str:
    """A day or a moment in a form.

    >>> written_moment(datetime(2020, 3, 4), DateForm(format="%m/%d/%Y", bare="dm"))
    '3/4/2020'
    """
    whole = moment if isinstance(moment, datetime) else datetime(moment.year, moment.month, moment.day)

    def part(match: re.Match[str]) -> str:
        text = write_moment(whole, match[0]) if match[1] != "Y" else f"{whole.year:04d}"
        return (text.lstrip("0") or "0") if match[1] in form.bare else text

    return _DIRECTIVE.sub(part, form.format)


def mended(text: str, form: NumberForm | DateForm) -> str | None:
    """A text that says what it should in another form, in the usual one; None if that is not so."""
    return mended_number(text, form) if isinstance(form, NumberForm) else mended_date(text, form)


def mended_number(text: str, form: NumberForm) -> str | None:
    """A text whose number has another fraction than it should, with the usual one; None if that is not so.

    >>> mended_number("39500.00", NumberForm(strict=True))
    '39500'
    >>> mended_number("4 stars", NumberForm(decimals=1, strict=True))
    '4.0 stars'
    >>> mended_number("39500.25", NumberForm(strict=True)), mended_number("n<10", NumberForm(decimals=1, strict=True))
    (None, None)
    """
    found = list(_NUMBER.finditer(text)) if form.strict else []
    if len(found) != 1 or not _is_amount(text, form):
        return None
    whole, sign, fraction = found[0][0].partition(form.decimal)
    if not (whole.replace(form.group, "") if form.group else whole).isdigit() or (sign and not fraction.isdigit()):
        return None
    if form.decimals is None:
        digits = whole if fraction and set(fraction) == {"0"} else None
    else:
        digits = f"{whole}{form.decimal}{fraction.ljust(form.decimals, '0')}" if len(fraction) < form.decimals else None
    return None if digits is None else text[: found[0].start()] + digits + text[found[0].end() :]


def _is_amount(text: str, form: NumberForm) -> bool:
    """Whether a text is a number, in the unit of the form if that has one; ``<10`` and ``n=5`` are none."""
    told = parse_quantity(text)
    usual = parse_quantity(form.way.replace("#", "1")) if form.way != "#" else None
    return told is not None and (usual is None or told.unit == usual.unit)


def mended_date(text: str, form: DateForm) -> str | None:
    """A date in the usual pattern, with the usual zeros; None if it has them, or is none.

    >>> mended_date("03/04/2020", DateForm(format="%m/%d/%Y", bare="dm", strict=True))
    '3/4/2020'
    """
    if not form.strict:
        return None
    try:
        moment = DatePattern.of(form.format).read(text.strip())
    except ValueError:
        moment = None
    if moment is None:
        has_time = "%H" in form.format or "%I" in form.format
        if (iso := _iso(text.strip())) is None or (":" in text) != has_time:
            return None
        moment = iso
    after = written_moment(moment, form)
    return None if after.casefold() == text.strip().casefold() else after


def _iso(text: str) -> datetime | None:
    """A moment in ISO 8601 without a zone."""
    if not _iso_moment(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


_SHAPE_NUMBER = re.compile(r"[0-9]+(?:[.,][0-9]+)*")


def shape(text: str) -> str:
    """A text with ``#`` for each number.

    >>> shape("5.5 x 16 cm"), shape("-3")
    ('# x # cm', '-#')
    """
    return _SHAPE_NUMBER.sub("#", text)


def set_numbers(way: str, text: str) -> str | None:
    """The numbers of a text in a way; None if it has other letters, or more or fewer numbers.

    >>> set_numbers("# x # x # cm", "5×16×29cm"), set_numbers("# x # x # cm", "5 X 16 X 29")
    ('5 x 16 x 29 cm', '5 x 16 x 29 cm')
    >>> set_numbers("#/#", "120 / 80"), set_numbers("# x # cm", "5 x 16 in") is None
    ('120/80', True)
    """
    numbers = _SHAPE_NUMBER.findall(text)
    own, wanted = (tuple(map(_letters, shape(each).split("#"))) for each in (text, way))
    if (
        len(numbers) != way.count("#")
        or len(own) != len(wanted)
        or own[:-1] != wanted[:-1]
        or own[-1] not in ("", wanted[-1])
    ):
        return None
    taken = iter(numbers)
    return re.sub("#", lambda _: next(taken), way)


def _letters(text: str) -> str:
    """What is between two numbers but for blanks, capitals, and signs that are written in several ways."""
    plain = "".join(text.casefold().split()).replace("×", "x").replace("*", "x").rstrip(".")
    return plain.replace("–", "-").replace("—", "-").replace("−", "-")
