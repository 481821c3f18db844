"""What is made of little time, by a clock that counts processor time: other work beside it does not matter.

Usage: python benchmarks/short.py DATA_DIR [--budget 15 30] [--slower 1] [--systems mlwright,catboost,lightgbm]
                [--sets SET ...] [--rows N] [--seeds 0] [--out FILE] [--stages] [--quick] [--check]

Every system has one thread, and a process of its own whose clocks all show the seconds that it has computed, times
`--slower`: with 2 it finds itself on a processor that needs twice as long for everything, the work by which the pace
is told among it. A quarter of the rows is asked for in the end, 5,000 at most: log loss for classes, root mean squared
error for numbers. CatBoost has its library's settings and the time until its budget is up; LightGBM steps of 0.05, and
ends where a tenth of the rows no longer gains. A difference is how much larger a loss is than that of mlwright.
mlwright's own modules are compiled beforehand, as an installation does.
"""

from __future__ import annotations

import argparse
import compileall
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

OWN = "mlwright"
SYSTEMS = (OWN, "catboost", "lightgbm")
SETS = ("covertype_20k", "optdigits", "employee_salaries", "electricity_elec2", "credit_g")
QUICK_SET, QUICK_BUDGET_S = "credit_g", 10.0
MOST_ASKED = 5_000
GOAL_OVER = 1.05
LONG_S = 0.1
TAIL = 2_000

Result = dict[str, Any]
Answers = tuple[np.ndarray, Sequence[Any]]


def slow_clocks(times: float) -> None:
    """Let every clock of this process show the seconds that it has computed, so many times."""
    computed, of_thread, began = time.process_time, time.thread_time, time.time() - time.process_time()
    time.process_time = time.monotonic = time.perf_counter = lambda: times * computed()
    time.thread_time = lambda: times * of_thread()
    time.time = lambda: began + times * computed()


def ask_mlwright(target: str, job: dict[str, Any]) -> Answers:
    from mlwright.core import pace

    pace.TASKS = Path(os.devnull)  # how long threads wait is other people's work
    from mlwright.core.store import Store
    from mlwright.project import Project

    with tempfile.TemporaryDirectory() as folder:
        sections = {
            "project": {"name": "short", "target": target, "seed": job["seed"]},
            "collect": {"source": job["learn"]},
        }
        project = Project.create(Path(folder) / "project", sections)
        project.run(budget=f"{job['budget_s']}s", n_jobs=1, began=time.time() - time.process_time())
        job["took_s"] = time.process_time()
        asked = pd.read_csv(job["asked"])
        store = Store(Path(folder) / "project" / ".mlwright")
        events = list(store.journal(store.run_ids()[-1]))
        job["stages"] = {one["stage"]: one["seconds"] for one in events if one["event"] == "stage_done"}
        items = [one for one in events if one["event"] == "item_done" and one["seconds"] > LONG_S]
        job["items"] = [(one["stage"], one["label"], one["seconds"]) for one in items]
        job["notes"] = [one["message"] for one in events if one["event"] == "note"]
        from mlwright.scoring.bundle import Bundle

        bundle = Bundle.load(project.bundle_path())
        job["members"] = {member.candidate: round(member.weight, 2) for member in bundle.manifest.model.members}
        if not bundle.classes:
            return np.asarray(bundle.predict(asked)), ()
        return np.asarray(bundle.predict_proba(asked)), bundle.classes


def ask_catboost(target: str, job: dict[str, Any]) -> Answers:
    import catboost

    learn = pd.read_csv(job["learn"])
    names = [name for name in learn.columns if name != target]
    words = [name for name in names if not pd.api.types.is_numeric_dtype(learn[name])]
    ends = 0.97 * job["budget_s"]

    class Stop:
        def after_iteration(self, info: Any) -> bool:
            return time.process_time() < ends

    kind = catboost.CatBoostRegressor if job["task"] == "regression" else catboost.CatBoostClassifier
    model = kind(thread_count=1, random_seed=job["seed"], verbose=False, allow_writing_files=False)
    x, y = texts(learn[names], words), learn[target] if job["task"] == "regression" else learn[target].astype(str)
    model.fit(x, y, cat_features=words, callbacks=[Stop()])
    job["took_s"] = time.process_time()
    x = texts(pd.read_csv(job["asked"])[names], words)
    return (model.predict(x), ()) if job["task"] == "regression" else (model.predict_proba(x), model.classes_)


def texts(table: pd.DataFrame, words: Sequence[str]) -> pd.DataFrame:
    return table.assign(
        **{name: table[name].astype(object).where(table[name].notna(), "nan").astype(str) for name in words}
    )


def ask_lightgbm(target: str, job: dict[str, Any]) -> Answers:
    import lightgbm

    learn = pd.read_csv(job["learn"])
    names = [name for name in learn.columns if name != target]
    words = [name for name in names if not pd.api.types.is_numeric_dtype(learn[name])]
    kinds = {name: pd.CategoricalDtype(learn[name].dropna().unique()) for name in words}
    is_number = job["task"] == "regression"
    classes, y = (
        ((), learn[target].to_numpy()) if is_number else np.unique(learn[target].astype(str), return_inverse=True)
    )
    held = np.random.default_rng(job["seed"]).random(len(y)) < 0.1
    known = [lightgbm.Dataset(learn[names].astype(kinds)[part], y[part], free_raw_data=False) for part in (~held, held)]
    several = {"num_class": len(classes)} if len(classes) > 2 else {}
    objective = "l2" if is_number else "multiclass" if several else "binary"
    words_of = {"objective": objective, "learning_rate": 0.05, "num_threads": 1, "verbosity": -1, "seed": job["seed"]}
    ends = 0.97 * job["budget_s"]

    def stop(env: Any) -> None:
        if time.process_time() >= ends:
            raise lightgbm.callback.EarlyStopException(env.iteration, env.evaluation_result_list)

    model = lightgbm.train(
        words_of | several, known[0], 2_000, [known[1]], callbacks=[lightgbm.early_stopping(50, verbose=False), stop]
    )
    job["took_s"] = time.process_time()
    said = np.asarray(model.predict(pd.read_csv(job["asked"])[names].astype(kinds)))
    return (np.column_stack([1 - said, said]) if objective == "binary" else said), classes


ASK: dict[str, Callable[..., Answers]] = {OWN: ask_mlwright, "catboost": ask_catboost, "lightgbm": ask_lightgbm}


def loss(answers: Answers, truth: pd.Series) -> float:
    said, classes = answers
    if not len(classes):
        return float(np.sqrt(np.mean((np.asarray(said, dtype=float).ravel() - truth.to_numpy(float)) ** 2)))
    place = {str(one): at for at, one in enumerate(classes)}
    sure = np.clip(said / said.sum(axis=1, keepdims=True), 1e-7, 1.0)
    own = np.array([place.get(str(one), -1) for one in truth])
    return float(-np.log(np.where(own >= 0, sure[np.arange(len(own)), own], 1e-7)).mean())


def work(job: dict[str, Any]) -> None:
    """One system on one table, in this process; prints what came out."""
    slow_clocks(job["slower"])
    answers, truth = ASK[job["system"]](job["target"], job), pd.read_csv(job["asked"])[job["target"]]
    print(json.dumps(job | {"loss": loss(answers, truth), "over": job["took_s"] / job["budget_s"]}))


def split(options: argparse.Namespace, name: str, seed: int, folder: Path) -> dict[str, Any]:
    import tables

    data = tables.read(options.data, name)
    rng = np.random.default_rng(seed)
    order = np.arange(len(data.frame)) if data.time else rng.permutation(len(data.frame))
    n_asked = min(len(order) // 4, MOST_ASKED)
    learn, asked = order[:-n_asked][-options.rows :] if options.rows else order[:-n_asked], order[-n_asked:]
    for part, rows in (("learn", learn), ("asked", asked)):
        data.frame.iloc[rows].to_csv(folder / f"{name}-{seed}-{part}.csv", index=False)
    files = {part: str(folder / f"{name}-{seed}-{part}.csv") for part in ("learn", "asked")}
    task = data.task if data.task in ("binary", "multiclass") else "regression"
    return files | {"set": name, "target": data.target, "task": task, "seed": seed, "n_learn": len(learn)}


def run_all(options: argparse.Namespace) -> Iterator[Result]:
    import mlwright

    compileall.compile_dir(Path(mlwright.__file__).parent, quiet=1)
    with tempfile.TemporaryDirectory() as folder:
        for name in options.sets:
            for seed in options.seeds:
                job = split(options, name, seed, Path(folder))
                for budget in options.budgets:
                    for system in options.systems.split(","):
                        yield run_one(job | {"system": system, "budget_s": budget, "slower": options.slower})


def run_one(job: Mapping[str, Any]) -> Result:
    alone = {"OMP_NUM_THREADS": "1", "MLWRIGHT_EXPERIENCE": "off"}
    command = [sys.executable, __file__, "--job", json.dumps(job)]
    done = subprocess.run(command, env=os.environ | alone, capture_output=True, text=True)
    if done.returncode:
        return dict(job) | {"error": done.stderr[-TAIL:]}
    found: Result = json.loads(done.stdout.splitlines()[-1])
    return found


def show(found: Sequence[Result]) -> None:
    print("| set | budget | slower | system | loss | above ours | took / budget | made of |")
    print("|---|---|---|---|---|---|---|---|")
    for one in found:
        which = f"| {one['set']} | {one['budget_s']:g} | {one['slower']:g} | {one['system']} |"
        if "error" in one:
            print(which, one["error"].splitlines()[-1], "| | | |")
            continue
        gap = "" if one["system"] == OWN else f"{above(one, found):+.1%}"
        made = ", ".join(f"{name} {weight:g}" for name, weight in one.get("members", {}).items())
        print(which, f"{one['loss']:.5g} | {gap} | {one['over']:.2f} | {made} |")


def above(one: Result, found: Sequence[Result]) -> float:
    """How much larger a loss is than ours with the same rows and the same time."""
    same = [r for r in found if all(r[key] == one[key] for key in ("set", "seed", "budget_s", "slower"))]
    own = next((r["loss"] for r in same if r["system"] == OWN and "loss" in r), float("nan"))
    return float(one["loss"] / own - 1.0)


def missed(found: Sequence[Result]) -> list[str]:
    failed = [f"{one['system']} failed on {one['set']}" for one in found if "error" in one]
    whole = [one for one in found if "error" not in one]
    late = [one for one in whole if one["system"] == OWN and one["over"] > GOAL_OVER]
    better = [one for one in whole if one["system"] != OWN and above(one, found) < 0]
    return [
        *failed,
        *(f"{one['set']} took {one['over']:.2f} of {one['budget_s']:g} s" for one in late),
        *(f"{one['system']} is better on {one['set']} with {one['budget_s']:g} s" for one in better),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, nargs="?")
    parser.add_argument("--budget", dest="budgets", type=float, nargs="*", default=[15.0, 30.0])
    parser.add_argument("--slower", type=float, default=1.0)
    parser.add_argument("--systems", default=",".join(SYSTEMS))
    parser.add_argument("--sets", nargs="*", default=list(SETS))
    parser.add_argument("--rows", type=int)
    parser.add_argument("--seeds", type=int, nargs="*", default=[0])
    parser.add_argument("--out", type=Path, help="JSON lines; added to")
    parser.add_argument("--stages", action="store_true", help="where the time went, too")
    parser.add_argument("--quick", action="store_true", help="one small set, 10 s")
    parser.add_argument("--check", action="store_true", help="exit with 1 where a goal is missed")
    parser.add_argument("--job", type=json.loads, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.job:
        work(options.job)
        return
    if options.quick:
        options.sets, options.budgets = [QUICK_SET], [QUICK_BUDGET_S]
    found = []
    for one in run_all(options):
        found.append(one)
        if options.out:
            with options.out.open("a") as file:
                file.write(json.dumps(one) + "\n")
        if options.stages and "stages" in one:
            print({stage: round(s, 2) for stage, s in one["stages"].items()}, *one["items"], *one["notes"], sep="\n")
    show(found)
    not_reached = missed(found)
    print("\n".join(not_reached))
    figures = [{key: value for key, value in one.items() if key not in ("learn", "asked")} for one in found]
    print(json.dumps({"benchmark": "short", "missed": not_reached, "figures": figures}))
    if options.check and not_reached:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
