"""How many training rows each class has."""

from __future__ import annotations

from mlwright.core.family import NotApplicable
from mlwright.data.compute.table import SplitTable
from mlwright.records.profile import Profile


def told_two(n_left: int, n_classes: int) -> str:
    """What it means, as the end of a sentence, where classes that are the same leave two."""
    return f"; a question of two answers is asked as one of {n_classes}" if n_left == 2 else ""


def class_sizes(table: SplitTable, profile: Profile) -> dict[str, int]:
    """Training rows of each class, the rarest first.

    Raises
    ------
    NotApplicable
        If the target is a number.
    """
    if profile.roles.task == "regression":
        raise NotApplicable("the target is a number")
    sizes = dict(zip(profile.roles.classes, table.train_by_class, strict=True))
    return dict(sorted(sizes.items(), key=lambda item: item[1]))
