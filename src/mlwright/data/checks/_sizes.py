"""How many training rows each class has."""

from __future__ import annotations

import numpy as np

from mlwright.core.family import NotApplicable
from mlwright.core.once import once
from mlwright.data.compute.table import SplitTable
from mlwright.data.keys import classes_of
from mlwright.records.profile import Profile


@once
def class_sizes(table: SplitTable, profile: Profile) -> dict[str, int]:
    """Training rows of each class, the rarest first; counted once for all who ask.

    Raises
    ------
    NotApplicable
        If the target is a number.
    """
    if profile.roles.task == "regression":
        raise NotApplicable("the target is a number")
    places = classes_of(table.train, profile)
    counts = np.bincount(places[places >= 0], minlength=len(profile.roles.classes)).tolist()
    sizes = dict(zip(profile.roles.classes, counts, strict=True))
    return dict(sorted(sizes.items(), key=lambda item: item[1]))
