"""Draw pictures of the data, and say what there is to know."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from threadpoolctl import threadpool_limits

from mlwright.core.errors import ExtraMissing, MlwrightError
from mlwright.core.family import NotApplicable
from mlwright.core.record import Record
from mlwright.core.run import Run
from mlwright.data.checks import CHECKS
from mlwright.data.columns import training_rows
from mlwright.data.compute.table import SplitTable, open_split
from mlwright.data.insights import SEEKERS
from mlwright.data.insights._ranking import Told, tell
from mlwright.data.loads import load_ahead
from mlwright.data.sketches import sketches
from mlwright.data.views import VIEWS
from mlwright.records.data import Snapshot
from mlwright.records.exploration import Drawing, Exploration
from mlwright.records.findings import NO_TIME, Findings, Skipped
from mlwright.records.profile import Profile
from mlwright.records.settings import ExploreSettings
from mlwright.records.split import Split

SHARE_OF_SPARE = 0.1
"""Nothing further is looked for or drawn once so much of what the later stages can spare has gone into it."""
SKETCHES = "columns in small"


class Answer(Record):
    """What one view drew, or why there is nothing to draw."""

    name: str
    order: int = 0
    drawing: Drawing | None = None
    reason: str | None = None


def explore(
    snapshot: Snapshot, profile: Profile, split: Split, findings: Findings, settings: ExploreSettings, run: Run
) -> Exploration:
    """Let every view draw, sketch every column, and tell what there is to know.

    Columns that a check calls a leak are drawn, but nothing is told of what they have to do with the target.

    Raises
    ------
    SettingsError
        If ``explore.skip`` or ``explore.skip_insights`` names an unknown member.
    """
    names = sorted(VIEWS.names_but(settings.skip, "explore.skip"), key=lambda name: VIEWS.get(name).order)
    SEEKERS.names_but(settings.skip_insights, "explore.skip_insights")
    table = open_split(snapshot, split, profile, run)
    work = partial(draw, table=table, profile=profile, run=run)
    time_up, giveaways = run.time_is_up(SHARE_OF_SPARE, load_ahead(profile, split)), _giveaways(findings, profile)
    # Small matrices: a second thread would only wait for the first.
    with threadpool_limits(limits=1, user_api="blas"):
        told = _told(table, profile, giveaways, settings, run, time_up)
        small = sketches(training_rows(table, profile), time_up)
        drawn = run.each(names, work, kind=Answer, key=str, skip=time_up)
    answers = [answer or Answer(name=name, reason=NO_TIME) for name, answer in zip(names, drawn, strict=True)]
    answers.sort(key=lambda answer: (answer.order, answer.name))
    return Exploration(
        drawings=tuple(answer.drawing for answer in answers if answer.drawing is not None),
        insights=told.insights,
        n_looks=told.n_looks,
        giveaways=giveaways,
        sketches=small.sketches,
        skipped=(
            *((Skipped(name=SKETCHES, reason=NO_TIME),) if small.is_cut else ()),
            *(Skipped(name=answer.name, reason=answer.reason) for answer in answers if answer.reason is not None),
            *told.skipped,
        ),
    )


def _giveaways(findings: Findings, profile: Profile) -> tuple[str, ...]:
    """The inputs that give the target away beyond doubt."""
    leaks = [f for f in findings.findings if f.severity == "critical" and CHECKS.get(f.check).group == "leaks"]
    named = {name for finding in leaks for name in finding.columns}
    return tuple(name for name in profile.roles.inputs if name in named)


def _told(
    table: SplitTable,
    profile: Profile,
    giveaways: tuple[str, ...],
    settings: ExploreSettings,
    run: Run,
    time_up: Callable[[], bool],
) -> Told:
    def work(_: str) -> Told:
        return tell(training_rows(table, profile), giveaways, settings.skip_insights, time_up)

    found = run.each(["what there is to know"], work, kind=Told, key=lambda label: [label, run.run_id, *giveaways])[0]
    return found or Told()


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
