"""What a user may say about the service of a model."""

from __future__ import annotations

from pydantic import Field

from mlwright.core.record import Settings


class LogSettings(Settings):
    """``[serve.log]``: what is kept of what was asked and answered.

    Parameters
    ----------
    folder : str
        Where; None keeps nothing.
    left_out, hashed : tuple of str
        Inputs of which nothing is kept, or only a keyed hash: equal values stay equal, and nothing else is told.
    hash_key : str
        ``env:NAME``: the variable that holds the key of the hashes.
    max_bytes : int
        Of the predictions, and of the outcomes; the oldest segments are removed first.
    copy_to : str
        A URL (``s3://bucket/path``, ``gs://...``, ``file:///path``) that sealed segments are copied to.
    """

    folder: str | None = None
    left_out: tuple[str, ...] = ()
    hashed: tuple[str, ...] = ()
    hash_key: str | None = None
    max_bytes: int = Field(default=1_000_000_000, ge=1)
    copy_to: str | None = None


class ServeSettings(Settings):
    """``[serve]``: how the service listens, what it takes and what it keeps; ``mlwright serve`` has options for most.

    Parameters
    ----------
    host : str
        The address to listen on. Beyond this machine a token is needed.
    port : int
        0 for any free one.
    workers : int
        Processes that answer.
    token : str
        ``env:NAME`` or ``file:PATH``: where the tokens are of which callers must send one; no secret
        is ever written here.
    max_body_bytes : int
        Longer bodies are refused before they are read to their end.
    max_records : int
        More records in one request are refused.
    max_per_s : float
        More requests with a body are refused, of all callers together; None for as many as the machine bears.
    max_per_s_each : float
        The same of each caller: whoever sends the same token, or asks from the same address where none is needed.
    log : LogSettings
        What is kept of what was asked and answered.
    shadow : str
        The folder of another bundle, which answers the same requests unseen; its answers go into the log.
    behind_gate : bool
        Whether something in front, such as a cloud platform, lets only those through who may ask, so that no token
        is needed beyond this machine.
    require_signature : str
        A public key of minisign, its file, or ``env:NAME``: only bundles that its holder signed are served.
    """

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    workers: int = Field(default=1, ge=1, le=256)
    token: str | None = None
    max_body_bytes: int = Field(default=10_000_000, ge=1)
    max_records: int = Field(default=10_000, ge=1)
    max_per_s: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    max_per_s_each: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    log: LogSettings = LogSettings()
    shadow: str | None = None
    behind_gate: bool = False
    require_signature: str | None = None
