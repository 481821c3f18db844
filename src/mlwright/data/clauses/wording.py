"""A clause in words."""

from __future__ import annotations

from mlwright.data.words import counted, figure, listing, moment_spelling, shortened
from mlwright.records.contract import Clause

NAMED = 4


def told_clause(clause: Clause, n_rows: int) -> str:
    """What a column is held to, in words.

    >>> age = Clause(name="age", kind="number", type="int64", optional=False, low=18, high=95, least=0, most=172)
    >>> told_clause(age, 1000)
    'never missing; 18 to 95 seen; 0 to 172 allowed'
    """
    told = [_gaps(clause, n_rows), _range(clause), _limits(clause), _names(clause)]
    told += ["no value twice"] if clause.unique else []
    told += [f"like {clause.pattern}"] if clause.pattern else []
    return "; ".join(filter(None, told))


def moment(clause: Clause, bound: float) -> str:
    """A bound of a column: a day or a minute for dates, else a number."""
    if clause.kind != "date":
        return figure(bound)
    low = bound if clause.low is None else clause.low
    return moment_spelling(low, bound if clause.high is None else clause.high)(bound)


def _gaps(clause: Clause, n_rows: int) -> str:
    if not clause.optional:
        return "never missing"
    return f"missing in {clause.n_missing:,} of {counted(n_rows, 'row')}" if clause.n_missing else "may be missing"


def _range(clause: Clause) -> str:
    if clause.low is None or clause.high is None:
        return ""
    told = f"{moment(clause, clause.low)} to {moment(clause, clause.high)} seen"
    return told if clause.order == "none" else f"{told}, {clause.order} from row to row"


def _limits(clause: Clause) -> str:
    if clause.least is None and clause.most is None:
        return ""
    if clause.most is None or clause.least is None:
        bound, word = (clause.least, "least") if clause.most is None else (clause.most, "most")
        return f"at {word} {moment(clause, bound or 0.0)}"
    return f"{moment(clause, clause.least)} to {moment(clause, clause.most)} allowed"


def _names(clause: Clause) -> str:
    if not clause.levels:
        return ""
    names = listing([f"'{shortened(name, 24)}'" for name in clause.levels], NAMED)
    others = {"refuse": "and no other", "some": "and rarely others", "any": "and others"}[clause.new_levels]
    return f"{names}, {others}"
