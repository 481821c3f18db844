"""Whether a new model may go into use without a proof on rows to come."""

from __future__ import annotations

from mlwright.records.bundle import Manifest
from mlwright.records.challenge import Challenge
from mlwright.records.contest import Trial
from mlwright.records.evaluation import Estimate
from mlwright.records.settings import OperateSettings
from mlwright.watching.stretch import SURE, SURE_IN_NEED, surely_less
from mlwright.watching.timing import gain_left

FEWEST_ROWS = 30


def settings_allow(
    settings: OperateSettings, compared: Challenge, mended: float = 0.0, *, is_refresh: bool, is_worse: bool = False
) -> bool:
    """Whether a new model may go into use on what it gained on unseen rows.

    One that is only trained again has to be no worse, as far as these rows tell; another one has to be better, and so
    has either where the answers of the model in use are touched up: it then gives up what these have learned. Where the
    model in use is worse than promised, such a refresh too has to be no worse than what answers, and is kept out only
    if it nearly surely is: it has learned a little of a new world, and the one in use nothing.

    Parameters
    ----------
    settings : OperateSettings
    compared : Challenge
    mended : float
        The share of its loss that touching up spares the model in use.
    is_refresh : bool
    is_worse : bool
        Whether what is in use was found worse than promised.
    """
    if not can_tell(settings, compared) or compared.gain is None:
        return False
    left = gain_left(gain_share(compared), mended)
    if settings.promote == "likely":
        return left is not None and left > settings.least_gain
    if settings.refresh != "likely" or not is_refresh:
        return False
    if mended > 0 and not is_worse:
        return left is not None and left > 0
    return not surely_less(_beyond(compared, max(0.0, mended)), SURE_IN_NEED if is_worse else SURE)


def _beyond(compared: Challenge, mended: float) -> Estimate:
    """The gain over the model in use as it is touched up."""
    assert compared.gain is not None
    spared = mended * abs(compared.champion_model.value) if compared.champion_model is not None else 0.0
    fields = {name: getattr(compared.gain, name) - spared for name in ("value", "low", "high")}
    return compared.gain.model_copy(update=fields)


def can_tell(settings: OperateSettings, compared: Challenge) -> bool:
    """Whether unseen rows may decide, and there are enough of them."""
    return "promote" not in settings.approve and compared.n_rows >= FEWEST_ROWS and compared.gain is not None


def is_refresh(now: Manifest, new: Manifest) -> bool:
    """Whether a model is the one in use, trained again: the same question to the same inputs.

    The classes stand in the same order, which callers that read probabilities by place rely on.
    """
    inputs = [sorted(clause.name for clause in each.inputs) for each in (now, new)]
    return inputs[0] == inputs[1] and (now.target, now.model.classes) == (new.target, new.model.classes)


def is_likely(trial: Trial, settings: OperateSettings) -> bool:
    """Whether a challenger that is not proved better yet goes into use, as the settings allow."""
    return settings.promote == "likely" and trial.n >= FEWEST_ROWS and trial.gain > trial.least_gain


def gain_share(compared: Challenge) -> float | None:
    """What a new model gained on unseen rows, as a share of the loss of the one in use; None if that is not known."""
    if compared.gain is None or compared.champion_model is None or not compared.champion_model.value:
        return None
    return compared.gain.value / abs(compared.champion_model.value)
