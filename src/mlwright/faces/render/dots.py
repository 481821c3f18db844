"""A thousand cases as a thousand dots: frequencies that everybody can see."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from mlwright.faces.render.answers import Dots

ACROSS, PITCH, RADIUS = 50, 10, 3.4
N_CASES = 1000


def dots_svg(groups: Sequence[Dots]) -> Markup:
    """One dot for each of 1,000 cases, kind after kind; kinds differ in form as well as in colour."""
    height = PITCH * (N_CASES // ACROSS)
    told = "; ".join(f"{group.n} {group.label}" for group in groups)
    return Markup('<svg class="dots" viewBox="0 0 {} {}" role="img" aria-label="Of 1,000 cases: {}">{}</svg>').format(
        ACROSS * PITCH, height, told, Markup().join(_group(groups, place) for place in range(len(groups)))
    )


def _group(groups: Sequence[Dots], place: int) -> Markup:
    start = sum(group.n for group in groups[:place])
    end = N_CASES if place == len(groups) - 1 else min(N_CASES, start + groups[place].n)
    path = "".join(_dot(case) for case in range(start, end))
    return Markup('<path class="{}" d="{}"/>').format(groups[place].kind, path)


def _dot(case: int) -> str:
    """A circle, column by column, so that each kind is one block."""
    across, down = divmod(case, N_CASES // ACROSS)
    x, y = PITCH * across + PITCH / 2 - RADIUS, PITCH * down + PITCH / 2
    return f"M{x:.1f} {y:g}a{RADIUS} {RADIUS} 0 1 0 {2 * RADIUS:g} 0a{RADIUS} {RADIUS} 0 1 0 {-2 * RADIUS:g} 0"
