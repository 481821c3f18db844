"""Words that go with the target."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Specimen
from mlwright.data.insights import Seeker
from mlwright.data.insights._contrast import Apart, Contrast
from mlwright.data.insights._evidence import MIN_ROWS, Evidence, Outcome
from mlwright.data.insights._shapes import SEEN
from mlwright.data.insights._terms import Terms
from mlwright.data.words import shortened

MAX_TERMS = 12
LEAST_SHARE = 0.002


class TextTerm(Seeker):
    """Rows whose text holds a word against those whose text does not.

    Words that come in at least 20 rows, or 0.2 % of them, in the first half; the twelve that tell most for each
    column and outcome.
    """

    title = "Words that go with the target"

    def look(self, evidence: Evidence) -> Iterator[Contrast]:
        """Up to twelve contrasts for each column of text and outcome."""
        texts = evidence.of_kind("text")
        if not texts:
            raise NotApplicable("there is no column of text")
        for name in texts:
            terms = Terms(evidence.rows, name, max(2 * MIN_ROWS, int(LEAST_SHARE * len(evidence.rows))))
            for outcome in evidence.outcomes:
                yield from _telling(evidence, name, terms, outcome)

    @staticmethod
    def speaks() -> Specimen:
        """Those who say thanks are pleased."""
        return Specimen(_letters(seed=11, hint=True))

    @staticmethod
    def quiet() -> Specimen:
        """Letters from which nothing can be told."""
        return Specimen(_letters(seed=11, hint=False))


def _telling(evidence: Evidence, name: str, terms: Terms, outcome: Outcome) -> Iterator[Contrast]:
    first = evidence.first.astype(np.float64)
    y = np.where(evidence.first, outcome.ranks, 0.0)
    inside, sums, squares = terms.sums(first), terms.sums(y), terms.sums(y**2)
    outside = first.sum() - inside
    with np.errstate(divide="ignore", invalid="ignore"):
        means, others = sums / inside, (y.sum() - sums) / outside
        spread = np.maximum(squares / inside - means**2, 1e-12) / inside + float(y[evidence.first].var()) / outside
        strength = (means - others) / np.sqrt(spread)
        size = (means - others) * np.sqrt(inside / first.sum())
    fair = [t for t in terms.frequent if min(inside[t], outside[t]) >= MIN_ROWS and abs(strength[t]) >= SEEN]
    for term in sorted(fair, key=lambda t: -abs(size[t]))[:MAX_TERMS]:
        holds = terms.holds(term)
        without = ~holds & ~evidence.rows.missing(name)
        where = f"'{shortened(name)}' says '{shortened(terms.name(term))}'"
        is_above = bool(strength[term] > 0)
        sides = (holds, without) if is_above else (without, holds)
        yield Apart((name,), outcome, *sides, "", "", where=where, is_above=is_above)


def _letters(seed: int, *, hint: bool) -> dict[str, list[str]]:
    rng = np.random.default_rng(seed)
    words = [f"word{letter}" for letter in "abcdefghijklmnopqrstuvwxyz"]
    texts, answers = [], []
    for _ in range(600):
        pleased = bool(rng.random() < 0.5)
        said = [
            *rng.choice(words, 9).tolist(),
            *(["thanks"] if hint and rng.random() < (0.6 if pleased else 0.1) else []),
        ]
        texts.append(" ".join(rng.permutation(said).tolist()))
        answers.append("pleased" if pleased else "angry")
    return {"letter": texts, "y": answers}
