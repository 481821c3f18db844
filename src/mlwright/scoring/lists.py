"""Several things in one cell."""

from __future__ import annotations

SIGNS = ",;|/"


def as_list(text: str, signs: str = SIGNS) -> tuple[str, ...]:
    """The things of a list; the text alone if not one sign sets them apart (``Brown, Ann; Smith, Bo``).

    >>> as_list("Drama | Crime"), as_list("Drama, Action/Crime"), as_list("Drama")
    (('Drama', 'Crime'), ('Drama, Action/Crime',), ('Drama',))
    """
    found = [sign for sign in signs if sign in text]
    things = tuple(thing.strip() for thing in text.split(found[0])) if len(found) == 1 else ()
    return things if things and all(things) else (text,)


def mark_of(text: str, signs: str = SIGNS) -> str:
    """What is written between the things of a list: its sign with the blanks around it; empty if there is no sign.

    >>> mark_of("Drama, Crime"), mark_of("a | b | c"), mark_of("Drama")
    (', ', ' | ', '')
    """
    sign = max(signs, key=text.count)
    before, found, behind = text.partition(sign)
    return f"{before[len(before.rstrip()) :]}{found}{behind[: len(behind) - len(behind.lstrip())]}"
