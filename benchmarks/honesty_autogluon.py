"""One small table given to AutoGluon; run by `honesty.py --peer`, in an environment that has it.

Usage: python honesty_autogluon.py JOB

JOB is JSON: folder (with drawn.parquet to learn from and others.parquet to answer, which has no target), target, task,
metric, preset, seconds. It has one processor, as our runs have. A preset may be followed by `+seq` (folds in this
process, one after the other, in place of Ray) and `+nods` (no trial run for stacking), which is its best chance on few
processors. What comes out lies in the folder: facts.json with what it says its model is worth, and said.npz with what
the model says of the other rows and of the rows that this figure rests on.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

METRICS = {"log_loss": "log_loss", "rmse": "root_mean_squared_error"}
WAYS: dict[str, dict[str, Any]] = {
    "seq": {"ag_args_ensemble": {"fold_fitting_strategy": "sequential_local"}, "ds_args": {"memory_safe_fits": False}},
    "nods": {"dynamic_stacking": False},
}


def fitted(job: dict[str, Any], train: Any) -> Any:
    """AutoGluon's predictor."""
    from autogluon.tabular import TabularPredictor

    preset, *ways = job["preset"].split("+")
    options = {name: value for way in ways for name, value in WAYS[way].items()}
    predictor = TabularPredictor(
        label=job["target"],
        problem_type=job["task"],
        eval_metric=METRICS[job["metric"]],
        path=str(Path(job["folder"]) / "model"),
        verbosity=0,
    )
    return predictor.fit(train, presets=preset, time_limit=job["seconds"], num_cpus=1, **options)


def validation(predictor: Any, is_class: bool) -> tuple[Any, Any]:
    """The target of the rows that the validation score rests on, and what the best model said of them.

    A bagged model said it of the rows that its folds held out, another of the rows that were set aside. Classes are
    AutoGluon's own numbers.
    """
    best = predictor.model_best
    if predictor._trainer.bagged_mode:
        target = predictor.load_data_internal("train", return_X=False)[1]
        ask = predictor.predict_proba_oof if is_class else predictor.predict_oof
        return target, ask(best, transformed=True).loc[target.index]
    rows, target = predictor.load_data_internal("val")
    ask = predictor.predict_proba if is_class else predictor.predict
    return target, ask(rows, model=best, transform_features=False)


def main() -> None:
    from importlib.metadata import version

    import numpy as np
    import pandas as pd

    job = json.loads(sys.argv[1])
    folder, is_class = Path(job["folder"]), job["task"] != "regression"
    predictor = fitted(job, pd.read_parquet(folder / "drawn.parquet"))
    board = predictor.leaderboard().set_index("model")
    others = pd.read_parquet(folder / "others.parquet")
    said = predictor.predict_proba(others) if is_class else predictor.predict(others)
    target, held_out = validation(predictor, is_class)
    facts = {
        "score": float(board.loc[predictor.model_best, "score_val"]),
        "model": predictor.model_best,
        "models": len(board),
        "classes": [str(name) for name in said.columns] if is_class else None,
        "version": version("autogluon.tabular"),
    }
    np.savez(folder / "said.npz", said=said.to_numpy(), target=target.to_numpy(), held_out=held_out.to_numpy())
    (folder / "facts.json").write_text(json.dumps(facts))


if __name__ == "__main__":
    main()
