"""``mlwright serve``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mlwright.faces.cli.arguments import HERE, ProjectOrBundle


def serve(
    model: ProjectOrBundle = HERE,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="The port to listen on; default: 8080.")] = None,
    host: Annotated[
        str | None,
        typer.Option(help="The address to listen on; default: 127.0.0.1. Beyond this machine a token is needed."),
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes that answer; default: 1.")] = None,
    token: Annotated[
        str | None, typer.Option(help="Where the tokens are of which callers must send one: env:NAME or file:PATH.")
    ] = None,
    behind_gate: Annotated[
        bool | None, typer.Option("--behind-gate", help="No token beyond this machine: something in front asks.")
    ] = None,
    max_per_s: Annotated[
        float | None, typer.Option(min=0.001, help="Requests a second, of all callers together; default: no limit.")
    ] = None,
    max_per_s_each: Annotated[
        float | None,
        typer.Option(min=0.001, help="Requests a second of each caller, by its token or address; default: no limit."),
    ] = None,
    require_signature: Annotated[
        str | None,
        typer.Option(help="A public key, its file, or env:NAME: serve only what its holder has signed."),
    ] = None,
    shadow: Annotated[
        Path | None, typer.Option(help="Another bundle that answers the same requests unseen; needs --log.")
    ] = None,
    log: Annotated[
        str | None, typer.Option(help="A folder to keep what is asked and answered in; default: nothing is kept.")
    ] = None,
    leave_out: Annotated[
        list[str] | None, typer.Option(help="An input that the log leaves out; may be repeated.")
    ] = None,
    hash_input: Annotated[
        list[str] | None, typer.Option("--hash", help="An input of which the log keeps a keyed hash; may be repeated.")
    ] = None,
    hash_key: Annotated[str | None, typer.Option(help="env:NAME of the variable that holds the key of hashes.")] = None,
    log_copy: Annotated[
        str | None, typer.Option(metavar="URL", help="Where segments of the log are copied to: s3://bucket/path.")
    ] = None,
    log_max_mb: Annotated[
        int | None, typer.Option(min=1, help="The log's oldest parts go above this size; default: 1000.")
    ] = None,
) -> None:
    """Answer over HTTP.

    POST /predict; a page for people at /, the description of the API at /docs. Of a project the bundle in use answers:
    when another one is promoted, or the bundle's folder is written anew, the service goes over to it without dropping a
    request. What no option says is taken from the section [serve] of the project's mlwright.toml.
    """
    from mlwright.faces.cli.chosen import bundle_at, following, lease_of, settings_at
    from mlwright.shipping.serving.server import serve as serve_bundle
    from mlwright.shipping.serving.settings import settings_of

    kept = {
        "folder": log,
        "left_out": leave_out or None,
        "hashed": hash_input or None,
        "hash_key": hash_key,
        "copy_to": log_copy,
        "max_bytes": None if log_max_mb is None else log_max_mb * 1_000_000,
    }
    given = {
        "host": host,
        "port": port,
        "workers": workers,
        "token": token,
        "behind_gate": behind_gate,
        "max_per_s": max_per_s,
        "max_per_s_each": max_per_s_each,
        "require_signature": require_signature,
        "shadow": None if shadow is None else str(shadow),
        "log": kept,
    }
    settings = settings_of(given, settings_at(model))
    serve_bundle(bundle_at(model), settings, following(model), lease_of(model))
