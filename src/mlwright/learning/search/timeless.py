"""Candidates that do not see how the time counts on.

Where the rows that will be asked about are later than all that learn, a number that counts the time on (the days since
1970) is a hard teacher. Trees tell by it what was lately so, and linear parts carry a trend on; but no later row is
like an earlier one in it, and where nothing moves with time it only tells old rows apart. So every family is tried
both ways, and the folds, which hold out later rows, say what to make of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mlwright.learning.models import Facts, Rows
from mlwright.records.model import Candidate

SUFFIX = "-timeless"


def twins(candidates: Sequence[Candidate], facts: Facts) -> list[Candidate]:
    """The same candidates without sight of the time; none where there is no such number, or nothing else to see."""
    if not facts.elapsed or len(facts.names.all) <= len(facts.elapsed):
        return []
    return [one.model_copy(update={"name": f"{one.name}{SUFFIX}", "timeless": True}) for one in candidates]


def shown(rows: Rows, candidate: Candidate, facts: Facts) -> Rows:
    """The rows as the candidate may see them: what counts the time on is the same in all of them, so tells nothing."""
    if not candidate.timeless or not facts.elapsed:
        return rows
    numbers = rows.blocks.numbers.copy()
    numbers[:, list(facts.elapsed)] = 0.0
    return Rows(replace(rows.blocks, numbers=numbers), rows.target)
