"""Several numbers in one cell, written in several ways."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from mlwright.data.cures import Cure, Specimen
from mlwright.data.evidence.cells import Cells, Levels
from mlwright.data.kinds.names import says_moment
from mlwright.data.words import counted, percent, quoted
from mlwright.records.cleaning import AnyStep, SetNumbers
from mlwright.scoring.forms import set_numbers, shape

LEAST_VALUES = 20
USUAL_SHARE = 0.7
VARIOUS = 5


class SeveralNumbers(Cure):
    """``5x16x29`` becomes ``5 x 16 x 29 cm`` where `USUAL_SHARE` of the cells write their numbers so.

    The others have as many numbers and the same letters between them; signs that people use for one another (``x`` and
    ``×``, hyphen and dash), blanks, capitals, and a unit that is left out at the end are a matter of writing. Nothing
    is done in columns of moments, nor where the numbers are hardly ever others, as in the names of models.
    """

    title = "Several numbers written in several ways"
    about = "writing"
    turn = 35

    def look(self, cells: Cells) -> Iterator[AnyStep]:
        """One step a column."""
        for name in cells.texts:
            levels = cells.levels(name)
            if levels.n_known < LEAST_VALUES or says_moment(name) or len(levels.names) < VARIOUS:
                continue
            ways: Counter[str] = Counter()
            for level, n in zip(levels.names, levels.counts.tolist(), strict=True):
                ways[shape(level)] += n
            way, n_usual = ways.most_common(1)[0]
            if way.count("#") < 2 or n_usual < USUAL_SHARE * levels.n_known or _varies_little(levels, way):
                continue
            odd = [level for level in levels.names if set_numbers(way, level) not in (None, level)]
            if odd:
                n = int(sum(levels.counts[levels.place_of[level]] for level in odd))
                reason = (
                    f"{percent(n_usual / levels.n_known)} of the values are written like {way!r}; "
                    f"{counted(n, 'cell says', 'cells say')} as many numbers in another way, such as {quoted(odd[:2])}."
                )
                yield SetNumbers(column=name, cure=self.name, level="spelling", reason=reason, way=way)

    @staticmethod
    def speaks() -> Specimen:
        """Three measures without blanks or unit."""
        return {"size": [*(f"{n} x {n + 3} x 2 cm" for n in range(5, 60)), "7x9x2 cm", "8 × 9 × 3 cm", "12 x 4 x 2"]}

    @staticmethod
    def quiet() -> Specimen:
        """Measures in two units, and scores in one way of writing."""
        return {
            "size": [*(f"{n} x {n + 3} cm" for n in range(5, 60)), "7 x 9 in", "8 by 9 cm"],
            "score": [f"{n % 4}:{n % 3}" for n in range(57)],
        }


def _varies_little(levels: Levels, way: str) -> bool:
    return sum(shape(level) == way for level in levels.names) < VARIOUS
