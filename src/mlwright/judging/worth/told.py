"""What answers are worth, in words."""

from __future__ import annotations

from mlwright.data.words import figure, percent, shortened
from mlwright.judging.worth.practice import PER_CASES
from mlwright.records.decision import Compared, Worth
from mlwright.records.profile import Roles


def told_gain(worth: Worth) -> str:
    """The gain as a clause, with its interval.

    Money has the unit of the user's own table, which is not known. Errors are told for one case.
    """
    scale = 1.0 if worth.unit != "units of error" else 1.0 / PER_CASES
    value, low, high = (scale * part for part in (worth.gain.value, worth.gain.low, worth.gain.high))
    more, less = _WORDS[worth.unit]
    return (
        f"{(more if value >= 0 else less).format(_rounded(abs(value)))} (between {_rounded(low)} and {_rounded(high)})"
    )


_WORDS = {
    "money": ("per 1,000 cases the model is worth {} more", "per 1,000 cases the model is worth {} less"),
    "false alarms": (
        "per 1,000 cases the model saves what {} false alarms cost",
        "per 1,000 cases the model costs as much as {} more false alarms",
    ),
    "right answers": (
        "per 1,000 cases the model gives {} more right answers",
        "per 1,000 cases the model gives {} fewer right answers",
    ),
    "units chosen": (
        "the cases of 1,000 that are acted upon add up to {} more",
        "the cases of 1,000 that are acted upon add up to {} less",
    ),
    "units of error": (
        "on average the model comes {} nearer to the truth",
        "on average the model is {} further from the truth",
    ),
}


def _rounded(value: float) -> str:
    """As many digits as an amount that is estimated deserves."""
    return f"{value:,.0f}" if abs(value) >= 100 else figure(float(f"{value:.3g}"))


def told_against(worth: Worth, model: str = "a model") -> str:
    """With what the model is compared, as it reads after "compared with"."""
    return "what is done today" if worth.today_said else f"the best that can be done without {model}"


def better_without(worth: Worth) -> Compared | None:
    """A way that looks at no case and is surely worth more than the model, where that is compared with another one."""
    better = [one for one in worth.compared if worth.today_said and one.what != worth.today_is and one.gain.high < 0]
    return min(better, key=lambda one: one.gain.value, default=None)


def told_without(worth: Worth) -> str:
    """That something simpler still is worth more, as a sentence; empty where it is not."""
    better = better_without(worth)
    if better is None:
        return ""
    more, low, high = (money(-part, worth) for part in (better.gain.value, better.gain.high, better.gain.low))
    return f"To {better.what} is worth {more} more than the model (between {low} and {high})."


def told_capacity(worth: Worth) -> str:
    """Who is answered positive where not all can be, as a sentence; empty where there is no such limit."""
    limit = worth.capacity
    if limit is None:
        return ""
    done = "answered positive" if worth.line is None else "acted upon"
    said = f"Of {limit.n_cases:,} cases a {limit.period} {limit.n_positive:,} can be {done}"
    if not limit.binds:
        return f"{said}; no more than {percent(worth.positive_share or 0.0)} of all are worth it."
    if worth.line is not None:
        return (
            f"{said}: those with the largest predictions are, which is {percent(limit.share)} of all, from about "
            f"{figure(float(f'{worth.line:.4g}'))} on; more would be worth it."
        )
    first = "surest" if worth.case_by_case is None else "most promising"
    return f"{said}: the {first} {percent(limit.share)} are, and more would be worth it."


def money(value: float, worth: Worth) -> str:
    """An amount per 1,000 cases as it is told: errors for one case."""
    return _rounded(value / PER_CASES if worth.unit == "units of error" else value)


def told_table(worth: Worth, roles: Roles) -> str:
    """What the stand-in for a benefit table assumes, and how to say better."""
    if worth.line is not None:
        assumed, example = (
            "every unit of a case that is acted upon is worth 1",
            "{per_unit_chosen = 0.1, per_chosen = -20}",
        )
    elif roles.task == "regression":
        over, under = (worth.table.get(key, -1.0) for key in ("per_unit_over", "per_unit_under"))
        assumed, example = "every unit of error costs 1", "{per_unit_of_error = -2.5}"
        if over != under:
            assumed = f"a unit too little costs {figure(-under)} and a unit too much {figure(-over)}, like the metric"
            example = "{per_unit_over = -1, per_unit_under = -3}"
    elif roles.task == "multiclass":
        assumed, example = "every right answer is worth 1 and a wrong one nothing", "{right = 10, wrong = -3}"
    else:
        ratio = figure(float(f"{-worth.table['false_negative']:.2g}"))
        alarms = "a false alarm" if ratio == "1" else f"{ratio} false alarms"
        assumed = f"a missed '{roles.target} = {shortened(roles.classes[-1])}' costs as much as {alarms}"
        example = "{true_positive = 100, false_positive = -5}"
    return (
        f"What an answer is worth was not told, so that it is assumed that {assumed}. "
        f"Say it in mlwright.toml, for example: [decide] benefit = {example}"
    )
