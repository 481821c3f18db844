"""How many training rows each class has."""

from __future__ import annotations

from mlwright.core.family import NotApplicable
from mlwright.data.compute.table import SplitTable
from mlwright.records.profile import Profile
from mlwright.scoring.spelling import canonical


def class_sizes(table: SplitTable, profile: Profile) -> dict[str, int]:
    """Training rows of each class, the rarest first.

    Raises
    ------
    NotApplicable
        If the target is a number.
    """
    if profile.roles.task == "regression":
        raise NotApplicable("the target is a number")
    sizes = dict.fromkeys(profile.roles.classes, 0)
    target = table.train.expr[profile.roles.target]
    for row in table.train.rows_of(table.train.expr.group_by(answer=target).aggregate(n=target.count())):
        name = canonical(row["answer"])
        if name in sizes:
            sizes[name] += int(row["n"])
    return dict(sorted(sizes.items(), key=lambda item: item[1]))
