"""How many training rows each class has."""

from __future__ import annotations

import numpy as np

from mlwright.core.family import NotApplicable
from mlwright.data.compute.table import SplitTable
from mlwright.records.profile import Profile
from mlwright.scoring.spelling import spelled


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
    levels, places = spelled(table.train.arrow([profile.roles.target])[0])
    for name, n in zip(levels, np.bincount(places[places >= 0], minlength=len(levels)), strict=True):
        if name in sizes:
            sizes[name] += int(n)
    return dict(sorted(sizes.items(), key=lambda item: item[1]))
