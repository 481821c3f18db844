"""What moved is told by its names: the words that training did not know, and the names that are new."""

from __future__ import annotations

from mlwright.core.errors import name_list
from mlwright.data.cells.telling import A_NEW_WORD, most_gained, moved_words
from mlwright.data.cells.vocabulary import lot_of
from mlwright.data.words import counted
from mlwright.records.alarms import Alert, Harm
from mlwright.records.looks import Baseline, Looks
from mlwright.records.watch import Comparison
from mlwright.watching.costing import harm_of
from mlwright.watching.evidence import Evidence
from mlwright.watching.merging import most_of

SHOWN_WORDS = 5
AGAIN = "It is as it was in training again, after looks in which it was not."


def with_names(alert: Alert, comparison: Comparison) -> Alert:
    """The same with what the newest rows hold: the most frequent of the names that nobody knew, or one value in all."""
    column = next((column for column in comparison.columns if column.name == alert.what), None)
    if column is None:
        return alert
    if column.only:
        more = (
            f"Every one of the newest rows that has a value holds {column.only}: see whether what delivers it is stuck."
        )
    elif alert.aspect == "new" and column.new_names:
        more = f"Among them: {name_list(list(map(repr, column.new_names)))}."
    else:
        return alert
    return alert.model_copy(update={"sentence": f"{alert.sentence} {more}"})


def sentence_of(evidence: Evidence, memory: Looks) -> str:
    """What moved, with the words that training did not know and that stand in most texts since then."""
    cells, looks = evidence.column.cells, memory.looks[evidence.since :]
    said = moved_words(evidence.column, evidence.now, evidence.aspect, AGAIN)
    words = _words(evidence, memory)
    if not words or evidence.aspect == "missing":
        return said
    if cells.sort == "new word":
        word, n = next(iter(words.items()))
        return f"{word!r} is new to the training, and stands in {n:,} of {sum(look.n_rows for look in looks):,} texts."
    told = [f"{word!r} (in {counted(n, 'text')})" for word, n in list(words.items())[:SHOWN_WORDS]]
    return f"{said} Most frequent among them: {', '.join(told)}."


def _words(evidence: Evidence, memory: Looks) -> dict[str, int]:
    """The most frequent new words since the change; of one lot of them those that belong to it."""
    cells = evidence.column.cells
    if not cells.known:
        return {}
    words = most_of(*(look.words.get(cells.of[0], {}) for look in memory.looks[evidence.since :]))
    if cells.sort == "new words":
        return words
    lot = most_gained(cells, evidence.then, evidence.now)
    return {word: n for word, n in words.items() if lot_of(word) == lot}


def harm_by_name(evidence: Evidence, memory: Looks, baseline: Baseline) -> Harm | None:
    """What it costs; where that is not known and one new word moved, its rows are told by the word."""
    harm = harm_of(evidence, baseline)
    if harm is None or evidence.column.cells.sort != "new word":
        return harm
    word = next(map(repr, _words(evidence, memory)), A_NEW_WORD)
    told = {name: getattr(harm, name).replace(A_NEW_WORD, word) for name in ("cases", "unknown")}
    return harm.model_copy(update=told)
