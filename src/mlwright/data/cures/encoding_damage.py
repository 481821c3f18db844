"""Letters that were read in another encoding than they were written in."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlwright.data.checks.text_encoding_damage import DAMAGE
from mlwright.data.cures import Cure, Specimen
from mlwright.data.evidence.cells import Cells
from mlwright.data.words import counted
from mlwright.records.cleaning import AnyStep, DoubtValues, MapValues

_is_damaged = re.compile(DAMAGE).search


class EncodingDamage(Cure):
    """UTF-8 that was read as Windows-1252 or Latin-1 ("cafÃ©") is turned back; a lost letter ("�") is doubted."""

    title = "Damaged letters"
    about = "writing"
    turn = 11

    def look(self, cells: Cells) -> Iterator[AnyStep]:
        """For each column the values that can be turned back, then those that cannot."""
        for name in cells.texts:
            levels = cells.levels(name)
            damaged = [level for level in levels.names if _is_damaged(level)]
            mended = {level: whole for level in damaged if (whole := turned_back(level))}
            lost = tuple(level for level in damaged if level not in mended and "�" in level)
            if mended:
                reason = (
                    f"{counted(len(mended), 'value')} in UTF-8 were read in another encoding; read as UTF-8 they are "
                    "whole, which damage by chance never is."
                )
                yield MapValues(column=name, cure=self.name, level="spelling", reason=reason, values=mended)
            if lost:
                reason = f"Letters are lost in {counted(len(lost), 'value')}; which ones cannot be told from the file."
                yield DoubtValues(column=name, cure=self.name, level="doubt", reason=reason, values=lost)

    @staticmethod
    def speaks() -> Specimen:
        """Three towns of which two have accents."""
        return {"town": [t.encode().decode("cp1252") for t in ["São Paulo", "Köln", "Lyon"]] * 10}

    @staticmethod
    def quiet() -> Specimen:
        """They were read in the right way; one is in capitals, where Ã stands before O."""
        return {"town": ["São Paulo", "Köln", "SÃO PAULO"] * 10}


def turned_back(text: str) -> str | None:
    """The text as it was before it was read in the wrong encoding; None if it was not.

    >>> turned_back("cafÃ©"), turned_back("SÃO"), turned_back("plain")
    ('café', None, None)
    """
    for encoding in ("cp1252", "latin-1"):
        try:
            whole = text.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
        if whole != text:
            return turned_back(whole) or whole
    return None
