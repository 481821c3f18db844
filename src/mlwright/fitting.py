"""The whole job in one call, and loading what it has made."""

from __future__ import annotations

import os
import tempfile
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlwright.config import FILE_NAME, located
from mlwright.core.errors import MlwrightError
from mlwright.project import Project

if TYPE_CHECKING:
    from mlwright.scoring.bundle import Bundle


def fit(
    train: Any,
    target: str,
    task: str = "auto",
    budget: str | float = "60s",
    path: str | os.PathLike[str] | None = None,
    seed: int = 0,
    n_jobs: int | None = None,
    prefer: str = "accuracy",
) -> Bundle:
    """Do the whole job on one table and return the model.

    Parameters
    ----------
    train : path, URL, or a pandas, polars or Arrow table
        Rows with the target.
    target : str
        The column to predict.
    task : str, default="auto"
        ``binary``, ``multiclass``, ``regression``, or found from the target.
    budget : str or float, default="60s"
        Wall clock for the whole job.
    path : path-like, optional
        The project folder, with everything that was found on the way; default: a temporary one that goes with
        the returned bundle.
    seed : int, default=0
    n_jobs : int, optional
        Fits at the same time; default: the processors that this process may use.
    prefer : str, default="accuracy"
        ``speed`` or ``simple``: of the models that the data cannot tell from the best, the fastest or the simplest one.

    Returns
    -------
    Bundle
        With ``predict``, ``predict_proba``, ``classes``, ``evaluation``, ``decision`` and ``save``.

    Examples
    --------
    >>> import mlwright
    >>> model = mlwright.fit("train.csv", target="y")          # doctest: +SKIP
    >>> model.predict(new_rows)                                # doctest: +SKIP
    """
    began = time.time()
    from mlwright.scoring.bundle import Bundle

    temporary = tempfile.TemporaryDirectory(prefix="mlwright-") if path is None else None
    folder = Path(temporary.name if temporary is not None else path or ".")
    source = _as_source(train, folder)
    asked = {"target": target, "task": task, "seed": seed}
    sections: dict[str, dict[str, Any]] = {
        "project": {"name": _name_of(train, target) if path is None else None} | asked,
        "collect": {"source": source},
    }
    project = Project.create(folder, sections)
    with nullcontext() if isinstance(train, str | os.PathLike) else _called_the_table(source):
        project.run(budget=budget, n_jobs=n_jobs, prefer=prefer, began=began)
    bundle = Bundle.load(project.bundle_path(), is_proved=True)
    if temporary is not None:
        weakref.finalize(bundle, temporary.cleanup)
    return bundle


def load(path: str | os.PathLike[str]) -> Bundle:
    """The bundle at `path`; of a project the one in use, else its latest one. Every file's hash is checked."""
    from mlwright.scoring.bundle import Bundle

    folder = Path(path)
    return Bundle.load(Project(folder).model_path() if (folder / FILE_NAME).exists() else folder)


def _name_of(train: Any, target: str) -> str:
    """What the model is called where no folder has a name: like its file, else like its target."""
    return target if not isinstance(train, str | os.PathLike) else Path(train).name.partition(".")[0] or target


@contextmanager
def _called_the_table(file: str) -> Iterator[None]:
    """Who gave a table in memory knows no file: errors speak of the table."""
    try:
        yield
    except MlwrightError as error:
        message = error.message.replace(f"'{file}'", "the table").replace(file, "the table")
        error.message = message[:1].upper() + message[1:]
        error.args = (error.message, *error.args[1:])
        raise


def _as_source(train: Any, folder: Path) -> str:
    """A location that `collect` can read; a table in memory is written into the project folder."""
    if isinstance(train, str | os.PathLike):
        return located(os.fspath(train), Path.cwd())
    import pyarrow.parquet as pq

    from mlwright.scoring.columns import to_arrow

    file = folder / "data" / "train.parquet"
    file.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(to_arrow(train), file)
    return str(file)
