"""Faults of rows, columns and targets: each is seeded into a sound table by one function.

A function takes a `Clean` table with its companions and a random generator and gives a `Seeded` one, or None where it
does not apply. Columns and strengths vary from draw to draw. `FOUND_BY` says which checks claim to find a kind.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from seeding import ROWS, Clean, Seeded, Seeder

KINDS: dict[str, Seeder] = {}
FOUND_BY: dict[str, frozenset[str]] = {}


def found_by(*checks: str) -> Callable[[Seeder], Seeder]:
    """Enters a kind of fault with the checks that claim to find it."""

    def enter(seeder: Seeder) -> Seeder:
        KINDS[seeder.__name__], FOUND_BY[seeder.__name__] = seeder, frozenset(checks)
        return seeder

    return enter


def changed(clean: Clean, how: str, named: tuple[str, ...] | None = None, **columns: Any) -> Seeded:
    """The table with other values in some columns."""
    frame = clean.frame.copy()
    for name, values in columns.items():
        frame[name] = np.asarray(values)
    return Seeded(frame, named or tuple(columns), how, clean.settings)


def some(n: int, share: float, rng: np.random.Generator) -> np.ndarray:
    """Which rows are hit: an exact share of them, three at least."""
    hit = np.zeros(n, dtype=bool)
    hit[rng.choice(n, max(3, round(share * n)), replace=False)] = True
    return hit


def numeric(clean: Clean, rng: np.random.Generator, n_distinct: int = 60) -> str:
    """A measured column: of the table where it has one, or a companion."""
    fixed = {clean.target, *clean.settings.values(), "ticket_id", "sum_due", "goods", "freight", "guest_age"}
    names = [
        c
        for c in clean.frame.select_dtypes("number")
        if c not in fixed and clean.frame[c].nunique() >= n_distinct and clean.frame[c].notna().mean() > 0.9
    ]
    own = [c for c in names if c not in ("reading", "stature", "reach", "n_calls")]
    return str(rng.choice(own if own and rng.random() < 0.5 else ["reading", "n_calls"]))


def named(clean: Clean, rng: np.random.Generator) -> str:
    """A column of names of five letters and more: of the table where it has one, or a companion."""
    frame = clean.frame.drop(columns=[clean.target])
    own = [c for c in frame.select_dtypes(["object", "str"]) if _is_category(frame[c])]
    own = [c for c in own if c not in ("city", "zip", "branch", "code")]
    return str(rng.choice(own)) if own and rng.random() < 0.5 else "city"


def _is_category(values: pd.Series) -> bool:
    shares = values.dropna().value_counts(normalize=True)
    return 2 <= len(shares) <= 30 and len(str(shares.index[0])) >= 6 and str(shares.index[0]).isalpha()


def with_texts(values: pd.Series, hit: np.ndarray, texts: Any) -> np.ndarray:
    """The values as texts, some of them others; a missing value stays missing."""
    found = np.array([None if pd.isna(v) else f"{v:g}" if isinstance(v, float) else str(v) for v in values], object)
    found[hit] = texts
    return found


@found_by("mixed_types")
def words_among_numbers(clean: Clean, rng: np.random.Generator) -> Seeded:
    """Remarks and broken numbers in a column of numbers."""
    name, share = numeric(clean, rng), float(rng.choice([0.005, 0.03]))
    hit = some(len(clean.y), share, rng)
    words = rng.choice(["see note", "12..5", "about 30", "too high", "1O4", "error"], hit.sum())
    return changed(clean, f"{share:.1%} of {name}", **{name: with_texts(clean.frame[name], hit, words)})


@found_by("disguised_missing", "mixed_missing_spellings", "mixed_types")
def code_for_missing(clean: Clean, rng: np.random.Generator) -> Seeded:
    """-999 and the like among numbers, a word among names."""
    share = float(rng.choice([0.02, 0.1]))
    hit = some(len(clean.y), share, rng)
    if rng.random() < 0.5:
        name, word = named(clean, rng), str(rng.choice(["?", "unknown", "n/a", "-", "none given"]))
        return changed(clean, f"{word} for {share:.0%} of {name}", **{name: clean.frame[name].mask(hit, word)})
    name, code = numeric(clean, rng), float(rng.choice([-999, -9999, -99999, 999999]))
    return changed(clean, f"{code:g} for {share:.0%} of {name}", **{name: clean.frame[name].mask(hit, code)})


@found_by("mixed_missing_spellings", "disguised_missing")
def missing_in_two_ways(clean: Clean, rng: np.random.Generator) -> Seeded:
    """Missing values as an empty cell and as a word."""
    name = named(clean, rng)
    empty, word = (some(len(clean.y), 0.03, rng) for _ in range(2))
    values = clean.frame[name].mask(empty, None).mask(word, str(rng.choice(["NA", "?", "missing", "NULL"])))
    return changed(clean, f"3 % each of {name}", **{name: values})


@found_by("zeros_for_missing", "default_values", "excess_zeros")
def zero_for_missing(clean: Clean, rng: np.random.Generator) -> Seeded:
    """Zero where nothing is known, in a column that lies far from it."""
    name = str(rng.choice(["stature", "n_calls", "guest_age"]))
    share = float(rng.choice([0.02, 0.1]))
    return changed(clean, f"{share:.0%} of {name}", **{name: clean.frame[name].mask(some(len(clean.y), share, rng), 0)})


@found_by("excess_zeros")
def many_zeros(clean: Clean, rng: np.random.Generator) -> Seeded:
    """A third of a measured column is zero, as where nothing was bought."""
    values = clean.frame["reading"].mask(some(len(clean.y), 0.35, rng), 0.0)
    return changed(clean, "35 %", reading=values)


def _other_spelling(name: str, rng: np.random.Generator) -> str:
    ways = [name.upper(), f"{name} ", name.lower(), name[:1].lower() + name[1:], f"  {name}"]
    return str(rng.choice([way for way in ways if way != name]))


@found_by("spelling_variants", "special_characters")
def other_spelling(clean: Clean, rng: np.random.Generator) -> Seeded:
    """Capitals and blanks that differ in some rows."""
    name, share = named(clean, rng), float(rng.choice([0.01, 0.05]))
    top = str(clean.frame[name].value_counts().index[0])
    spelled = next(s for s in iter(lambda: _other_spelling(top, rng), None) if s.strip() != top)
    hit = some(len(clean.y), share, rng) & (clean.frame[name] == top).to_numpy()
    return changed(clean, f"'{spelled}' in {hit.sum()} rows", **{name: clean.frame[name].mask(hit, spelled)})


@found_by("likely_typos", "near_duplicate_rows", "broken_dependencies")
def slips(clean: Clean, rng: np.random.Generator) -> Seeded:
    """Two letters swapped or one left out, in a few rows each time another."""
    values = clean.frame["city"].copy()
    hit = np.flatnonzero(some(len(clean.y), 0.004, rng))
    for row in hit:
        word, at = str(values[row]), int(rng.integers(2, 5))
        values[row] = rng.choice([word[:at] + word[at + 1 :], word[:at] + word[at + 1] + word[at] + word[at + 2 :]])
    return changed(clean, f"{len(hit)} rows", city=values)


@found_by("special_characters", "spelling_variants")
def hidden_characters(clean: Clean, rng: np.random.Generator) -> Seeded:
    """A no-break space, a zero-width one, a control character."""
    name, mark = named(clean, rng), str(rng.choice(["\u00a0", "\u200b", "\x07", "\ufeff"]))
    hit = some(len(clean.y), 0.02, rng) & clean.frame[name].notna().to_numpy()
    values = [f"{v[:2]}{mark}{v[2:]}" if h else v for v, h in zip(clean.frame[name], hit, strict=True)]
    return changed(clean, f"{mark!r} in 2 % of {name}", **{name: np.array(values, object)})


@found_by("text_encoding_damage")
def wrong_encoding(clean: Clean, rng: np.random.Generator) -> Seeded:
    """UTF-8 read as Latin-1, or letters that could not be read at all."""
    share, lost = float(rng.choice([0.02, 0.3])), bool(rng.random() < 0.3)
    hit = some(len(clean.y), share, rng)

    def damaged(text: str) -> str:
        raw = text.encode()
        return raw.decode("ascii", "replace") if lost else raw.decode("cp1252", "replace")

    values = [damaged(v) if h else v for v, h in zip(clean.frame["who"], hit, strict=True)]
    return changed(clean, f"{share:.0%}, {'lost' if lost else 'doubled'}", who=np.array(values, object))


@found_by("markup_in_text")
def markup(clean: Clean, rng: np.random.Generator) -> Seeded:
    """Tags and entities among words."""
    hit = some(len(clean.y), 0.01, rng)
    mark = str(rng.choice(["<br>", "&amp;", "<b>so</b>", "&nbsp;"]))
    values = [f"{v} {mark} then" if h else v for v, h in zip(clean.frame["remark"], hit, strict=True)]
    return changed(clean, f"{mark} in 1 %", remark=np.array(values, object))


@found_by("truncated_texts")
def cut_texts(clean: Clean, rng: np.random.Generator) -> Seeded:
    """Texts cut at a length that a fifth of them exceed."""
    at = int(clean.frame["remark"].str.len().quantile(float(rng.choice([0.7, 0.9]))))
    return changed(clean, f"at {at}", remark=clean.frame["remark"].str[:at].str.strip().to_numpy())


@found_by("odd_patterns")
def odd_codes(clean: Clean, rng: np.random.Generator) -> Seeded:
    """A letter where a digit stood, or a digit lost."""
    hit = some(len(clean.y), 0.004, rng)
    ways = [lambda c: c[:-1], lambda c: c[:4] + "O" + c[5:], lambda c: c.replace("-", "")]
    way = ways[int(rng.integers(3))]
    values = [way(v) if h else v for v, h in zip(clean.frame["code"], hit, strict=True)]
    return changed(clean, f"{hit.sum()} codes", code=np.array(values, object))


@found_by("duplicate_rows")
def copies(clean: Clean, rng: np.random.Generator) -> Seeded:
    """Rows that are there twice, under another key or the same."""
    share = float(rng.choice([0.02, 0.1]))
    frame = pd.concat([clean.frame, clean.frame.sample(frac=share, random_state=int(rng.integers(1 << 30)))])
    if rng.random() < 0.5:
        frame["ticket_id"] = rng.permutation(len(frame)) + 500_000
    frame = _dealt(frame, clean, rng)
    return Seeded(frame, (ROWS,), f"{share:.0%} twice", clean.settings)


def _dealt(frame: pd.DataFrame, clean: Clean, rng: np.random.Generator) -> pd.DataFrame:
    if "time" in clean.settings:
        return frame.sort_values(clean.settings["time"], kind="stable").reset_index(drop=True)
    return frame.iloc[rng.permutation(len(frame))].reset_index(drop=True)


@found_by("near_duplicate_rows")
def near_copies_by_text(clean: Clean, rng: np.random.Generator) -> Seeded:
    """Rows that are there twice, with a slip in a name."""
    again = clean.frame.sample(frac=0.02, random_state=int(rng.integers(1 << 30))).copy()
    again["who"] = [str(rng.choice([w.upper(), w.replace("-", " "), w[:-2] + w[-1]])) for w in again["who"]]
    frame = _dealt(pd.concat([clean.frame, again]), clean, rng)
    frame["ticket_id"] = rng.permutation(len(frame)) + 500_000
    return Seeded(frame, (ROWS,), "2 % twice", clean.settings)


@found_by("conflicting_labels")
def copies_with_another_label(clean: Clean, rng: np.random.Generator) -> Seeded | None:
    """Rows that are there twice with another class."""
    if clean.task == "regression" or "time" in clean.settings:
        return None
    share = float(rng.choice([0.06, 0.15]))
    again = clean.frame.sample(frac=share, random_state=int(rng.integers(1 << 30))).copy()
    names = clean.y.unique()
    again[clean.target] = [rng.choice([n for n in names if n != y]) for y in again[clean.target]]
    frame = _dealt(pd.concat([clean.frame, again]), clean, rng)
    return Seeded(frame, (ROWS,), f"{share:.0%} again", clean.settings)


@found_by("repeated_keys")
def keys_twice(clean: Clean, rng: np.random.Generator) -> Seeded:
    """A few keys that name two rows."""
    values = clean.frame["ticket_id"].to_numpy().copy()
    n = int(rng.choice([3, 20]))
    rows = rng.permutation(len(values))[: 2 * n]
    values[rows[:n]] = values[rows[n:]]
    return changed(clean, f"{n} keys", ticket_id=values)


@found_by("broken_references")
def orphans(clean: Clean, rng: np.random.Generator) -> Seeded:
    """Values that are not in the key of the same table."""
    n = int(rng.choice([3, 40]))
    key = clean.frame["ticket_id"].to_numpy()
    parent = rng.choice(key, len(key))
    parent[rng.permutation(len(key))[:n]] = 77
    frame = clean.frame.assign(parent_ticket=parent)
    return Seeded(frame, ("parent_ticket",), f"{n} rows", clean.settings | {"keys": {"parent_ticket": "ticket_id"}})


@found_by("impossible_dates")
def dates_that_cannot_be(clean: Clean, rng: np.random.Generator) -> Seeded:
    """The 30th of February, days to come, default days."""
    name, day = str(rng.choice(["begun", "ended"])), str(rng.choice(["2021-02-30", "2222-01-01", "1900-01-01"]))
    n = int(rng.choice([4, 30]))
    values = clean.frame[name].to_numpy().copy()
    values[rng.permutation(len(values))[:n]] = day
    return changed(clean, f"{n} times {day}", **{name: values})


@found_by("mixed_date_formats")
def dates_in_two_ways(clean: Clean, rng: np.random.Generator) -> Seeded:
    """Another way to write a date in some rows."""
    name, share = str(rng.choice(["begun", "ended"])), float(rng.choice([0.02, 0.3]))
    way = str(rng.choice(["%d.%m.%Y", "%m/%d/%Y", "%d-%b-%Y", "%Y%m%d"]))
    hit, days = some(len(clean.y), share, rng), pd.to_datetime(clean.frame[name])
    values = np.where(hit, days.dt.strftime(way), clean.frame[name])
    return changed(clean, f"{way} in {share:.0%}", **{name: values})


@found_by("date_order")
def end_before_start(clean: Clean, rng: np.random.Generator) -> Seeded:
    """Start and end swapped in some rows."""
    share = float(rng.choice([0.003, 0.015]))
    hit = some(len(clean.y), share, rng)
    one, two = clean.frame["begun"], clean.frame["ended"]
    return changed(clean, f"{share:.1%} swapped", begun=one.where(~hit, two), ended=two.where(~hit, one))


@found_by("mixed_units", "outliers")
def two_units(clean: Clean, rng: np.random.Generator) -> Seeded:
    """Some rows of a positive column in another unit."""
    share, factor = float(rng.choice([0.05, 0.3])), float(rng.choice([1000, 100, 2.54, 0.4536]))
    hit = some(len(clean.y), share, rng)
    values = clean.frame["stature"].astype(float)
    return changed(clean, f"x{factor:g} in {share:.0%}", stature=values.mask(hit, (values * factor).round(2)))


@found_by("numbers_as_text")
def written_numbers(clean: Clean, rng: np.random.Generator) -> Seeded:
    """Numbers with a unit, a currency or foreign separators."""
    way = str(rng.choice(["{} kg", "EUR {}", "{} oz", "german"]))
    values = clean.frame["goods"] * 37
    texts = [
        f"{v:,.2f}".translate(str.maketrans(",.", ".,")) if way == "german" else way.format(f"{v:,.2f}") for v in values
    ]
    return changed(clean, way, goods=np.array(texts, object))


@found_by("outliers")
def far_away(clean: Clean, rng: np.random.Generator) -> Seeded:
    """A few values a hundred times as large."""
    name, n = numeric(clean, rng), int(rng.choice([1, 5]))
    values = clean.frame[name].astype(float).to_numpy().copy()
    top = np.nanmax(np.abs(values))
    values[rng.permutation(len(values))[:n]] = top * rng.uniform(50, 200, n)
    return changed(clean, f"{n} in {name}", **{name: values})


@found_by("infinite_values")
def infinite(clean: Clean, rng: np.random.Generator) -> Seeded:
    """Division by zero."""
    name = numeric(clean, rng)
    values = clean.frame[name].astype(float).mask(some(len(clean.y), 0.002, rng), np.inf)
    return changed(clean, name, **{name: values})


@found_by("impossible_numbers")
def ages_that_cannot_be(clean: Clean, rng: np.random.Generator) -> Seeded:
    """A negative age, or one of centuries."""
    value = float(rng.choice([-4, 431, 1987]))
    return changed(
        clean, f"age {value:g}", guest_age=clean.frame["guest_age"].mask(some(len(clean.y), 0.001, rng), value)
    )


@found_by("multivariate_outliers")
def odd_together(clean: Clean, rng: np.random.Generator) -> Seeded:
    """Ordinary values that do not go together."""
    n, frame = int(rng.choice([2, 5])), clean.frame
    rows = rng.permutation(len(frame))[:n]
    low, high = frame["stature"].quantile(0.03), frame["reach"].quantile(0.97)
    one, two = frame["stature"].to_numpy().copy(), frame["reach"].to_numpy().copy()
    one[rows], two[rows] = low - rng.uniform(0, 3, n).round(1), high + rng.uniform(0, 3, n).round(1)
    return changed(clean, f"{n} rows", named=("stature", "reach", ROWS), stature=one, reach=two)


@found_by("default_values")
def filled_in(clean: Clean, rng: np.random.Generator) -> Seeded:
    """Gaps filled with the mean, or one number typed where none was known."""
    name, share = "reading", float(rng.choice([0.04, 0.2]))
    values = clean.frame[name]
    default = float(values.mean()) if rng.random() < 0.5 else float(np.round(values.quantile(0.7)))
    return changed(clean, f"{share:.0%}", reading=values.mask(some(len(values), share, rng), default))


@found_by("rounded_values")
def guessed(clean: Clean, rng: np.random.Generator) -> Seeded:
    """Two thirds of a count rounded to tens."""
    values = clean.frame["n_calls"]
    return changed(clean, "65 %", n_calls=values.mask(some(len(values), 0.65, rng), (values / 10).round() * 10))


@found_by("capped_inputs")
def capped(clean: Clean, rng: np.random.Generator) -> Seeded:
    """Cut off at a quantile."""
    name, level = numeric(clean, rng), float(rng.choice([0.85, 0.95]))
    values = clean.frame[name].astype(float)
    return changed(clean, f"{name} at {level:.0%}", **{name: values.clip(upper=values.quantile(level))})


@found_by("frozen_values")
def frozen(clean: Clean, rng: np.random.Generator) -> Seeded:
    """A sensor that hung."""
    n, values = len(clean.y), clean.frame["reading"].to_numpy().copy()
    at, length = int(rng.integers(n // 4, n // 2)), max(25, n // int(rng.choice([20, 60])))
    values[at : at + length] = values[at]
    return changed(clean, f"{length} rows", reading=values)


@found_by("level_shift")
def shifted(clean: Clean, rng: np.random.Generator) -> Seeded:
    """From one row on, or for a stretch, another level."""
    n, values = len(clean.y), clean.frame["stature"].to_numpy().copy()
    at = int(rng.integers(n // 4, n // 2))
    until = n if rng.random() < 0.5 else at + n // 4
    values[at:until] += float(rng.choice([25, 60]))
    return changed(clean, f"rows {at} to {until}", stature=values)


@found_by("missing_stretch", "missing_lately")
def gap(clean: Clean, rng: np.random.Generator) -> Seeded:
    """Nothing was written for a stretch of rows."""
    n, name = len(clean.y), numeric(clean, rng)
    at, length = int(rng.integers(n // 4, n // 2)), n // int(rng.choice([5, 12]))
    values = clean.frame[name].astype(float).to_numpy().copy()
    values[at : at + length] = np.nan
    return changed(clean, f"{length} of {name}", **{name: values})


@found_by("constant_columns", "near_constant_columns")
def constant(clean: Clean, rng: np.random.Generator) -> Seeded:
    """One value in all rows, or in all but a few."""
    values = np.full(len(clean.y), "EU", object)
    if rng.random() < 0.5:
        values[rng.permutation(len(values))[:2]] = "US"
    return Seeded(clean.frame.assign(region=values), ("region",), f"{len(set(values))} values", clean.settings)


@found_by("empty_columns", "mostly_missing_columns")
def hollow(clean: Clean, rng: np.random.Generator) -> Seeded:
    """Nothing in it, or in one row of five."""
    share = float(rng.choice([1.0, 0.8]))
    values = pd.Series(rng.normal(size=len(clean.y))).mask(rng.random(len(clean.y)) < share)
    return Seeded(clean.frame.assign(extra=values), ("extra",), f"{share:.0%} missing", clean.settings)


@found_by("correlated_inputs")
def copy_of_input(clean: Clean, rng: np.random.Generator) -> Seeded:
    """A second column that says the same in another unit."""
    again = (clean.frame["reading"] * 2.54 + rng.normal(0, 0.01, len(clean.y))).round(3)
    return Seeded(clean.frame.assign(gauge=again), ("gauge", "reading"), "x2.54", clean.settings)


@found_by("constant_in_group")
def group_facts(clean: Clean, rng: np.random.Generator) -> Seeded | None:
    """A fact of the group beside its rows."""
    if "time" in clean.settings:
        return None
    size = dict(zip(sorted(clean.frame["branch"].unique()), rng.integers(20, 400, 40), strict=False))
    frame = clean.frame.assign(staff=clean.frame["branch"].map(size))
    return Seeded(frame, ("staff",), "40 groups", clean.settings | {"group": "branch"})


@found_by("irregular_time")
def lost_steps(clean: Clean, rng: np.random.Generator) -> Seeded | None:
    """A row an hour; some are lost, or came twice."""
    if "time" in clean.settings:
        return None
    n, hours = len(clean.y), np.datetime64("2022-01-01T00") + np.arange(len(clean.y))
    keep = ~some(n, 0.01, rng)
    order = np.flatnonzero(keep) if rng.random() < 0.5 else np.sort(np.append(np.arange(n), np.flatnonzero(~keep)))
    frame = clean.frame.assign(at=hours.astype("datetime64[s]")).iloc[order].reset_index(drop=True)
    return Seeded(frame, ("at",), f"{len(order) - n:+d} rows", clean.settings | {"time": "at"})


@found_by("renamed_category")
def renamed(clean: Clean, rng: np.random.Generator) -> Seeded | None:
    """From one day on a town is called otherwise."""
    if "time" in clean.settings:
        return None
    frame = clean.frame.sort_values("begun", kind="stable").reset_index(drop=True)
    late = np.arange(len(frame)) > len(frame) * float(rng.choice([0.4, 0.7]))
    city = frame["city"].mask(late & (frame["city"] == "Aberdeen"), "Granite City")
    return Seeded(frame.assign(city=city), ("city",), f"{late.sum()} rows", clean.settings | {"time": "begun"})


@found_by("repeated_header")
def header_again(clean: Clean, rng: np.random.Generator) -> Seeded:
    """Files were joined with their first lines."""
    frame = clean.frame.astype(object).where(clean.frame.notna(), None)
    frame = frame.map(lambda v: None if v is None else str(v))
    at = int(rng.integers(10, len(frame) - 10))
    header = pd.DataFrame([list(frame.columns)], columns=frame.columns)
    joined = pd.concat([frame.iloc[:at], header, frame.iloc[at:]], ignore_index=True)
    return Seeded(joined, (ROWS,), f"in row {at}", clean.settings)


@found_by("total_row")
def total(clean: Clean, rng: np.random.Generator) -> Seeded:
    """The last row holds the sums."""
    names = ["goods", "freight", "sum_due"]
    last = clean.frame.iloc[[-1]].copy()
    for name in names:
        last[name] = clean.frame[name].sum()
    last["city"], last["who"] = "Total", None
    return Seeded(pd.concat([clean.frame, last], ignore_index=True), (ROWS,), "at the end", clean.settings)


@found_by("broken_sums")
def wrong_sums(clean: Clean, rng: np.random.Generator) -> Seeded:
    """Totals that are not those of their parts."""
    share = float(rng.choice([0.003, 0.05]))
    hit, values = some(len(clean.y), share, rng), clean.frame["sum_due"]
    wrong = (values * rng.uniform(1.05, 1.6, len(values))).round(2)
    return changed(clean, f"{share:.1%}", named=("sum_due", "goods", "freight"), sum_due=values.mask(hit, wrong))


@found_by("broken_dependencies")
def wrong_towns(clean: Clean, rng: np.random.Generator) -> Seeded:
    """Codes of another town."""
    share = float(rng.choice([0.003, 0.03]))
    hit, values = some(len(clean.y), share, rng), clean.frame["zip"]
    others = np.array(sorted(values.unique()), object)
    wrong = [rng.choice(others[others != v]) if h else v for v, h in zip(values, hit, strict=True)]
    return changed(clean, f"{share:.1%}", named=("zip", "city"), zip=np.array(wrong, object))


@found_by("label_errors")
def wrong_labels(clean: Clean, rng: np.random.Generator) -> Seeded | None:
    """Classes dealt anew in some rows, where they can be learned."""
    if clean.task == "regression" or not _is_learnable(clean):
        return None
    share = float(rng.choice([0.06, 0.12]))
    names, hit = clean.y.unique(), some(len(clean.y), share, rng)
    wrong = [rng.choice([n for n in names if n != y]) if h else y for y, h in zip(clean.y, hit, strict=True)]
    return changed(clean, f"{share:.0%}", named=(clean.target, ROWS), **{clean.target: wrong})


def _is_learnable(clean: Clean) -> bool:
    """Whether a quick model is right in 90 % of the rows of each class on average."""
    from sklearn.ensemble import ExtraTreesClassifier
    from sklearn.metrics import balanced_accuracy_score
    from sklearn.model_selection import cross_val_predict

    X = clean.frame.drop(columns=[clean.target]).select_dtypes(exclude="datetime").copy()
    for name in X.select_dtypes(["object", "str", "bool"]):
        X[name] = pd.factorize(X[name])[0]
    model = ExtraTreesClassifier(100, min_samples_leaf=2, class_weight="balanced", random_state=0)
    answer = cross_val_predict(model, X.fillna(-1), clean.codes, cv=3)
    return bool(balanced_accuracy_score(clean.codes, answer) >= 0.9)


@found_by("misfit_targets", "target_outliers")
def wrong_numbers(clean: Clean, rng: np.random.Generator) -> Seeded | None:
    """Targets with a digit too many."""
    if clean.task != "regression":
        return None
    n = int(rng.choice([3, 10]))
    rows = rng.permutation(len(clean.y))[:n]
    values = clean.y.astype(float).to_numpy().copy()
    values[rows] = np.maximum(np.abs(values[rows]), np.median(np.abs(values))) * 10 * np.ptp(values) / np.std(values)
    return changed(clean, f"{n} rows", **{clean.target: values})


@found_by("target_missing_pattern")
def unanswered(clean: Clean, rng: np.random.Generator) -> Seeded:
    """No answer where a number is large."""
    share, name = float(rng.choice([0.1, 0.3])), "reading"
    high = (clean.frame[name] > clean.frame[name].quantile(0.5)).to_numpy()
    hit = high & (rng.random(len(high)) < 2 * share)
    values = clean.y.astype(object).mask(hit, None)
    values = pd.to_numeric(values) if clean.task == "regression" else values
    return changed(clean, f"{share:.0%}", named=(name, clean.target), **{clean.target: values})


@found_by("missing_target")
def no_answer(clean: Clean, rng: np.random.Generator) -> Seeded:
    """No answer in rows at random."""
    hit = some(len(clean.y), float(rng.choice([0.01, 0.25])), rng)
    values = clean.y.astype(object).mask(hit, None)
    values = pd.to_numeric(values) if clean.task == "regression" else values
    return changed(clean, f"{hit.sum()} rows", **{clean.target: values})


@found_by("target_synonyms", "spelling_variants")
def two_words_for_a_class(clean: Clean, rng: np.random.Generator) -> Seeded | None:
    """One class under two words or spellings."""
    if clean.task == "regression" or clean.codes.max() > 1:
        return None
    hit = some(len(clean.y), 0.2, rng)
    words = ["no", "yes"], [str(rng.choice(["n", "NO", "No "])), str(rng.choice(["y", "YES", "Yes "]))]
    values = np.where(hit, np.array(words[1])[clean.codes], np.array(words[0])[clean.codes])
    return changed(clean, "20 %", **{clean.target: values})


@found_by("rare_classes", "class_imbalance")
def few_of_a_class(clean: Clean, rng: np.random.Generator) -> Seeded | None:
    """Nearly all rows of one class are gone."""
    if clean.task == "regression":
        return None
    rarest = clean.y.value_counts().index[-1]
    rows = np.flatnonzero((clean.y == rarest).to_numpy())
    drop = rng.permutation(rows)[12:]
    return Seeded(clean.frame.drop(index=drop).reset_index(drop=True), (clean.target,), "12 are left", clean.settings)


@found_by("capped_target", "target_spikes")
def capped_answers(clean: Clean, rng: np.random.Generator) -> Seeded | None:
    """The target is cut off at a quantile."""
    if clean.task != "regression":
        return None
    values = clean.y.astype(float)
    return changed(clean, "at 90 %", **{clean.target: values.clip(upper=values.quantile(0.9))})


@found_by("target_spikes", "capped_target")
def answers_of_a_form(clean: Clean, rng: np.random.Generator) -> Seeded | None:
    """One number stands in many rows, as where a form suggests it."""
    if clean.task != "regression" or clean.y.nunique() < 100:
        return None
    values = clean.y.astype(float)
    default = float(rng.choice(values[(values > values.quantile(0.2)) & (values < values.quantile(0.8))]))
    return changed(clean, f"{default:g}", **{clean.target: values.mask(some(len(values), 0.15, rng), default)})
