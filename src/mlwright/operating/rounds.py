"""One process that looks after any number of projects, one after the other."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from mlwright.core import interrupts
from mlwright.core.errors import MlwrightError, RunCancelled
from mlwright.operating.operator import Operator
from mlwright.project import Project

LOOK_UP_S = 0.5


def operate(
    projects: Sequence[Project],
    *,
    once: bool = False,
    every: float | None = None,
    tell: Callable[[str], object] = lambda said: None,
) -> int:
    """Look after projects until somebody asks for the end; with `once` look at each once.

    A project whose file is not usable holds up no other.

    Parameters
    ----------
    projects : sequence of Project
    once : bool
    every : float, optional
        Seconds between two looks; default: `operate.every` of each project.
    tell : callable, optional
        Told what is done.

    Returns
    -------
    int
        Projects that could not be looked after in the last round.

    Raises
    ------
    RunCancelled
        If somebody asks for the end; a look that was begun is gone on with the next time.
    """
    due = dict.fromkeys(range(len(projects)), 0.0)
    while True:
        n_failed = 0
        for place, project in enumerate(projects):
            if time.time() >= due[place]:
                wait_s, went_well = _looked(project, every, tell)
                due[place] = time.time() + wait_s
                n_failed += not went_well
        if once:
            return n_failed
        while time.time() < min(due.values()):
            if interrupts.asked():
                raise RunCancelled("Stopped; the projects are as they were after the last step.")
            time.sleep(LOOK_UP_S)


def _looked(project: Project, every: float | None, tell: Callable[[str], object]) -> tuple[float, bool]:
    """Look at one project; how long to wait for the next look, and whether it went well."""

    def told(said: str) -> None:
        tell(f"{project.path.name}: {said}")

    try:
        operator = Operator(project, tell=told)
        wait_s = every or operator.settings.every
        operator.look()
        return wait_s, not operator.diary.failures()
    except RunCancelled:
        raise
    except MlwrightError as error:
        told(str(error))
        return every or 3600.0, False
