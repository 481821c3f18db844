"""How sure a figure is: intervals that hold the truth as often as they say.

A toolbox for people (``from mlwright import statistics``), whose answers are frozen and say themselves in a sentence,
and what the rest of mlwright rests on. A figure on test rows is one draw: other rows would have given another one.
`sampling` says how rows were drawn (one by one, in whole groups, in stretches of time) and draws them again; `shares`,
`means`, `ranking` and `replicates` make intervals for the sorts of figures that there are; ``learning/yardstick.py``
picks among them for a metric. `location`, `groups`, `correlations`, `planning` and `several` are the toolbox.

>>> from mlwright import statistics
>>> print(statistics.compare_shares(43, 100, 3, 100).effect("risk ratio"))
The risk ratio is 14.33 (95 % interval 4.903 to 42.49; from Wilson intervals; 200 values).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mlwright.statistics.correlations import (
        associate,
        chatterjee_xi,
        correlation_ratio,
        cramers_v,
        mutual_information,
        pearson,
        spearman,
    )
    from mlwright.statistics.location import hodges_lehmann, mean, median, median_absolute_deviation, trimmed_mean
    from mlwright.statistics.many_groups import compare_categories, compare_several_means, compare_several_ranks
    from mlwright.statistics.planning import power_for_means, power_for_shares, rows_for_means, rows_for_shares
    from mlwright.statistics.results import Comparison, Figure, Plan
    from mlwright.statistics.several import benjamini_hochberg, benjamini_yekutieli, holm
    from mlwright.statistics.two_groups import compare_means, compare_ranks, compare_shares

_HOMES = {
    "correlations": (
        "associate",
        "chatterjee_xi",
        "correlation_ratio",
        "cramers_v",
        "mutual_information",
        "pearson",
        "spearman",
    ),
    "location": ("hodges_lehmann", "mean", "median", "median_absolute_deviation", "trimmed_mean"),
    "many_groups": ("compare_categories", "compare_several_means", "compare_several_ranks"),
    "planning": ("power_for_means", "power_for_shares", "rows_for_means", "rows_for_shares"),
    "results": ("Comparison", "Figure", "Plan"),
    "several": ("benjamini_hochberg", "benjamini_yekutieli", "holm"),
    "two_groups": ("compare_means", "compare_ranks", "compare_shares"),
}
__all__ = [
    "Comparison",
    "Figure",
    "Plan",
    "associate",
    "benjamini_hochberg",
    "benjamini_yekutieli",
    "chatterjee_xi",
    "compare_categories",
    "compare_means",
    "compare_ranks",
    "compare_several_means",
    "compare_several_ranks",
    "compare_shares",
    "correlation_ratio",
    "cramers_v",
    "hodges_lehmann",
    "holm",
    "mean",
    "median",
    "median_absolute_deviation",
    "mutual_information",
    "pearson",
    "power_for_means",
    "power_for_shares",
    "rows_for_means",
    "rows_for_shares",
    "spearman",
    "trimmed_mean",
]


def __getattr__(name: str) -> Any:
    """Import a name of the toolbox when it is first used, so that ``import mlwright.statistics`` costs nothing."""
    from importlib import import_module

    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"mlwright.statistics.{home}"), name)
    raise AttributeError(f"module 'mlwright.statistics' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
