"""Texts that hold the marks of a web page."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.columns import sampled_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.words import counted, listing
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile

LEAST_ROWS = 3
_MARK = re.compile(
    r"</?(?:br|p|div|span|a|b|i|u|em|strong|li|ul|ol|td|tr|th|table|img|font|h[1-6])(?:\s[^<>]*)?/?>"
    r"|&(?:amp|lt|gt|quot|apos|nbsp|#[0-9]{2,5}|#x[0-9a-fA-F]{2,4});"
)


class MarkupInText(Check):
    """Texts and names with tags or entities of HTML ("<br>", "&amp;"), in three of the rows looked at or more."""

    severity = "note"
    title = "Marks of web pages in text"
    action = (
        "mlwright takes them for words. Turn '&amp;' and the like back into characters and take tags off where the "
        "data comes from."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding for all columns."""
        names = [column.name for column in profile.columns if column.length_max and column.name in table.columns]
        if not names:
            raise NotApplicable("there is no column of text")
        rows = sampled_rows(table, profile)
        told, examples, places = {}, [], []
        for name in names:
            hits = [
                (row, mark) for row, value in enumerate(rows.texts(name)) if value and (mark := _MARK.search(value))
            ]
            if len(hits) >= LEAST_ROWS:
                told[name] = f"{name} ({counted(len(hits), 'row')}, such as '{hits[0][1].group()[:20]}')"
                examples += [mark.group()[:40] for _, mark in hits[:3]]
                places += [row for row, _ in hits[:2]]
        if told:
            yield self.found(
                f"{counted(len(told), 'column holds', 'columns hold')} marks of web pages: "
                f"{listing(told.values(), 4)}.",
                *told,
                rows=rows.positions[places[:6]].tolist(),
                examples=sorted(set(examples))[:6],
            )

    @staticmethod
    def speaks() -> Specimen:
        """Remarks were copied from a page."""
        return Specimen(plain_columns() | {"remark": ["fish &amp; chips", "soup", "tea<br/>cake"] * 100})

    @staticmethod
    def quiet() -> Specimen:
        """Remarks hold signs of their own."""
        return Specimen(plain_columns() | {"remark": ["fish & chips", "soup", "a < b > c; R&D"] * 100})
