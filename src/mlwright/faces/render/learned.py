"""What a model has learned, in sentences."""

from __future__ import annotations

from mlwright.data.words import counted, percent
from mlwright.faces.render.numbers import short
from mlwright.records.evaluation import Estimate
from mlwright.records.understanding import Along, Band, Effect, Together, Understanding


def percent_interval(estimate: Estimate) -> str:
    """A share with its interval."""
    return f"{percent(max(0.0, estimate.value))} ({_share(estimate.low)} to {_share(estimate.high)})"


def _share(value: float) -> str:
    return percent(value) if value > 0 else "0 %"


def told_effect(effect: Effect, of_what: str) -> str:
    """How the answers move with an input.

    >>> told_effect(Effect(input="tenure", labels=("1", "70"), values=(1, 70), mean=(0.1, -0.2), low=(0.1, -0.2),
    ...             high=(0.1, -0.2), narrowest=(0.1, -0.2), widest=(0.1, -0.2)), "the probability of 'yes'")
    "tenure: from 1 to 70 the probability of 'yes' falls by 30 points."
    """
    steps = list(zip(effect.mean[:-1], effect.mean[1:], strict=True))
    rises, falls = all(a <= b for a, b in steps), all(a >= b for a, b in steps)
    if effect.values and (rises or falls):
        size = _size(abs(effect.mean[-1] - effect.mean[0]), of_what)
        return (
            f"{effect.input}: from {effect.labels[0]} to {effect.labels[-1]} {of_what} "
            f"{'rises' if rises else 'falls'} by {size}."
        )
    most, least = (effect.mean.index(end(effect.mean)) for end in (max, min))
    size = _size(effect.mean[most] - effect.mean[least], of_what)
    joint = "at" if effect.values else "with"
    names = [effect.labels[place] if effect.values else f"'{effect.labels[place]}'" for place in (most, least)]
    return f"{effect.input}: {of_what} is highest {joint} {names[0]} and lowest {joint} {names[1]}, {size} apart."


def _size(value: float, of_what: str) -> str:
    if not of_what.startswith("the probability of "):
        return short(value)
    points = round(100 * value)
    return counted(points, "point") if points else "less than a point"


def told_along(found: Along, of_what: str) -> str:
    """Where said and happened are furthest apart, for how wide the interval is.

    >>> def band(label: str, said: float, happened: float) -> Band:
    ...     of = Estimate(value=happened, low=happened - 0.1, high=happened + 0.1, method="Wilson")
    ...     return Band(label=label, n_rows=80, said=said, happened=of, loss=0.5)
    >>> told_along(Along(column="age", bands=(band("18 to 30", 0.2, 0.5), band("31 to 70", 0.3, 0.3))),
    ...            "the probability of 'yes'")
    'Furthest apart at 18 to 30: 20 % said, 50 % happened (between 40 % and 60 %).'
    """
    spell = percent if of_what.startswith("the probability of ") else short
    worst = max(found.bands, key=_apart)
    if _apart(worst) <= 1:
        return "Nowhere further apart than chance explains."
    low, high = (spell(end) for end in (worst.happened.low, worst.happened.high))
    return (
        f"Furthest apart at {worst.label}: {spell(worst.said)} said, {spell(worst.happened.value)} happened "
        f"(between {low} and {high})."
    )


def _apart(band: Band) -> float:
    """How far said lies from happened; more than 1 is beyond the interval."""
    found = band.happened
    reach = found.high - found.value if band.said > found.value else found.value - found.low
    return abs(band.said - found.value) / reach if reach > 0 else 0.0


def told_together(pair: Together) -> str:
    """Two inputs that act together."""
    return (
        f"{pair.one} and {pair.other} act together: {percent(pair.share)} of their common effect is in neither alone."
    )


def told_learned(found: Understanding) -> list[str]:
    """All that is told of the effects."""
    return [*(told_effect(one, found.of_what) for one in found.effects), *map(told_together, found.together)]
