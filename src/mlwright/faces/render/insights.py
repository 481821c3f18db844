"""Facts about the data, and how sure they are, in words."""

from __future__ import annotations

from mlwright.data.words import counted, quoted
from mlwright.records.exploration import Exploration, Insight


def told(insight: Insight) -> str:
    """The fact, with the columns that say the same."""
    if not insight.also:
        return insight.sentence
    return f"{insight.sentence} {quoted(insight.also, 5)} {'says' if len(insight.also) == 1 else 'say'} the same."


def how_sure(record: Exploration) -> str:
    """What the intervals promise."""
    if not record.n_looks:
        return "On one half of the rows nothing was found that deserved to be measured on the other."
    return (
        f"Found on one half of the rows and measured on the other, {counted(record.n_looks, 'look')} in all. The "
        "intervals hold together: in 95 of 100 tables like this one, all of them contain the truth. What goes with "
        "the target need not be its cause."
    )


def left_aside(record: Exploration) -> str:
    """The columns that give the target away, named as such."""
    one = len(record.giveaways) == 1
    return (
        f"{quoted(record.giveaways, 5)} {'gives' if one else 'give'} the target away (see mlwright check) and "
        f"{'is' if one else 'are'} left out here: make sure that {'it is' if one else 'they are'} known when a "
        "prediction is made."
    )
