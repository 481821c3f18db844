"""Addresses of mail that are written in other ways."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import numpy as np

from mlwright.data.cures import Cure, Specimen
from mlwright.data.evidence.cells import Cells, Levels
from mlwright.data.words import counted, percent, quoted
from mlwright.records.cleaning import AnyStep, DoubtValues, MapValues

LEAST_VALUES = 20
USUAL_SHARE = 0.7
SMALL = 0.9
ONE_DOMAIN = 0.9

_address = re.compile(r"[^@\s<>:,;]+@[^@\s<>:,;]+\.[A-Za-z]{2,}").fullmatch
_at = re.compile(r"\s+at\s+|\s*[(\[]at[)\]]\s*|\s+@\s*|\s*@\s+", re.IGNORECASE)
_around = re.compile(r"^(?:mailto:)?<?\s*|\s*>?[.,;]?$", re.IGNORECASE)


class MailWriting(Cure):
    """``mailto:Ann@X.org`` and ``ann at x.org`` become ``ann@x.org`` where `USUAL_SHARE` of the cells are addresses.

    Capitals become small where `SMALL` of the addresses are so. What is no address then is doubted, and so is another
    ending of the domain that `ONE_DOMAIN` of the addresses have (``x.com`` for ``x.org``).
    """

    title = "Addresses of mail in other ways"
    about = "writing"
    turn = 34

    def look(self, cells: Cells) -> Iterator[AnyStep]:
        """What can be written as an address, then the doubts."""
        for name in cells.texts:
            levels = cells.levels(name)
            good = np.array([_address(level) is not None for level in levels.names], bool)
            n_good = int(levels.counts[good].sum()) if len(good) else 0
            if levels.n_known < LEAST_VALUES or n_good < USUAL_SHARE * levels.n_known:
                continue
            yield from self._column(name, levels, f"{percent(n_good / levels.n_known)} of the values are addresses")

    def _column(self, name: str, levels: Levels, told: str) -> Iterator[AnyStep]:
        addresses = [level for level in levels.names if _address(level)]
        n_small = sum(int(levels.counts[levels.place_of[level]]) for level in addresses if level == level.lower())
        small = n_small >= SMALL * sum(int(levels.counts[levels.place_of[level]]) for level in addresses)
        written = {level: _plain(level, small=small) for level in levels.names}
        mended = {level: after for level, after in written.items() if after != level and _address(after)}
        if mended:
            n = int(sum(levels.counts[levels.place_of[level]] for level in mended))
            reason = f"{told}; {counted(n, 'cell')} can be written as one, such as {quoted([*mended][:2])}."
            yield MapValues(column=name, cure=self.name, level="spelling", reason=reason, values=mended)
        odd = tuple(level for level, after in written.items() if not _address(after))
        if odd:
            reason = f"{told}; {counted(len(odd), 'value is', 'values are')} none, such as "
            yield DoubtValues(
                column=name, cure=self.name, level="doubt", reason=f"{reason}{quoted(odd[:2])}.", values=odd
            )
        yield from self._domains(name, levels, {level: after for level, after in written.items() if _address(after)})

    def _domains(self, name: str, levels: Levels, written: dict[str, str]) -> Iterator[DoubtValues]:
        rows: Counter[str] = Counter()
        for level, after in written.items():
            rows[_domain(after)] += int(levels.counts[levels.place_of[level]])
        usual, n = rows.most_common(1)[0]
        if n < ONE_DOMAIN * rows.total():
            return
        odd = {after for after in written.values() if _domain(after) != usual and _is_like(_domain(after), usual)}
        if odd:
            told = f"{percent(n / rows.total())} of the addresses end in {usual!r}"
            reason = f"{told}, and {counted(len(odd), 'value')} nearly so."
            values = tuple(sorted(odd))
            yield DoubtValues(column=name, cure=self.name, level="doubt", reason=reason, values=values)

    @staticmethod
    def speaks() -> Specimen:
        """A link, capitals, words for the sign, and an address without its domain."""
        mails = [f"{name}.{n}@mill.org" for n in range(20) for name in ("ann", "bo")]
        return {"mail": [*mails, "mailto:cy.1@mill.org", "DEE.2@MILL.ORG", "ed.3 at mill.org", "flo.4", "gus@mill.com"]}

    @staticmethod
    def quiet() -> Specimen:
        """Addresses with many domains and capitals, and names of accounts."""
        return {
            "mail": [f"{['Ann', 'bo'][n % 2]}{n}@{['mill.org', 'mill.com', 'lake.net'][n % 3]}" for n in range(60)],
            "account": [f"@user{n}" for n in range(60)],
        }


def _plain(text: str, *, small: bool) -> str:
    plain = _around.sub("", text.strip())
    after = plain if "@" in plain and not _at.search(plain) else _at.sub("@", plain, count=1)
    return after.lower() if small else after


def _domain(address: str) -> str:
    return address.rpartition("@")[2].casefold()


def _is_like(domain: str, usual: str) -> bool:
    """Whether a domain has another ending, or lacks a part."""
    return domain.split(".")[0] == usual.split(".")[0] or usual.startswith(domain)
