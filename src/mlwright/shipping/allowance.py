"""What a container is given beside its image: processes, memory, limits of requests, and a place for its log."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field

from mlwright.core.errors import SettingsError, offers
from mlwright.core.listed import listed, names_in
from mlwright.core.record import Settings
from mlwright.records.settings.serving import ServeSettings
from mlwright.scoring.bundle import Bundle
from mlwright.scoring.signature import PublicKey, check_signature

LOG = "/log"
"""Where the log lies in the container."""

HASH_KEY = "MLWRIGHT_LOG_HASH_KEY"
"""The variable that holds the key of the log's hashes, here and in the container."""

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


def _listed(given: Any) -> Any:
    """Names with commas between them, as a command line has them, or a list."""
    return names_in(given) if isinstance(given, str) else given


Memory = Annotated[str, AfterValidator(_seen)]
Names = Annotated[tuple[str, ...], BeforeValidator(_listed)]


class Allowance(Settings):
    """What one container is given.

    Parameters
    ----------
    workers : int
        Processes that answer.
    max_per_s : float
        More requests a second are refused, of all callers together.
    max_per_s_each : float
        The same of each caller.
    max_records : int
        Requests with more records are refused.
    max_body_bytes : int
        Requests with longer bodies are refused.
    require_signature : str
        A public key of minisign, or its file on this machine: only what its holder signed is served.
    log : str
        Where what is asked and answered is kept: a place that lasts, or a URL that sealed segments are copied to.
    log_leave_out : tuple of str
        Inputs of which the log keeps nothing; with commas between them, one with a comma in quotes.
    log_hash : tuple of str
        Inputs of which it keeps a keyed hash alone.
    log_max_mb : int
        The log's oldest parts go above this size.
    memory : str
        At most, such as ``512m`` or ``2g``.
    """

    workers: int = Field(default=ServeSettings().workers, ge=1, le=256)
    max_per_s: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    max_per_s_each: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    max_records: int | None = Field(default=None, ge=1)
    max_body_bytes: int | None = Field(default=None, ge=1)
    require_signature: str | None = None
    log: str | None = None
    log_leave_out: Names = ()
    log_hash: Names = ()
    log_max_mb: int | None = Field(default=None, ge=1)
    memory: Memory | None = None

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

    def check(self, bundle: Bundle) -> None:
        """See that a container of a bundle could start with it.

        Raises
        ------
        SettingsError
            If something is said of a log and there is none, or it names no input.
        BundleError
            If the signature that is required is not there.
        """
        if self.require_signature is not None:
            check_signature(bundle.folder, self.require_signature)
        inputs = [item.name for item in bundle.inputs]
        for option in ("log_leave_out", "log_hash", "log_max_mb"):
            said = getattr(self, option)
            if said and self.log is None:
                raise SettingsError(f"{option} says how a log is kept, and none is.", "--set log=PLACE")
            for name in said if isinstance(said, tuple) else ():
                if name not in inputs:
                    raise SettingsError(f"{option} names {name!r}, which is no input.", offers(name, inputs))
        if both := set(self.log_leave_out) & set(self.log_hash):
            raise SettingsError(
                f"The log is to leave out {', '.join(sorted(both))} and to hash it.", "Name it in one of the two."
            )

    def variables(self, folder: str = LOG, most_mb: int | None = None) -> dict[str, str]:
        """What the service in the container is told, by variable; what is as ever is left out.

        Parameters
        ----------
        folder : str
            Where in the container the log is written.
        most_mb : int, optional
            The size of the log where nothing else was said.
        """
        key = None if self.require_signature is None else PublicKey.read(self.require_signature).text()
        log_mb = (self.log_max_mb or most_mb) if self.log else None
        told = {
            "MLWRIGHT_WORKERS": str(self.workers) if self.workers != ServeSettings().workers else None,
            "MLWRIGHT_MAX_PER_S": _plain(self.max_per_s),
            "MLWRIGHT_MAX_PER_S_EACH": _plain(self.max_per_s_each),
            "MLWRIGHT_MAX_RECORDS": _plain(self.max_records),
            "MLWRIGHT_MAX_BODY_BYTES": _plain(self.max_body_bytes),
            "MLWRIGHT_REQUIRE_SIGNATURE": key,
            "MLWRIGHT_LOG": folder if self.log else None,
            "MLWRIGHT_LOG_COPY": self.url,
            "MLWRIGHT_LOG_LEAVE_OUT": listed(self.log_leave_out) or None,
            "MLWRIGHT_LOG_HASH": listed(self.log_hash) or None,
            "MLWRIGHT_LOG_MAX_MB": _plain(log_mb),
        }
        return {name: value for name, value in told.items() if value is not None}


NOTHING_GIVEN = Allowance()

OPTIONS: Mapping[str, str] = MappingProxyType(
    {
        "workers": "workers",
        "max_per_s": "max_per_s",
        "max_per_s_each": "max_per_s_each",
        "max_records": "max_records",
        "max_body_bytes": "max_body_bytes",
        "require_signature": "require_signature",
        "log.folder": "log",
        "log.copy_to": "log",
        "log.left_out": "log_leave_out",
        "log.hashed": "log_hash",
        "log.max_bytes": "log_max_mb",
    }
)
"""By which option of `Allowance` a container is told a setting of the service."""


def _plain(number: float | None) -> str | None:
    return None if number is None else f"{number:.15g}"
