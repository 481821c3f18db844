"""Draw pictures of the data."""

from __future__ import annotations

from functools import partial

from mlwright.core.errors import ExtraMissing, MlwrightError
from mlwright.core.family import NotApplicable
from mlwright.core.record import Record
from mlwright.core.run import Run
from mlwright.data.compute.table import SplitTable, open_split
from mlwright.data.views import VIEWS
from mlwright.records.data import Snapshot
from mlwright.records.exploration import Drawing, Exploration
from mlwright.records.findings import Skipped
from mlwright.records.profile import Profile
from mlwright.records.settings import ExploreSettings
from mlwright.records.split import Split


class Answer(Record):
    """What one view drew, or why there is nothing to draw."""

    name: str
    order: int = 0
    drawing: Drawing | None = None
    reason: str | None = None


def explore(snapshot: Snapshot, profile: Profile, split: Split, settings: ExploreSettings, run: Run) -> Exploration:
    """Let every view draw.

    Raises
    ------
    SettingsError
        If ``explore.skip`` names an unknown view.
    """
    names = VIEWS.names_but(settings.skip, "explore.skip")
    table = open_split(snapshot, split, profile, run)
    work = partial(draw, table=table, profile=profile, run=run)
    answers = [answer for answer in run.each(names, work, kind=Answer, key=str) if answer is not None]
    answers.sort(key=lambda answer: (answer.order, answer.name))
    return Exploration(
        drawings=tuple(answer.drawing for answer in answers if answer.drawing is not None),
        skipped=tuple(
            Skipped(name=answer.name, reason=answer.reason) for answer in answers if answer.reason is not None
        ),
    )


def draw(name: str, table: SplitTable, profile: Profile, run: Run) -> Answer:
    """What one view draws of a table; the figure becomes a blob."""
    try:
        view = VIEWS.get(name)()
        picture = view.draw(table, profile)
        figure = run.put(picture.figure.to_json().encode())
    except NotApplicable as refusal:
        return Answer(name=name, reason=refusal.reason)
    except ExtraMissing as missing:
        return Answer(name=name, reason=missing.message)
    except MlwrightError:
        raise
    except Exception as error:  # noqa: BLE001  one view that fails must not hide the others
        return Answer(name=name, reason=f"it failed with {type(error).__name__}: {error}")
    drawing = Drawing(view=name, title=view.title, sentence=picture.sentence, figure=figure)
    return Answer(name=name, order=view.order, drawing=drawing)
