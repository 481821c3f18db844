"""What was tried, and what came out."""

from __future__ import annotations

from typing import Literal

from mlwright.core.record import Record
from mlwright.records.evaluation import Estimate, Footing
from mlwright.records.model import Candidate, CoreRef, ModelSpec

Stopped = Literal[
    "all candidates were tried",
    "so many rows tell no more candidates apart",
    "time was up",
    "no further gain",
    "further gain is not worth it",
]
"""Why a search ended."""


class Trial(Record):
    """One fit of one candidate on one fold.

    Parameters
    ----------
    candidate : Candidate
    fold : int
    score : float or None
        The metric on the fold's held-out rows; None if the fit failed.
    seconds : float
        Of fitting.
    predict_s : float
        Of predicting the held-out rows, with one thread.
    cut : bool
        Whether the deadline ended the fit early.
    chosen : dict
        What the fit chose by the held-out rows, where the family says so.
    core : CoreRef or None
    predictions : str or None
        Blob: predictions for the held-out rows, float32, shape (n_held_out, n_outputs), row-major.
    path : str or None
        Blob: mean loss on the fold's held-out rows after each step among which the fit chose by them, float32, in a
        unit of the family's own; None where nothing was chosen by them.
    error : str or None
        What failed, in one line.
    """

    candidate: Candidate
    fold: int
    score: float | None
    seconds: float
    predict_s: float = 0.0
    cut: bool = False
    chosen: dict[str, float] = {}
    core: CoreRef | None = None
    predictions: str | None = None
    path: str | None = None
    error: str | None = None


class Recipe(Record):
    """How a member of the chosen model is fitted once more.

    Parameters
    ----------
    candidate : Candidate
    chosen : tuple of dict
        What the fits on the folds chose by their held-out rows.
    fit_s : float
        Seconds of these fits in the mean: the last fit goes on as long as they did in the mean.
    n_rows : int
        Rows that they learned from, at most.
    """

    candidate: Candidate
    chosen: tuple[dict[str, float], ...]
    fit_s: float
    n_rows: int


class Planned(Record):
    """For how many seconds of a quiet machine, on every worker, fits were planned."""

    fitting_s: float


class Refit(Record):
    """A candidate fitted once more on all rows, in so many seconds; without a core where the folds' own cores stay."""

    candidate: str
    core: CoreRef | None = None
    seconds: float = 0.0


class Corrected(Record):
    """What the packed model is worth on new rows, as far as held-out training rows can tell.

    Every row is answered by cores that have not learned from it. What differs on new rows is made up for: `flattery`
    and `stopping` make the figure worse, `together` makes it better.

    Parameters
    ----------
    model : Estimate
        The metric that was optimised.
    gain_over_baseline : Estimate
        In the direction of better.
    flattery : float
        How much better the chosen model looks on the rows that it was chosen by, in the metric's unit.
    stopping : float
        How much better it looks because these rows told its fits when to stop.
    together : float
        How much better the cores of all folds are together than the one that a held-out row hears; in time order, how
        much better than the cores of the folds the packed model is, as it has learned from more rows.
    error : float
        How unsure these three are together, as a standard error; the intervals have it in.
    n_rows : int
    footing : Footing or None
        How many pieces of evidence these rows are; None in those from before this was kept.
    in_time_order : bool
        Whether rows follow each other in time: the interval is then of rows like those so far.
    """

    model: Estimate
    gain_over_baseline: Estimate
    flattery: float
    stopping: float = 0.0
    together: float = 0.0
    error: float = 0.0
    n_rows: int
    footing: Footing | None = None
    in_time_order: bool = False


ANOTHER_FORM = "another form"
"""How the fate of a row begins that is no candidate, but some of them together or with fewer cores."""


class LeaderboardRow(Record):
    """One candidate, over its folds.

    Parameters
    ----------
    score : float or None
        The metric on the out-of-fold predictions; None if no fold was finished.
    score_error : float or None
        Standard error of the score.
    n_folds : int
        How many folds were finished.
    fit_s : float
        Seconds of fitting, over all folds.
    predict_ms : float or None
        Milliseconds to score one row, in a batch, with one core.
    weight : float
        Share in the chosen model.
    tied : bool or None
        Whether the data cannot tell it from the best: paired on the same rows, so that the one that is best in truth is
        among the tied in 95 of 100 cases. None where it was scored on other rows.
    row_ms : float or None
        Median milliseconds to answer one record with all its cores, if that was measured.
    size_bytes : int or None
        Of all its cores, if that was measured.
    chosen : bool
        Whether it is the chosen model.
    fate : str
        Why it stands where it stands, in a few words ("in the ensemble", "dropped after fold 1", ...).
    """

    name: str
    family: str
    score: float | None
    score_error: float | None = None
    n_folds: int
    fit_s: float
    predict_ms: float | None = None
    weight: float = 0.0
    tied: bool | None = None
    row_ms: float | None = None
    size_bytes: int | None = None
    chosen: bool = False
    fate: str = ""


class Lately(Record):
    """What the latest candidates of a search brought, as shares of what the model gains over the dummy.

    Parameters
    ----------
    n_candidates : int
        How many the latest are.
    gain : float
        What they brought, on held-out rows that had no say in the weights.
    error : float or None
        Its standard error; None where the model gains nothing over the dummy.
    expected : float
        What as many candidates again are expected to bring.
    worth : float
        What they would have to bring to be worth the time that they are guessed to take.
    """

    n_candidates: int
    gain: float
    error: float | None
    expected: float
    worth: float


class Training(Record):
    """The outcome of the search.

    Parameters
    ----------
    metric : str
        What was optimised.
    greater_is_better : bool
    leaderboard : tuple of LeaderboardRow
        Best first; the chosen model is a row of its own.
    n_folds : int
    model : ModelSpec
        The chosen model.
    simple : ModelSpec
        The simple model (linear) that the chosen one must be worth more than.
    baseline : ModelSpec
        The dummy.
    out_of_fold : str
        Blob: the chosen model's out-of-fold predictions for the training rows, as in `Trial.predictions`; NaN
        where a row was never held out.
    simple_out_of_fold, baseline_out_of_fold : str
        Likewise for the simple model and the dummy, where no row was set aside for a test; else empty.
    corrected : Corrected or None
        What these predictions are worth; None where the metric is not defined.
    threshold_reason : str
        How the threshold was chosen; empty where there is none.
    budget_s : float or None
    used_s : float
    answer_s : float
        Seconds in which the model answered one row of many, its encoding among them, while it was searched for.
    row_s : float
        Seconds of them in which a row was encoded.
    stopped : str
        Why the search ended.
    lately : Lately or None
        What the latest candidates had brought, where that ended it.
    feature_names : tuple of str
        What the plan's outputs are called.
    importance : dict
        How much the out-of-fold score suffers when an input column is shuffled, as a share of the gain over the
        dummy, largest first.
    recipes : tuple of Recipe
        Of the members, heaviest first.
    """

    metric: str
    greater_is_better: bool
    leaderboard: tuple[LeaderboardRow, ...]
    n_folds: int
    model: ModelSpec
    simple: ModelSpec
    baseline: ModelSpec
    out_of_fold: str
    simple_out_of_fold: str = ""
    baseline_out_of_fold: str = ""
    corrected: Corrected | None = None
    threshold_reason: str = ""
    budget_s: float | None
    used_s: float
    answer_s: float = 0.0
    row_s: float = 0.0
    stopped: Stopped
    lately: Lately | None = None
    feature_names: tuple[str, ...]
    importance: dict[str, float] = {}
    recipes: tuple[Recipe, ...] = ()

    @property
    def chosen(self) -> LeaderboardRow:
        """The row of the chosen model."""
        return next((row for row in self.leaderboard if row.chosen), self.leaderboard[0])

    @property
    def n_tried(self) -> int:
        """Candidates that were fitted or given up; other forms of them do not count."""
        return sum(not row.chosen and not row.fate.startswith(ANOTHER_FORM) for row in self.leaderboard)

    def is_comparable(self, row: LeaderboardRow) -> bool:
        """Whether a row was scored on as many folds, and so on the same rows, as the chosen model."""
        return row.score is not None and row.n_folds == self.chosen.n_folds
