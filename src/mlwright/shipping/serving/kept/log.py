"""The prediction log of a service: every answer with its id, and the outcomes that callers report later."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from mlwright.core.errors import SettingsError, StorageError, name_list
from mlwright.records.bundle import Manifest
from mlwright.records.served import LOG_FACTS, OUTCOMES, PREDICTIONS, KeptColumn, LogFacts, Treatment
from mlwright.records.settings.serving import LogSettings
from mlwright.scoring.coded_rows import Coded, Form
from mlwright.scoring.kept_rows import Asked, Frames, Outcome, can_be_coded, n_requests, outcome_frames
from mlwright.shipping.serving.kept.keeper import Keeper
from mlwright.shipping.serving.kept.spool import Spool
from mlwright.shipping.serving.settings import secret_key

FOR_OWNER_AND_GROUP = 0o750
"""What callers sent is nobody else's to read; a folder that is there already keeps its rights."""


class PredictionLog:
    """Keeps what was asked and answered.

    Parameters
    ----------
    manifest : Manifest
        Of the bundle that answers.
    settings : LogSettings
        `folder` is set.
    lost : callable, optional
        Told how many requests could not be kept.
    keeps : bool
        Whether it seals and removes segments itself; else a process beside this one does.

    Attributes
    ----------
    takes_codes : bool
        Whether it keeps all that it should of records that are numbers and codes.
    forms : dict of str to Form
        What those mean, by the bundle that has answered them.

    Raises
    ------
    SettingsError
        If the settings name inputs that the model does not have, or the key of the hashes is not there.
    StorageError
        If the folder cannot be written, or is the log of another model.
    """

    def __init__(
        self,
        manifest: Manifest,
        settings: LogSettings,
        lost: Callable[[int], None] = lambda n: None,
        *,
        keeps: bool = True,
    ) -> None:
        facts = facts_of(manifest, settings)
        folder = Path(settings.folder or ".")
        key = secret_key(settings) if settings.hashed else b""
        settle = partial(_settle, folder, facts)
        settle()
        self._keeper = Keeper(settings) if keeps else None
        self.forms: dict[str, Form] = {}
        self.takes_codes = can_be_coded(facts)
        frames = Frames(facts, key, self.forms)
        self._predictions = Spool(folder / PREDICTIONS, frames, lambda some: lost(n_requests(some)), settle)
        self._outcomes = Spool(folder / OUTCOMES, outcome_frames, lambda some: lost(n_requests(some)), settle)

    def keep(self, asked: Sequence[Asked | Coded]) -> None:
        """Keep what was answered at the same moment; returns at once."""
        self._predictions.put(asked)

    def keep_outcome(self, id: str, outcome: Any) -> None:
        """Keep what came true of a record; of several reports the last one counts."""
        self._outcomes.put([Outcome(id, time.time(), outcome)])

    def close(self) -> None:
        """Write what waits."""
        self._predictions.close()
        self._outcomes.close()
        if self._keeper is not None:
            self._keeper.close()


def facts_of(manifest: Manifest, settings: LogSettings) -> LogFacts:
    """What a reader of the log must know.

    Raises
    ------
    SettingsError
        If the settings name inputs that the model does not have.
    """
    names = {item.name for item in manifest.inputs}
    if unknown := [name for name in (*settings.left_out, *settings.hashed) if name not in names]:
        raise SettingsError(
            f"The log shall leave out or hash {name_list(unknown)}, which the model does not have.",
            f"Its inputs are: {name_list(sorted(names), limit=20)}.",
        )
    treatments: dict[str, Treatment] = dict.fromkeys(settings.hashed, "hashed")
    treatments |= dict.fromkeys(settings.left_out, "left_out")
    columns = tuple(
        KeptColumn(name=item.name, kind=item.kind, treatment=treatments.get(item.name, "kept"))
        for item in manifest.inputs
    )
    return LogFacts(target=manifest.target, columns=columns, classes=manifest.model.classes)


def open_facts(folder: Path) -> LogFacts:
    """The facts of a log.

    Raises
    ------
    StorageError
        If the folder is no prediction log.
    """
    try:
        return LogFacts.model_validate_json((folder / LOG_FACTS).read_bytes())
    except (OSError, ValueError):
        raise StorageError(
            f"{folder} is no prediction log.", "mlwright serve MODEL --log FOLDER  begins one."
        ) from None


def _settle(folder: Path, facts: LogFacts) -> None:
    """Begin the log, or see that it is one of the same inputs, kept in the same way."""
    path = folder / LOG_FACTS
    try:
        folder.mkdir(mode=FOR_OWNER_AND_GROUP, parents=True, exist_ok=True)
        if not path.exists():
            draft = folder / f".{LOG_FACTS}.{os.getpid()}"
            draft.write_text(facts.model_dump_json(indent=1))
            os.replace(draft, path)
    except OSError as error:
        raise StorageError(f"The log {folder} cannot be written ({error.strerror}).", "Name another folder.") from None
    if open_facts(folder) != facts:
        raise StorageError(
            f"{folder} is the log of a model with other inputs or classes, or was begun with other settings.",
            "Name another folder for --log.",
        )
