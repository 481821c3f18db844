"""The stage that puts the bundle to use, if the decision allows it."""

from __future__ import annotations

from mlwright.core.ahead import Load, Need
from mlwright.core.run import Run
from mlwright.core.store.registry import Champion
from mlwright.records.bundle import Packed
from mlwright.records.decision import Decision
from mlwright.records.deployment import Deployment
from mlwright.records.settings import DeploySettings
from mlwright.scoring.folder import MANIFEST
from mlwright.shipping.targets import target
from mlwright.shipping.writing import write_bundle

INPUT_S = 1e-3
"""Of a quiet machine: for each input, which the reports that follow show in words and in small."""


def need(load: Load, run: Run) -> Need:
    """What the reports take beyond those of a narrow table; the stage itself takes next to nothing."""
    return Need(INPUT_S * load.n_inputs, INPUT_S * load.n_inputs)


def deploy(packed: Packed, decision: Decision, settings: DeploySettings, run: Run) -> Deployment:
    """Make the bundle the champion if the verdict is ``deploy`` or a person overrules it; else change nothing.

    Raises
    ------
    MlwrightError
        If the target refuses the bundle; the champion stays as it is.
    """
    overruled = settings.overrule is not None and decision.verdict != "deploy"
    if decision.verdict != "deploy" and not overruled:
        return _left_alone(packed, decision, settings, run)
    folder = run.store.project / "bundles" / packed.bundle_id
    write_bundle(packed.files[MANIFEST], run.get, folder)
    address = target(settings.target, settings.options).deploy(folder)
    why = f"overruled: {settings.overrule}" if overruled else decision.headline
    champion = run.store.registry.crown(
        bundle_id=packed.bundle_id,
        manifest=packed.files[MANIFEST],
        run_id=run.run_id,
        verdict=decision.verdict,
        target=settings.target,
        why=why,
    )
    told = _told(champion, run, overruled=overruled)
    if settings.target != "project":
        told = f"{told} It answers at {address}."
    return _record(packed, settings, run, told).model_copy(update={"overruled": overruled, "address": address})


def _left_alone(packed: Packed, decision: Decision, settings: DeploySettings, run: Run) -> Deployment:
    verdict, champion = decision.verdict.replace("_", " "), run.store.registry.now()
    now = f"bundle {champion.bundle_id} stays in use" if champion else "no bundle is in use"
    return _record(packed, settings, run, f"The verdict is {verdict!r}, so {now}.")


def _told(champion: Champion, run: Run, *, overruled: bool) -> str:
    if champion.run_id != run.run_id:
        return f"Bundle {champion.bundle_id} is in use since {champion.since_text} and stays so."
    against = f", against the verdict {champion.verdict.replace('_', ' ')!r} ({champion.why})" if overruled else ""
    return f"Bundle {champion.bundle_id} is in use now{against}."


def _record(packed: Packed, settings: DeploySettings, run: Run, sentence: str) -> Deployment:
    now, before = run.store.registry.now(), run.store.registry.before()
    return Deployment(
        target=settings.target,
        bundle_id=packed.bundle_id,
        in_use=now is not None and now.bundle_id == packed.bundle_id,
        champion=now and now.bundle_id,
        before=before and before.bundle_id,
        sentence=sentence,
    )
