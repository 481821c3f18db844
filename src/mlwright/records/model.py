"""A model as facts: an encoding plan, cores, weights, a calibrator and a threshold.

The facts are plain JSON; arrays and cores lie in blobs or in files beside them. `scoring` executes them.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mlwright.core.record import Record, Scalar
from mlwright.records.cleaning import CleaningPlan
from mlwright.records.profile import Task


class NumberColumn(Record):
    """A number, as it is; what cannot be read as one is missing.

    Parameters
    ----------
    name : str
    missing_codes : tuple of str
        Canonical spellings that count as missing.
    low, high : float
        The range seen in training; values are clipped to it widened by its own width on both sides, so that a
        slip of the unit cannot throw a linear model off the map.
    """

    kind: Literal["number"] = "number"
    name: str
    missing_codes: tuple[str, ...] = ()
    low: float
    high: float


class CategoryColumn(Record):
    """One of a set of names: gives a code, and how often that name was seen.

    Parameters
    ----------
    name : str
    missing_codes : tuple of str
        Canonical spellings that count as missing.
    levels : tuple of str
        Canonical spellings; a level's place is its code. A missing value is -1, any other name ``len(levels)``.
    counts : tuple of int
        Training rows of each level.
    with_counts : bool
        Whether the logarithm of the level's count is a number column too (for columns of many levels).
    """

    kind: Literal["category"] = "category"
    name: str
    missing_codes: tuple[str, ...] = ()
    levels: tuple[str, ...]
    counts: tuple[int, ...]
    with_counts: bool = False


DatePart = Literal["year", "month", "day", "weekday", "hour", "minute", "day_of_year", "days"]


class DateColumn(Record):
    """A moment: gives some of its parts as numbers.

    Parameters
    ----------
    name : str
    missing_codes : tuple of str
        Canonical spellings that count as missing.
    parts : tuple of str
        ``days`` counts days since 1970 and may be a fraction.
    format : str or None
        The ``strptime`` pattern of dates that come as text, with the century of two-digit years
        (``%d/%m/%y from 1926``); ISO 8601 is always understood.
    """

    kind: Literal["date"] = "date"
    name: str
    missing_codes: tuple[str, ...] = ()
    parts: tuple[DatePart, ...]
    format: str | None = None


class TextColumn(Record):
    """Free text: TF-IDF of word and character n-grams, and a dense projection of it.

    Parameters
    ----------
    name : str
    missing_codes : tuple of str
        Canonical spellings that count as missing.
    terms : tuple of str
        The vocabulary: ``w:`` word n-grams and ``c:`` character n-grams within word borders.
    word_ngrams, char_ngrams : pair of int
        Shortest and longest n-gram of each sort; (0, 0) for none.
    idf : str
        Name of the array of the terms' weights.
    projection : str or None
        Name of the array, shape (n_terms, n_dense), that makes dense numbers of the sparse ones.
    n_dense : int
    """

    kind: Literal["text"] = "text"
    name: str
    missing_codes: tuple[str, ...] = ()
    terms: tuple[str, ...]
    word_ngrams: tuple[int, int]
    char_ngrams: tuple[int, int]
    idf: str
    projection: str | None = None
    n_dense: int = 0


PlanColumn = Annotated[NumberColumn | CategoryColumn | DateColumn | TextColumn, Field(discriminator="kind")]


class EncodingPlan(Record):
    """How rows become numbers: learned on the training rows, executed by `scoring.encoder` everywhere.

    Parameters
    ----------
    columns : tuple of PlanColumn
        In the order in which their outputs stand in the blocks.
    arrays : str or None
        Blob (or file of a bundle) in safetensors format with the arrays that columns name.
    cleaning : CleaningPlan or None
        What is done to the inputs before they are read; None for nothing.
    """

    columns: tuple[PlanColumn, ...]
    arrays: str | None = None
    cleaning: CleaningPlan | None = None


CoreForm = Literal[
    "constant",
    "linear",
    "net",
    "nets",
    "lightgbm",
    "crafted",
    "catboost",
    "crafted_catboost",
    "symmetric",
    "crafted_symmetric",
    "trees",
]


class CoreRef(Record):
    """A fitted core: which code reads it and where its bytes lie.

    Parameters
    ----------
    form : str
        Member of the core family.
    blob : str
        Its bytes (in a bundle: the file of that hash).
    """

    form: CoreForm
    blob: str


class Member(Record):
    """One candidate of an ensemble: the mean of its cores' answers, times its weight."""

    candidate: str
    weight: float
    cores: tuple[CoreRef, ...]


class Calibrator(Record):
    """Maps scores to better probabilities.

    ``beta`` (two classes): logit(p') = a * ln(p) - b * ln(1 - p) + c, parameters (a, b, c).
    ``vector`` (several): softmax(w * ln(p) + b), parameters w then b.
    """

    form: Literal["beta", "vector"]
    parameters: tuple[float, ...]


class Linear(Record):
    """An amount that may differ from case to case: `plus`, and each of some columns times a number."""

    plus: float = 0.0
    times: dict[str, float] = {}


class OwnAmounts(Record):
    """Two classes whose amounts differ from case to case: each case is answered by its own.

    The second class is answered where ``probability * saved - (1 - probability) * spent`` is at least `least`.

    Parameters
    ----------
    saved : Linear
        What a positive answer is worth more than a negative one where it is true.
    spent : Linear
        What it is worth less where it is not.
    usual : dict of str to float
        Every column that an amount needs, with what counts where its value is not known.
    least : float
        0 where all can be answered positive of whom something is expected.
    """

    saved: Linear
    spent: Linear
    usual: dict[str, float]
    least: float = 0.0


class ModelSpec(Record):
    """All that is needed to answer.

    Parameters
    ----------
    task : str
    classes : tuple of str
        Empty for numbers; for two classes the positive one is last.
    plan : EncodingPlan
    members : tuple of Member
        Their weights sum to 1, but where answers were touched up.
    calibrator : Calibrator or None
    threshold : float or None
        Two classes: the positive class is answered from this probability on. Numbers of which only some are acted
        upon: the number from which on they are. None otherwise.
    amounts : OwnAmounts or None
        Two classes: in place of the threshold, which is then that of usual amounts.
    worth : tuple of tuple of float
        Several classes: what each answer is worth, by what is true (rows) and what is answered; that of which most is
        expected is answered. Empty: the most probable one is.
    low, high : float or None
        Numbers: answers are clipped to this range.
    """

    task: Task
    classes: tuple[str, ...] = ()
    plan: EncodingPlan
    members: tuple[Member, ...]
    calibrator: Calibrator | None = None
    threshold: float | None = None
    amounts: OwnAmounts | None = None
    worth: tuple[tuple[float, ...], ...] = ()
    low: float | None = None
    high: float | None = None


class Candidate(Record):
    """One thing to try: a family and its parameters.

    Parameters
    ----------
    name : str
        Unique in a run, and what the leaderboard shows (``lightgbm``, ``lightgbm-2``).
    family : str
        Member of the model families.
    params : dict
    most_rows : int or None
        Learns from at most so many of the training rows, drawn at random; None: from all of them.
    timeless : bool
        Learns without what only counts the time on.
    """

    name: str
    family: str
    params: dict[str, Scalar] = {}
    most_rows: int | None = None
    timeless: bool = False
