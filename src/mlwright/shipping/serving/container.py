"""The service inside a container: everything it must know comes from the environment that platforms set.

``python -m mlwright.shipping.serving.container [serve]``. The word ``serve`` is what Amazon SageMaker appends.

| variable | |
|---|---|
| ``MLWRIGHT_BUNDLE`` | the folder of the bundle; default: where platforms mount models, the first that is there |
| ``AIP_HTTP_PORT``, ``SAGEMAKER_BIND_TO_PORT``, ``PORT`` | the port, the first that is set; default 8080 |
| ``MLWRIGHT_TOKEN``, ``MLWRIGHT_TOKEN_FILE`` | the tokens, or the file that holds them |
| ``MLWRIGHT_BEHIND_GATE`` | ``1``: no token, for something in front lets only those through who may ask |
| ``MLWRIGHT_WORKERS`` | processes that answer; default 1 |
| ``MLWRIGHT_REQUIRE_SIGNATURE`` | a public key, or its file: only what its holder signed is served |
| ``MLWRIGHT_MAX_PER_S`` | requests a second, of all callers together; default: no limit |
| ``MLWRIGHT_MAX_PER_S_EACH`` | requests a second of each caller, by its token or address; default: no limit |
| ``MLWRIGHT_MAX_RECORDS``, ``MLWRIGHT_MAX_BODY_BYTES`` | of one request; default: 10000 and 10000000 |
| ``MLWRIGHT_LOG`` | a folder to keep what is asked and answered in; default: nothing is kept |
| ``MLWRIGHT_LOG_MAX_MB`` | the log's oldest parts go above this size; default 1000 |
| ``MLWRIGHT_LOG_LEAVE_OUT``, ``MLWRIGHT_LOG_HASH`` | inputs that it leaves out or hashes, with commas between them |
| ``MLWRIGHT_LOG_HASH_KEY`` | the key of the hashes |
| ``MLWRIGHT_LOG_COPY`` | a URL that its segments are copied to |

A name with a comma in it stands in double quotes.

SageMaker, Vertex AI and Azure let nobody through who may not ask, and can send no token: there none is needed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from mlwright.core.errors import MlwrightError, SettingsError
from mlwright.core.listed import names_in
from mlwright.records.settings.serving import ServeSettings
from mlwright.scoring.folder import MANIFEST
from mlwright.shipping.serving.server import serve
from mlwright.shipping.serving.settings import settings_of

PORTS = ("AIP_HTTP_PORT", "SAGEMAKER_BIND_TO_PORT", "PORT")
DEFAULT_PORT = 8080
GATED = ("AIP_HTTP_PORT", "SAGEMAKER_BIND_TO_PORT", "AZUREML_MODEL_DIR")
"""Variables that only a platform with a gate of its own sets."""

MOUNTS = ("/bundle", "/opt/ml/model", "/mnt/models")


def options(environment: Mapping[str, str], arguments: Sequence[str]) -> tuple[Path, ServeSettings]:
    """The bundle and what `serve` is to be told.

    Parameters
    ----------
    environment : mapping of str to str
    arguments : sequence of str
        Of the command line: none, or the word ``serve``.

    Raises
    ------
    SettingsError
        If a variable cannot be used, or there is no bundle.
    """
    if arguments not in ([], ["serve"]):
        raise SettingsError(
            f"The container was told {' '.join(arguments)!r}; it knows 'serve' alone.", "docker run IMAGE"
        )
    token_file = environment.get("MLWRIGHT_TOKEN_FILE")
    token = "env:MLWRIGHT_TOKEN" if environment.get("MLWRIGHT_TOKEN") else token_file and f"file:{token_file}"
    gated = arguments == ["serve"] or any(name in environment for name in GATED)
    given = {
        "host": environment.get("MLWRIGHT_HOST", "0.0.0.0"),  # noqa: S104  the container decides what is published
        "port": _number(environment, next((name for name in PORTS if environment.get(name)), ""), DEFAULT_PORT),
        "workers": _number(environment, "MLWRIGHT_WORKERS", 1),
        "token": token or None,
        "behind_gate": not token and (gated or environment.get("MLWRIGHT_BEHIND_GATE") == "1"),
        "require_signature": environment.get("MLWRIGHT_REQUIRE_SIGNATURE") or None,
        "max_per_s": environment.get("MLWRIGHT_MAX_PER_S") or None,
        "max_per_s_each": environment.get("MLWRIGHT_MAX_PER_S_EACH") or None,
        "max_records": environment.get("MLWRIGHT_MAX_RECORDS") or None,
        "max_body_bytes": environment.get("MLWRIGHT_MAX_BODY_BYTES") or None,
        "log": _log(environment),
    }
    return _bundle(environment), settings_of(given)


def _log(environment: Mapping[str, str]) -> dict[str, object]:
    """What is kept, and how."""
    hashed = names_in(environment.get("MLWRIGHT_LOG_HASH", ""))
    return {
        "folder": environment.get("MLWRIGHT_LOG") or None,
        "max_bytes": _number(environment, "MLWRIGHT_LOG_MAX_MB", 1_000) * 1_000_000,
        "left_out": names_in(environment.get("MLWRIGHT_LOG_LEAVE_OUT", "")),
        "hashed": hashed,
        "hash_key": "env:MLWRIGHT_LOG_HASH_KEY" if hashed else None,
        "copy_to": environment.get("MLWRIGHT_LOG_COPY") or None,
    }


def _bundle(environment: Mapping[str, str]) -> Path:
    """The folder of the bundle; platforms may mount it one folder deeper."""
    named = environment.get("MLWRIGHT_BUNDLE")
    places = [named] if named else [*filter(None, [environment.get("AZUREML_MODEL_DIR")]), *MOUNTS]
    for place in map(Path, places):
        for folder in (place, *sorted(place.glob("*/"))):
            if (folder / MANIFEST).is_file():
                return folder
    raise SettingsError(
        f"There is no bundle in {', '.join(places)}.", "Mount one there, or name it in MLWRIGHT_BUNDLE."
    )


def _number(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(name) or str(default)
    if not text.isdecimal():
        raise SettingsError(f"The variable {name} holds no number.", f"export {name}={default}")
    return int(text)


def main() -> None:
    """Serve until a SIGTERM."""
    try:
        serve(*options(os.environ, sys.argv[1:]))
    except MlwrightError as error:
        sys.stderr.write(f"{error.message}\n  -> {error.hint}\n")
        sys.exit(error.exit_status)


if __name__ == "__main__":
    main()
