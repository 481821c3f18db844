"""Characters that nobody sees."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.columns import Rows, sampled_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.words import counted, listing
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile

_UNSEEN = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u00a0\u00ad\u200b\u2028\u2029\u2060\ufeff"
_IN_TEXT = re.compile(f"[{_UNSEEN}]")
_IN_NAMES = re.compile(f"[{_UNSEEN}\t\r\n]")
_CALLED = {"\u00a0": "no-break space", "\t": "tab", "\n": "line break", "\r": "carriage return", "\x00": "NUL"}


class SpecialCharacters(Check):
    """Characters inside values that are not seen and yet make values differ.

    Control characters, no-break and zero-width spaces, byte-order marks; tabs and line breaks too where the values are
    names and no texts. White space around a value is left out of account, and so are the joiners that some scripts
    need. A warning where two names of a column differ by nothing else. Looks at 50,000 rows at most.
    """

    severity = "note"
    title = "Characters that nobody sees"
    action = (
        "mlwright takes them as they are, so values that look alike may be different things. Remove them where the "
        "data comes from."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding for all columns, names of columns among them."""
        kinds = {column.name: column.kind for column in profile.columns if column.name in table.columns}
        texts = {column.name for column in profile.columns if column.length_max is not None}
        if not any(column.length_max is not None for column in profile.columns):
            raise NotApplicable("there is no column of text")
        rows = sampled_rows(table, profile)
        told, places, splits = {}, [], False
        for name, kind in kinds.items():
            pattern = _IN_TEXT if kind == "text" else _IN_NAMES
            hits = _hits(rows, name, pattern) if name in texts else {}
            if hits or pattern.search(name):
                unseen = Counter(c for value in hits for c in set(pattern.findall(value)))
                told[name] = f"'{pattern.sub('', name)}' ({_told(hits, unseen)})"
                places += [row for found in hits.values() for row in found[:2]]
                splits |= kind != "text" and _splits(rows, name, hits, pattern)
        if told:
            yield self.found(
                f"{counted(len(told), 'column holds', 'columns hold')} characters that nobody sees: "
                f"{listing(told.values(), 4)}" + (", and so one thing goes by two names." if splits else "."),
                *told,
                rows=rows.positions[sorted(set(places))[:6]].tolist(),
                severity="warning" if splits else None,
            )

    @staticmethod
    def speaks() -> Specimen:
        """Some reds end in a zero-width space."""
        columns = plain_columns()
        hidden = [f"{c}\u200b" if row % 9 == 0 else c for row, c in enumerate(columns["colour"])]
        return Specimen(columns | {"colour": hidden})

    @staticmethod
    def quiet() -> Specimen:
        """Accents and other scripts are letters like any other."""
        columns = plain_columns()
        return Specimen(columns | {"colour": [{"red": "röt", "green": "зелёный"}.get(c, c) for c in columns["colour"]]})


def _hits(rows: Rows, name: str, pattern: re.Pattern[str]) -> dict[str, list[int]]:
    """The values that hold such a character, each with its places."""
    hits: dict[str, list[int]] = {}
    for place, value in enumerate(rows.texts(name)):
        if value is not None and pattern.search(value.strip()):
            hits.setdefault(value, []).append(place)
    return hits


def _splits(rows: Rows, name: str, hits: dict[str, list[int]], pattern: re.Pattern[str]) -> bool:
    """Whether a name with such characters is there without them too, a space in their place or nothing."""
    plain = set(rows.levels(name).names) - set(hits)
    return any(pattern.sub(other, value).strip() in plain for value in hits for other in ("", " "))


def _told(hits: dict[str, list[int]], unseen: Counter[str]) -> str:
    if not hits:
        return "in its name"
    called = listing((_CALLED.get(c) or unicodedata.name(c, f"U+{ord(c):04X}").lower() for c in unseen), 2)
    return f"{called} in {counted(sum(map(len, hits.values())), 'row')}"
