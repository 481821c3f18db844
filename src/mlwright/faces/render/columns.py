"""The columns as the exploration page shows them: a line each, and what stands behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from markupsafe import Markup

from mlwright.data.words import day, figure, minute, moment_spelling, number_spelling, percent, quoted, shortened
from mlwright.faces.render.numbers import short
from mlwright.records.exploration import Exploration, Point, Sketch
from mlwright.records.profile import QUANTILE_LEVELS, ColumnProfile, Gap, Pattern, Profile

SPARK_WIDTH, SPARK_HEIGHT = 96, 24
HISTOGRAM_WIDTH, HISTOGRAM_HEIGHT = 480, 110
MAX_TOP = 10
MAX_DETAILED = 150
"""Columns whose picture and target are shown; what comes after them has figures alone."""
LONGEST = 48


class Row(NamedTuple):
    """A group of a column's values; its interval and its value on a scale from 0 to 100."""

    label: str
    figure: str
    told: str
    start: float
    width: float
    at: float


class ColumnShown(NamedTuple):
    """One column.

    Parameters
    ----------
    name, kind, reason : str
    part : str
        Its part: ``target``, ``left out``, or empty.
    anchor : str
        The id of its place on the page.
    spark, histogram : Markup
        Pictures as SVG; empty where there is nothing to draw.
    ends : tuple of str
        What stands below the histogram at its ends.
    missing : float
        Share of the rows.
    distinct : str
    n_distinct : int
    typical : str
    facts : list of (str, str)
    bars : list of (str, float)
        The most frequent names and their shares.
    measure : str
    points : list of Row
        The target by groups of values.
    telling : float
        How far the target moves over the groups, for sorting; 0 where there is none.
    """

    name: str
    kind: str
    reason: str
    part: str
    anchor: str
    spark: Markup
    histogram: Markup
    ends: tuple[str, ...]
    missing: float
    distinct: str
    n_distinct: int
    typical: str
    facts: list[tuple[str, str]]
    bars: list[tuple[str, float]]
    measure: str
    points: list[Row]
    telling: float


def columns_shown(profile: Profile, exploration: Exploration, limit: int) -> list[ColumnShown]:
    """The columns in the order of the table, at most `limit` of them."""
    sketches = {sketch.name: sketch for sketch in exploration.sketches[:MAX_DETAILED]}
    return [
        _shown(column, sketches.get(column.name), profile, place)
        for place, column in enumerate(profile.columns[:limit])
    ]


def _shown(column: ColumnProfile, sketch: Sketch | None, profile: Profile, place: int) -> ColumnShown:
    roles = profile.roles
    is_target = roles.asked is not None and column.name == roles.asked.target
    left_out = roles.left_out.get(column.name)
    ordered = sketch is not None and sketch.is_ordered and bool(sketch.bars)
    heights = [bar.share for bar in sketch.bars] if sketch else []
    points = _rows(sketch) if sketch else []
    return ColumnShown(
        name=column.name,
        kind=column.kind,
        reason=column.reason if left_out is None else f"{column.reason} Left out: {left_out}.",
        part="target" if is_target else "left out" if left_out is not None else "",
        anchor=f"column-{place}",
        spark=bars_svg([] if column.kind == "text" else heights, [], SPARK_WIDTH, SPARK_HEIGHT),
        histogram=_histogram(sketch) if ordered and sketch else Markup(),
        ends=_ends(column) if ordered else (),
        missing=column.n_missing / max(1, profile.n_rows),
        distinct=f"{column.n_distinct:,}" if column.distinct_is_exact else f"about {column.n_distinct:,}",
        n_distinct=column.n_distinct,
        typical=_typical(column),
        facts=_facts(column, profile.n_rows),
        bars=_bars(column, sketch, profile.n_rows),
        measure=sketch.measure if sketch and points else "",
        points=points,
        telling=_telling(sketch.target) if sketch else 0.0,
    )


def bars_svg(heights: Iterable[float], titles: list[str], width: int, height: int) -> Markup:
    """Bars from left to right; empty where there are none. The colour is that of the text around them."""
    shares = list(heights)
    top = max(shares, default=0.0)
    if not top > 0:
        return Markup()
    step = width / len(shares)
    parts = []
    for place, share in enumerate(shares):
        tall = max(0.6, height * share / top) if share > 0 else 0.0
        title = Markup("<title>{}</title>").format(titles[place]) if titles else Markup()
        parts.append(
            Markup('<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}">{}</rect>').format(
                place * step, height - tall, max(0.5, 0.86 * step), tall, title
            )
        )
    return Markup('<svg viewBox="0 0 {} {}" preserveAspectRatio="none" aria-hidden="true">{}</svg>').format(
        width, height, Markup().join(parts)
    )


def _histogram(sketch: Sketch) -> Markup:
    titles = [f"{bar.label}: {percent(bar.share)}" for bar in sketch.bars]
    return bars_svg([bar.share for bar in sketch.bars], titles, HISTOGRAM_WIDTH, HISTOGRAM_HEIGHT)


def _rows(sketch: Sketch) -> list[Row]:
    """The target's points on a common scale."""
    points = sketch.target
    if len(points) < 2:
        return []
    is_share = sketch.measure.startswith("share")
    low = 0.0 if is_share else min(point.low for point in points)
    high = max(point.high for point in points)
    scale = 100 / (high - low) if high > low else 0.0
    spell = percent if is_share else short
    return [
        Row(
            label=point.label,
            figure=spell(point.value),
            told=f"{point.n_rows:,} rows, 95 % interval {spell(point.low)} to {spell(point.high)}",
            start=scale * (point.low - low),
            width=scale * (point.high - point.low),
            at=scale * (point.value - low),
        )
        for point in points
    ]


def _telling(points: tuple[Point, ...]) -> float:
    """The gap between the largest and the smallest figure in units of the middle interval."""
    if len(points) < 2:
        return 0.0
    widths = sorted(point.high - point.low for point in points)
    apart = max(point.value for point in points) - min(point.value for point in points)
    return apart / max(widths[len(widths) // 2], 1e-12)


def _typical(column: ColumnProfile) -> str:
    if column.quantiles and column.kind in ("number", "date"):
        spell = _spelling(column)
        return f"{spell(column.quantiles[1])} … {spell(column.quantiles[5])}"
    if column.kind in ("id", "text", "empty") or not column.top:
        return ""
    shown = [top.value for top in column.top[:2]]
    return f"{quoted(shown)}{' …' if column.n_distinct > len(shown) else ''}"


def _spelling(column: ColumnProfile) -> Callable[[float], str]:
    if column.kind != "date":
        spell = number_spelling(column.minimum, column.maximum)
        return short if spell is figure else spell
    span = (column.maximum or 0.0) - (column.minimum or 0.0)
    return day if span > 3 * 86_400 else minute


def _ends(column: ColumnProfile) -> tuple[str, ...]:
    if not column.quantiles:
        return ()
    spell = _spelling(column)
    return spell(column.quantiles[0]), spell(column.quantiles[3]), spell(column.quantiles[6])


def _facts(column: ColumnProfile, n_rows: int) -> list[tuple[str, str]]:
    spell = _spelling(column)
    found = [("stored as", column.type), ("different values", distinct_told(column))]
    found += [("missing", f"{column.n_missing:,} ({percent(column.n_missing / max(1, n_rows))})")]
    if column.missing_codes:
        found.append(("stand for missing", quoted(column.missing_codes, 6)))
    named = (("smallest", column.minimum), ("largest", column.maximum), ("mean", column.mean))
    found += [(name, spell(value)) for name, value in named if value is not None]
    if column.std is not None and column.kind == "number":
        found.append(("standard deviation", short(column.std)))
    marks = {f"{level:.0%}".replace("%", " %"): q for level, q in zip(QUANTILE_LEVELS, column.quantiles, strict=False)}
    found += [(f"{level} lie below", spell(value)) for level, value in marks.items()]
    if column.quantile_error:
        found.append(
            ("these marks are off by", f"at most {percent(column.quantile_error)} of the rows, 95 times in 100")
        )
    counts = (("zeros", column.n_zero), ("infinite", column.n_infinite), ("do not fit", column.n_unparsed))
    found += [(name, f"{count:,} ({percent(count / max(1, n_rows))})") for name, count in counts if count]
    if column.length_mean is not None:
        found.append(("letters", f"{column.length_mean:,.0f} on average, {column.length_max or 0:,.0f} at most"))
    if column.patterns:
        found.append(("written like", "; ".join(pattern_told(each) for each in column.patterns)))
    if column.gaps:
        found.append(("nothing between", "; ".join(gap_told(each) for each in column.gaps)))
    if column.unparsed_examples:
        found.append(("for example", quoted(column.unparsed_examples, 3)))
    return found


def distinct_told(column: ColumnProfile) -> str:
    """How many different values there are, and how exact that is."""
    if column.distinct_is_exact:
        return f"{column.n_distinct:,}"
    return f"about {column.n_distinct:,}, ± {percent(2 * column.distinct_error)}"


def pattern_told(pattern: Pattern) -> str:
    """A shape of text with its share."""
    return f"{pattern.pattern} ({percent(pattern.share)}, such as {shortened(pattern.example, LONGEST)!r})"


def gap_told(gap: Gap) -> str:
    """A stretch without values, with how sure that is."""
    spell = moment_spelling(gap.after, gap.until)
    sure = f" (at most {percent(gap.share_at_most)} of the rows)" if gap.share_at_most else ""
    return f"{spell(gap.after)} and {spell(gap.until)}{sure}"


def _bars(column: ColumnProfile, sketch: Sketch | None, n_rows: int) -> list[tuple[str, float]]:
    """The most frequent values, of all rows where the profile knows them."""
    if column.top:
        return [(shortened(top.value, LONGEST), top.count / max(1, n_rows)) for top in column.top[:MAX_TOP]]
    if sketch is not None and not sketch.is_ordered:
        return [(shortened(bar.label, LONGEST), bar.share) for bar in sketch.bars]
    return []
