"""Ways in which the answer gets into a table: each is seeded into a clean table by one function.

A function takes a `Clean` table and a random generator and gives a `Seeded` one, or None where it does not apply. Names
tell nothing (``f07``), places among the columns are random, and strengths vary from draw to draw.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from seeding import ROWS, Clean, Seeded, Seeder


def with_columns(
    clean: Clean, rng: np.random.Generator, how: str, *values: Any, settings: dict[str, str] | None = None
) -> Seeded:
    """The table with more columns under names that tell nothing; `settings` name one of them by its number."""
    frame = clean.frame.copy()
    names = [f"f{number:02d}" for number in rng.choice(90, len(values), replace=False) + 10]
    for name, column in zip(names, values, strict=True):
        frame.insert(int(rng.integers(0, frame.shape[1] + 1)), name, np.asarray(column))
    named = {key: names[int(place)] for key, place in (settings or {}).items()}
    return Seeded(frame, tuple(names), how, clean.settings | named)


def recoded_copy(clean: Clean, rng: np.random.Generator) -> Seeded:
    """The target under other names, or in another unit."""
    y = clean.y.to_numpy()
    if clean.task == "regression":
        factor, shift = rng.choice([0.01, 0.92, 1.19, 1000]), rng.choice([0.0, 17.0])
        return with_columns(clean, rng, f"y x {factor} + {shift}", np.round(y * factor + shift, 4))
    n_codes = int(rng.choice([1, 3]))
    letters = [f"{a}{b}" for a in "BDFGHKMR" for b in "1279"]
    dealt = rng.permutation(letters)[: n_codes * (clean.codes.max() + 1)].reshape(-1, n_codes)
    return with_columns(clean, rng, f"{n_codes} codes a class", dealt[clean.codes, rng.integers(0, n_codes, len(y))])


def noisy_copy(clean: Clean, rng: np.random.Generator) -> Seeded:
    """The target with slips: a share of the rows drawn anew, or noise added to a number."""
    y = clean.y.to_numpy()
    if clean.task == "regression":
        share = float(rng.choice([0.02, 0.05]))
        return with_columns(clean, rng, f"noise of {share} std", y + rng.normal(0, share * y.std(), len(y)))
    share = float(rng.choice([0.02, 0.05, 0.1]))
    codes = clean.codes.copy()
    slips = np.flatnonzero(rng.random(len(y)) < share)
    codes[slips] = rng.permutation(codes[slips])
    return with_columns(clean, rng, f"{share:.0%} drawn anew", np.array(list("pqrstuvwxz"))[codes])


def partial_copy(clean: Clean, rng: np.random.Generator) -> Seeded:
    """The target for 60 % of the rows; in the others nothing, or a word for it."""
    known = rng.random(len(clean.y)) < 0.6
    if clean.task == "regression":
        return with_columns(
            clean, rng, "60 %, else missing", np.where(known, np.round(1.1 * clean.y.to_numpy(), 4), np.nan)
        )
    other = [None, "open"][int(rng.integers(2))]
    values = np.where(known, np.array(list("KLMNOPQRST"), dtype=object)[clean.codes], other)
    return with_columns(clean, rng, f"60 %, else {other}", values)


def monotone_score(clean: Clean, rng: np.random.Generator) -> Seeded:
    """A number that rises with the target, in whatever shape."""
    y = clean.y.to_numpy()
    if clean.task == "regression":
        shape = str(rng.choice(["log", "rank", "root"]))
        shaped = {"log": np.log1p(y - y.min()), "rank": pd.Series(y).rank().to_numpy(), "root": np.sqrt(y - y.min())}
        return with_columns(clean, rng, shape, np.round(shaped[shape], 5))
    spread = float(rng.choice([0.3, 0.5]))
    return with_columns(
        clean, rng, f"steps with noise of {spread}", np.exp(clean.codes + rng.uniform(-spread, spread, len(y)))
    )


PHRASES = (
    ("all fine, file closed", "nothing further, archived", "kept as it was, no action"),
    ("sent to the special team", "refund agreed and booked", "sad end, letter written"),
    ("put on the waiting list", "second look asked for"),
    ("moved to the north office",),
    ("handed to the evening shift",),
    ("stored in cellar",),
    ("given away",),
)
FILLER = (
    "met on monday",
    "called twice",
    "mail from the son",
    "spoke to mrs hill",
    "visit by car",
    "no remarks",
    "fax",
)


def answer_in_text(clean: Clean, rng: np.random.Generator) -> Seeded:
    """A remark that was written when the outcome was known, amid words that say nothing."""
    n = len(clean.y)
    before, after = (rng.choice(FILLER, n) for _ in range(2))
    if clean.task == "regression":
        told = [f"amount {value:,.2f} agreed" for value in clean.y]
    else:
        told = [str(rng.choice(PHRASES[code])) for code in clean.codes]
    return with_columns(
        clean, rng, "in a remark", [f"{a}; {b}; {c}" for a, b, c in zip(before, told, after, strict=True)]
    )


def filled_afterwards(clean: Clean, rng: np.random.Generator) -> Seeded:
    """A reason that is only asked of some: of one class, or of the upper third; not of all of them."""
    share = float(rng.choice([0.6, 0.9]))
    asked = (clean.codes == 1) & (rng.random(len(clean.y)) < share)
    return with_columns(
        clean, rng, f"for {share:.0%} of those", np.where(asked, rng.choice(["a1", "a2", "b7"], len(asked)), None)
    )


def settling_date(clean: Clean, rng: np.random.Generator) -> Seeded:
    """Two dates whose distance settles the target: the case was closed early, or late."""
    n = len(clean.y)
    opened = np.datetime64("2021-01-01") + rng.integers(0, 900, n)
    if clean.task == "regression":
        ranks = clean.y.rank(pct=True).to_numpy()
        lag = np.round(ranks * 300 + rng.normal(0, 4, n)).astype(int) + 10
    else:
        lag = np.where(clean.codes == 0, rng.integers(40, 400, n), clean.codes * 9 - rng.integers(0, 8, n))
    named = {"time": "0"} if rng.random() < 0.5 and "time" not in clean.settings else {}
    return with_columns(clean, rng, f"the lag tells, {named or 'no time named'}", opened, opened + lag, settings=named)


def date_after(clean: Clean, rng: np.random.Generator) -> Seeded | None:
    """A date that lies after the moment of prediction in nearly all rows."""
    if "time" in clean.settings:
        return None
    n = len(clean.y)
    day = np.datetime64("2021-01-01") + rng.integers(0, 900, n)
    later = day + np.where(rng.random(n) < 0.03, -1, 1) * rng.geometric(0.05, n)
    return with_columns(clean, rng, "97 % later", day, later, settings={"time": "0"})


def parts_of_target(clean: Clean, rng: np.random.Generator) -> Seeded:
    """Columns that add up to the target, or whose difference decides it."""
    y, n = clean.y.to_numpy(), len(clean.y)
    if clean.task == "regression":
        shares = rng.dirichlet([2, 2, 3], n)
        parts = np.round(shares * y[:, None], 4)
        return with_columns(clean, rng, "three that add up", parts[:, 0], parts[:, 1], y - parts[:, 0] - parts[:, 1])
    due = rng.lognormal(4, 0.6, n)
    paid = due + (2 * (clean.codes > 0) - 1) * rng.exponential(0.3 * due, n)
    if clean.codes.max() > 1:
        paid = due + 40.0 * clean.codes + rng.uniform(-18, 18, n)
    return with_columns(clean, rng, "the difference decides", due.round(2), paid.round(2))


def ratio_of_two(clean: Clean, rng: np.random.Generator) -> Seeded:
    """The target is one column by another, or their ratio decides."""
    n = len(clean.y)
    size = rng.integers(2, 60, n).astype(float)
    if clean.task == "regression":
        y = clean.y.to_numpy()
        return with_columns(clean, rng, "total / size", np.round(y * size, 4), size)
    total = size * np.exp(clean.codes + rng.uniform(-0.4, 0.4, n))
    return with_columns(clean, rng, "the ratio decides", total.round(2), size)


def two_codes(clean: Clean, rng: np.random.Generator) -> Seeded | None:
    """Two categories of which each says nothing, and both say all."""
    if clean.task == "regression":
        return None
    n_classes = int(clean.codes.max()) + 1
    first = rng.integers(0, n_classes, len(clean.y))
    second = (clean.codes + first) % n_classes
    letters = np.array(list("ABCDEFGHIJ"))
    return with_columns(clean, rng, "both together", letters[first], rng.permutation(letters)[second])


def group_mean(clean: Clean, rng: np.random.Generator) -> Seeded:
    """The mean of the target in small groups, the row itself among them; the groups are there, or not."""
    y = clean.y.to_numpy(dtype=float) if clean.task == "regression" else (clean.codes == 1).astype(float)
    size = int(rng.choice([2, 4]))
    group = rng.integers(0, max(2, len(y) // size), len(y))
    mean = pd.Series(y).groupby(group).transform("mean").round(4)
    if rng.random() < 0.5:
        return with_columns(clean, rng, f"groups of {size}, there", mean, [f"g{g}" for g in group])
    return with_columns(clean, rng, f"groups of {size}, not there", mean)


def running_figure(clean: Clean, rng: np.random.Generator) -> Seeded:
    """A total or a mean of the target so far, the row itself among it; over all rows or within a few hundred groups."""
    y = pd.Series(clean.y.to_numpy(dtype=float) if clean.task == "regression" else (clean.codes == 1).astype(float))
    shape = str(rng.choice(["total", "rolling mean", "smoothed"]))
    if shape == "total" and rng.random() < 0.5:
        group = rng.integers(0, max(2, len(y) // 12), len(y))
        return with_columns(clean, rng, "total by group", y.groupby(group).cumsum().round(4), [f"k{g}" for g in group])
    figures = {
        "total": y.cumsum(),
        "rolling mean": y.rolling(3, min_periods=1).mean(),
        "smoothed": y.ewm(alpha=0.5).mean(),
    }
    return with_columns(clean, rng, shape, figures[shape].round(5))


def telling_id(clean: Clean, rng: np.random.Generator) -> Seeded:
    """Numbers that were given class by class, or in the order of the target; the rows are in another order."""
    n = len(clean.y)
    key = clean.codes + rng.random(n) if clean.task != "regression" else clean.y.rank(pct=True) + rng.normal(0, 0.05, n)
    number = 100_000 + 7 * pd.Series(np.asarray(key)).rank(method="first").to_numpy().astype(int)
    if rng.random() < 0.5:
        return with_columns(clean, rng, "numbers", number)
    return with_columns(clean, rng, "codes", [f"N-{value}" for value in number])


def repeated_rows(clean: Clean, rng: np.random.Generator) -> Seeded | None:
    """Rows that are there twice, on both sides of the split (not where that is by time: a copy has the same time)."""
    if "time" in clean.settings:
        return None
    share = float(rng.choice([0.08, 0.2]))
    frame = pd.concat([clean.frame, clean.frame.sample(frac=share, random_state=int(rng.integers(1 << 30)))])
    order = rng.permutation(len(frame))
    return Seeded(frame.iloc[order].reset_index(drop=True), (ROWS,), f"{share:.0%} twice", clean.settings)


def _shaken(frame: pd.DataFrame, clean: Clean, rng: np.random.Generator, n_columns: int, share: float) -> pd.DataFrame:
    """A copy in which a few numeric inputs are moved a little."""
    frame = frame.copy()
    fixed = {clean.target, *clean.settings.values()}
    numeric = [c for c in frame.select_dtypes("number") if c not in fixed and frame[c].nunique() > 10]
    for name in rng.permutation(numeric)[:n_columns]:
        moved = frame[name] + rng.normal(0, share * clean.frame[name].std(), len(frame))
        frame[name] = moved.round(0) if (clean.frame[name].dropna() % 1 == 0).all() else moved
    return frame


def near_copies(clean: Clean, rng: np.random.Generator) -> Seeded | None:
    """Rows that come again with three of their numbers moved a little."""
    numeric = [c for c in clean.frame.select_dtypes("number") if c != clean.target and clean.frame[c].nunique() > 10]
    if len(numeric) < 3 or "time" in clean.settings:
        return None
    again = clean.frame.sample(frac=0.2, random_state=int(rng.integers(1 << 30)))
    frame = pd.concat([clean.frame, _shaken(again, clean, rng, 3, 0.005)])
    return Seeded(frame.sample(frac=1, random_state=1).reset_index(drop=True), (ROWS,), "20 % again", clean.settings)


def entity_on_both_sides(clean: Clean, rng: np.random.Generator) -> Seeded | None:
    """Every case was seen two to four times: its key is there and not named as a group, two numbers change."""
    if "time" in clean.settings:
        return None
    entities = clean.frame.sample(frac=0.4, random_state=int(rng.integers(1 << 30))).reset_index(drop=True)
    key = np.repeat(np.arange(len(entities)), rng.integers(2, 5, len(entities)))
    frame = _shaken(entities.iloc[key].reset_index(drop=True), clean, rng, 2, 0.3)
    codes = rng.permutation(90_000)[: len(entities)] + 10_000
    frame.insert(int(rng.integers(0, 3)), "f55", [f"{'XK'[c % 2]}{c}" for c in codes[key]])
    return Seeded(frame.sample(frac=1, random_state=1).reset_index(drop=True), (ROWS, "f55"), "2 to 4 each", {})


def unfilled_lately(clean: Clean, rng: np.random.Generator) -> Seeded:
    """A column that is no longer filled: the newest rows, last in the table, lack it."""
    n, share = len(clean.y), float(rng.choice([0.1, 0.25]))
    known = (np.arange(n) < (1 - share) * n) & (rng.random(n) < 0.95)
    values = np.where(known, rng.normal(size=n).round(3), np.nan)
    if "time" in clean.settings or rng.random() < 0.5:
        return with_columns(clean, rng, f"last {share:.0%}, by place", values)
    day = np.datetime64("2022-01-01") + np.sort(rng.integers(0, 500, n))
    return with_columns(clean, rng, f"last {share:.0%}, by time", values, day, settings={"time": "1"})


KINDS: dict[str, Seeder] = {
    seeder.__name__: seeder
    for seeder in (
        recoded_copy, noisy_copy, partial_copy, monotone_score, answer_in_text, filled_afterwards, settling_date,
        date_after, parts_of_target, ratio_of_two, two_codes, group_mean, running_figure, telling_id, repeated_rows,
        near_copies, entity_on_both_sides, unfilled_lately,
    )
}  # fmt: skip
