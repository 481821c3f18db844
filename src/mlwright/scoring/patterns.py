"""Texts held against a pattern: dates against that of `strptime`, codes and telephone numbers against ``###-####``."""

from __future__ import annotations

import re

from mlwright.scoring.moments import DatePattern

_COUNTRY = re.compile(r"\+[0-9]{1,3}[ .(-]")
_TELLING = re.compile(r"[<>≤≥=±~%]")
_ZEROS = re.compile(r"[.]0+$|-0000$|^'")


def is_written(text: str, format: str) -> bool:
    """Whether a date is written in this very pattern."""
    try:
        DatePattern.of(format).read(text)
    except ValueError:
        return False
    return True


def set_into(pattern: str, text: str, *, pad: bool = False) -> str | None:
    """Digits and letters of a text set into a pattern; None if they do not fill it exactly.

    The prefix of a country (``+1``) goes where the pattern has none; zeros behind a point do, where it has digits only.

    >>> set_into("###-####", "555 1234"), set_into("#####", "907", pad=True), set_into("##", "a1")
    ('555-1234', '00907', None)
    >>> set_into("(###) ###-####", "+1 205 555-1234"), set_into("#####", "35233.0")
    ('(205) 555-1234', '35233')

    Signs stand where the pattern has some, or nowhere: ``60772-2`` is no ``###-###``. Signs that say something are as
    many: ``> 20`` is no ``< ##``.
    """
    if _TELLING.findall(text) != _TELLING.findall(pattern):
        return None
    if "+" not in pattern and (match := _COUNTRY.match(text)):
        text = text[match.end() :]
    if not set(pattern) - {"#"}:
        text = _ZEROS.sub("", text)
    elif not _cuts(text) <= _cuts(pattern):
        return None
    given = [c for c in text if c.isalnum()]
    places = [c for c in pattern if c in "#@"]
    if pad and len(given) < len(places) and text.isdigit():
        given = ["0"] * (len(places) - len(given)) + given
    if len(given) != len(places) or any(c.isdigit() != (p == "#") for c, p in zip(given, places, strict=True)):
        return None
    taken = iter(given)
    return "".join(next(taken) if c in "#@" else c for c in pattern)


def _cuts(text: str) -> set[int]:
    """Before which of the digits and letters of a text, but for the first, something else stands."""
    found, n_before = set(), 0
    for place, c in enumerate(text):
        if c.isalnum() or c in "#@":
            if n_before and not (text[place - 1].isalnum() or text[place - 1] in "#@"):
                found.add(n_before)
            n_before += 1
    return found


def without_number(text: str) -> list[str]:
    """The words of a text but for a last one that is a number behind two others or more.

    >>> without_number("Elm St 12"), without_number("Elm 12"), without_number("Room 5 b")
    (['Elm', 'St'], ['Elm', '12'], ['Room', '5', 'b'])
    """
    words = text.split(" ")
    return words[:-1] if len(words) > 2 and words[-1].isdigit() else words
