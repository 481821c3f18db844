"""Whether what came true is something that a model could have answered."""

from __future__ import annotations

import math
from collections.abc import Collection

from mlwright.scoring.spelling import canonical, to_number


def is_answerable(outcome: object, classes: Collection[str]) -> bool:
    """Whether an outcome is one of the classes, or a number where there are none; or is not known.

    >>> is_answerable("yes", ("no", "yes")), is_answerable("Yes", ("no", "yes")), is_answerable("1,200", ())
    (True, False, True)
    """
    spelling = canonical(outcome)
    return spelling is None or (spelling in classes if classes else math.isfinite(to_number(outcome)))
