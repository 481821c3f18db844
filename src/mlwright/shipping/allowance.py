"""What a container is given beside its image: processes, memory, a limit of requests, and a place for its log."""

from __future__ import annotations

import re
from typing import Annotated, NamedTuple
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from mlwright.core.errors import SettingsError
from mlwright.records.settings.serving import ServeSettings

LOG = "/log"
"""Where the log lies in the container."""

LEAST_MIB = 128
"""Less does not hold a model and what reads it."""

MIB_OF = {"m": 1, "g": 1024, "t": 1024 * 1024}
SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([mgt])i?b?", re.IGNORECASE)

STORES = {"s3": ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_REGION", "AWS_ENDPOINT_URL")}
"""Variables that say who may write to a store, by the kind of its URL."""


def mib(size: str) -> int:
    """A size of memory in MiB; letters and their long forms mean powers of 1024.

    >>> mib("512m"), mib("1.5g"), mib("2Gi")
    (512, 1536, 2048)

    Raises
    ------
    ValueError
        If it is none, or less than any model needs.
    """
    found = SIZE.fullmatch(size.strip())
    if found is None:
        raise ValueError("a size has a unit, such as 512m or 2g")
    amount = int(float(found[1]) * MIB_OF[found[2].lower()])
    if amount < LEAST_MIB:
        raise ValueError(f"a model needs {LEAST_MIB}m at least")
    return amount


def _seen(size: str) -> str:
    mib(size)
    return size


Memory = Annotated[str, AfterValidator(_seen)]
Workers = Annotated[int, Field(ge=1, le=256)]
PerSecond = Annotated[float, Field(gt=0)]


class Allowance(NamedTuple):
    """What one container is given.

    Parameters
    ----------
    log : str or None
        Where what is asked and answered is kept: a place that lasts, or a URL that sealed segments are copied to.
    workers : int
        Processes that answer.
    max_per_s : float or None
        More requests a second are refused.
    memory : str or None
        At most, such as ``512m`` or ``2g``.
    """

    log: str | None = None
    workers: int = ServeSettings().workers
    max_per_s: float | None = None
    memory: str | None = None

    @property
    def url(self) -> str | None:
        """Where the log is copied to, if that is an object store.

        Raises
        ------
        SettingsError
            If it holds a secret, which would be told to everybody who reads the plan.
        """
        if self.log is None or "://" not in self.log:
            return None
        if urlsplit(self.log).password is not None:
            raise SettingsError(
                "The URL of the log holds a secret.", f"Leave it out, and set {', '.join(STORES['s3'][:2])}."
            )
        return self.log

    def variables(self, folder: str = LOG) -> dict[str, str]:
        """What the service in the container is told, by variable; what is as ever is left out.

        Parameters
        ----------
        folder : str
            Where in the container the log is written.
        """
        told = {
            "MLWRIGHT_WORKERS": str(self.workers) if self.workers != ServeSettings().workers else None,
            "MLWRIGHT_MAX_PER_S": None if self.max_per_s is None else f"{self.max_per_s:.15g}",
            "MLWRIGHT_LOG": folder if self.log else None,
            "MLWRIGHT_LOG_COPY": self.url,
        }
        return {name: value for name, value in told.items() if value is not None}
