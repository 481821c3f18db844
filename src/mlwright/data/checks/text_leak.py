"""Texts that name the answer."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.columns import TrainingRows, training_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.leaks.values import value_leaks
from mlwright.data.strength import Judge, chance
from mlwright.data.words import percent, quoted
from mlwright.records.findings import Finding
from mlwright.records.profile import ColumnProfile, Profile

MIN_ROWS = 100
MAX_ROWS, FEWEST_ROWS, MAX_TEXTS = 5_000, 1_000, 20_000
"""At most that many rows are looked at, and of several columns that many texts in all; a thousand rows at least."""
MIN_LEVELS = 20
MAX_CLASSES = 10
MAX_WORDS = 2_000
WORDS_A_CLASS = 4
LEAST_OFTEN = 5
PURE = 0.98
SURE_SKILL = 0.9
SAME_NUMBER = 0.3
TIMES_CHANCE = 10.0
FALSE_ALARMS = 0.001
WORD = re.compile(r"[^\W\d_]{2,}")
NUMBER = re.compile(r"\d[\d,]*\.?\d*")


class TextLeak(Check):
    """Texts from which the answer can be read off: by a few words, or because the number stands in them.

    For classes, up to four words for each that come with it in 98 % of the rows that hold them, chosen on one half of
    the training rows; on the other half, knowing of which class they are must take away 90 % of the squared error. A
    text that tells much in many words (spam) does not reach that. For numbers, 30 % of the texts must hold the row's
    own target (to the last digit that is written), ten times as many as hold that of another row. The chance of a
    false alarm is held below 0.1 % over all columns and words (see `strength.chance`).
    """

    group = "leaks"
    severity = "critical"
    title = "A text that names the answer"
    action = (
        "Such a text is mostly written when the outcome is known. If so, leave the column out (mlwright run --ignore), "
        "or take those words out where the data comes from; if it is known before, vouch for it (mlwright run "
        "--known-in-time)."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding for each text."""
        rows = training_rows(table, profile)
        told = value_leaks(rows)
        names = [column.name for column in profile.inputs if _is_text(column) and column.name not in told]
        if len(rows) < MIN_ROWS or not names:
            raise NotApplicable("there are no texts, or too few rows")
        some = rows.sample(max(FEWEST_ROWS, min(MAX_ROWS, MAX_TEXTS // len(names))))
        for name in names:
            is_number = profile.roles.task == "regression"
            seen = _number_in_text(some, name) if is_number else _words_of_classes(some, name, len(names))
            if seen is not None:
                yield self.found(seen, name)

    @staticmethod
    def speaks() -> Specimen:
        """The note says what was done in the end."""
        return Specimen(_notes(tells=True))

    @staticmethod
    def quiet() -> Specimen:
        """The note says what was done at first."""
        return Specimen(_notes(tells=False))


def _is_text(column: ColumnProfile) -> bool:
    return column.kind == "text" or (column.kind == "category" and column.n_distinct >= MIN_LEVELS)


def _texts(rows: TrainingRows, name: str) -> list[str]:
    names, places = rows.levels(name)
    return [names[place] if place >= 0 else "" for place in places]


def _words_of_classes(rows: TrainingRows, name: str, n_columns: int) -> str | None:
    """A few words that tell the classes apart on rows on which they were not chosen, if there are such."""
    words, holds = _word_table(_texts(rows, name))
    half = np.arange(len(rows)) % 2 == 0
    n_classes = min(MAX_CLASSES, len(rows.profile.roles.classes))
    chosen = [_sure_words(holds[half], rows.classes[half] == place) for place in range(n_classes)]
    flags = np.column_stack([holds[~half][:, picked].any(axis=1) for picked in chosen])
    places = np.where(flags.sum(axis=1) == 1, flags.argmax(axis=1), n_classes).astype(np.int64)
    other = rows.only(~half, name)
    found = Judge(other).strength(places)
    if found.skill < SURE_SKILL or chance(found.order, other, n_columns * len(words)) > FALSE_ALARMS:
        return None
    shown = quoted([words[picked[0]] for picked in chosen if picked])
    return (
        f"A few words in '{name}', such as {shown}, are enough to tell the answer: they account for "
        f"{percent(found.skill)} of the differences in '{rows.profile.roles.target}' on rows on which they were not "
        "chosen."
    )


def _word_table(texts: list[str]) -> tuple[list[str], NDArray[np.bool_]]:
    """The most frequent words, and which text holds which of them, shape (n_texts, n_words)."""
    sets = [set(WORD.findall(text.lower())) for text in texts]
    counted = Counter(word for words in sets for word in words).most_common(MAX_WORDS)
    words = [word for word, count in counted if count >= LEAST_OFTEN]
    place_of = {word: place for place, word in enumerate(words)}
    holds = np.zeros((len(texts), len(words)), dtype=bool)
    for row, held in enumerate(sets):
        holds[row, [place_of[word] for word in held if word in place_of]] = True
    return words, holds


def _sure_words(holds: NDArray[np.bool_], is_class: NDArray[np.bool_]) -> list[int]:
    """The words that only this class has, each the one that most of its rows lack yet."""
    counts, inside = holds.sum(axis=0), holds[is_class].sum(axis=0)
    pure = np.flatnonzero((counts >= LEAST_OFTEN) & (inside >= PURE * counts))
    left, chosen = is_class.copy(), list[int]()
    while len(chosen) < WORDS_A_CLASS and len(pure):
        gains = holds[left][:, pure].sum(axis=0)
        if gains.max() < LEAST_OFTEN:
            break
        chosen.append(int(pure[gains.argmax()]))
        left &= ~holds[:, chosen[-1]]
    return chosen


def _number_in_text(rows: TrainingRows, name: str) -> str | None:
    """That the texts hold the row's own target, if many do."""
    numbers = [{_number(found) for found in NUMBER.findall(text)} for text in _texts(rows, name)]
    another = np.random.default_rng(rows.seed).permutation(rows.values)
    own, other = (
        float(np.mean([_holds(held, target) for held, target in zip(numbers, targets, strict=True)]))
        for targets in (rows.values, another)
    )
    if own < SAME_NUMBER or own < TIMES_CHANCE * other:
        return None
    return (
        f"'{name}' holds the row's own '{rows.profile.roles.target}', written as a number, in {percent(own)} of "
        f"{len(rows):,} training rows; that of another row in {percent(other)}."
    )


def _number(written: str) -> tuple[float, int]:
    """A written number, and how many digits it has behind the point."""
    text = written.replace(",", "").rstrip(".")
    return float(text), len(text.partition(".")[2])


def _holds(held: set[tuple[float, int]], target: float) -> bool:
    return any(abs(value - target) <= 0.5000001 * 10.0**-digits for value, digits in held)


def _notes(*, tells: bool) -> dict[str, list[Any]]:
    columns, rng = plain_columns(400), np.random.default_rng(3)
    endings = {"yes": ("was sent home", "is off the list"), "no": ("stays with us", "has renewed")}
    starts = ("call on monday", "wrote twice", "came by car", "met in town", "asked for the price")
    answers = columns["y"] if tells else rng.permutation(columns["y"]).tolist()
    notes = [f"{rng.choice(starts)}; {endings[y][row % 2]}; file {row * 37 % 991}" for row, y in enumerate(answers)]
    return {name: list(values) for name, values in columns.items()} | {"note": notes}
