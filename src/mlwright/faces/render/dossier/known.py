"""What a run knows of the points of Annex IV."""

from __future__ import annotations

from mlwright.faces.render.dossier import judged, making, system
from mlwright.faces.render.dossier.blocks import Block, Known


def known_of(known: Known) -> dict[str, list[Block]]:
    """The blocks of each point, by its number; a point of which nothing is known has none."""
    told = {
        "1(a)": system.purpose,
        "1(b)": system.interplay,
        "1(c)": system.versions,
        "1(d)": system.forms,
        "1(e)": system.hardware,
        "1(g)": system.interface,
        "1(h)": system.use,
        "2(a)": making.steps,
        "2(b)": making.design,
        "2(c)": making.architecture,
        "2(d)": making.data,
        "2(e)": making.oversight,
        "2(f)": making.changes_ahead,
        "2(g)": judged.tests,
        "2(h)": judged.security,
        "3": judged.limits,
        "4": judged.metrics,
        "5": judged.risks,
        "6": judged.history,
        "9": judged.monitoring,
    }
    return {number: list(tell(known)) for number, tell in told.items()}
