"""Which families can be asked what they would try: one that breaks is left out, and the run goes on without it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from mlwright.core.errors import MemberBroken, RunCancelled
from mlwright.core.run import Run
from mlwright.learning.models import Facts, ModelFamily
from mlwright.learning.search.lineup import BASELINE, SIMPLE
from mlwright.learning.search.tune import N_VARIANTS, variant
from mlwright.records.model import Candidate


def sound(models: Mapping[str, ModelFamily], facts: Facts, wanted: Sequence[str], run: Run) -> dict[str, ModelFamily]:
    """The families that say what they would try and what it costs; the run says which were left out, and why.

    Fits that break are another matter: they cost their candidate alone, see `Bench.fit`.

    Parameters
    ----------
    models : mapping of str to ModelFamily
    facts : Facts
    wanted : sequence of str
        The families that the user named.
    run : Run

    Raises
    ------
    MemberBroken
        If one breaks that the user named, or without which there is nothing to compare with.
    """
    kept: dict[str, ModelFamily] = {}
    names: set[str] = set()
    for name, model in models.items():
        try:
            found = _tried(name, model, facts)
            if twice := names.intersection(found):
                raise ValueError(f"another family has a candidate {min(twice)!r} already")
        except RunCancelled:
            raise
        except Exception as error:
            told = f"The family {name!r} cannot say what it would try ({type(error).__name__}: {error})"
            if name in (BASELINE, SIMPLE, *wanted):
                raise MemberBroken(f"{told}.", "Mend it, or take it out of train.families.") from error
            run.note(f"{told}; it is left out.")
            continue
        names.update(found)
        kept[name] = model
    return kept


def _tried(name: str, model: ModelFamily, facts: Facts) -> list[str]:
    """The names of all that a family may try."""
    variants = (variant(name, model, facts, number) for number in range(1, N_VARIANTS + 1))
    found: list[Candidate] = [*model.candidates(facts), *(one for one in variants if one is not None)]
    for one in found:
        if one.family != name or not one.name.startswith(name):
            raise ValueError(f"its candidate {one.name!r} of the family {one.family!r} does not bear its name")
        cost_s = model.cost_s(one, facts)
        if not (math.isfinite(cost_s) and cost_s > 0):
            raise ValueError(f"a fit of {one.name} is said to take {cost_s} seconds")
    return [one.name for one in found]
