"""``mlwright serve``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mlwright.faces.cli.arguments import ProjectOrBundle


def serve(
    model: ProjectOrBundle,
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port to listen on.")] = 8080,
    host: Annotated[
        str, typer.Option(help="The address to listen on; beyond this machine a token is needed.")
    ] = "127.0.0.1",
    workers: Annotated[int, typer.Option(min=1, help="Processes that answer.")] = 1,
    token: Annotated[
        str | None, typer.Option(help="Where the tokens are of which callers must send one: env:NAME or file:PATH.")
    ] = None,
    behind_gate: Annotated[
        bool, typer.Option("--behind-gate", help="No token beyond this machine: something in front asks.")
    ] = False,
    max_per_s: Annotated[
        float | None, typer.Option(min=0.001, help="Requests a second, of all callers together; default: no limit.")
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
    log_max_mb: Annotated[int, typer.Option(min=1, help="The log's oldest parts are removed above this size.")] = 1000,
) -> None:
    """Answer over HTTP.

    POST /predict; a page for people at /, the description of the API at /docs. Of a project the bundle in use answers:
    when another one is promoted, or the bundle's folder is written anew, the service goes over to it without dropping a
    request.
    """
    from mlwright.faces.cli.chosen import bundle_at, following
    from mlwright.shipping.serving.server import serve as serve_bundle
    from mlwright.shipping.serving.settings import LogSettings

    kept = LogSettings(
        folder=log,
        left_out=tuple(leave_out or ()),
        hashed=tuple(hash_input or ()),
        hash_key=hash_key,
        max_bytes=log_max_mb * 1_000_000,
    )
    serve_bundle(
        bundle_at(model),
        host=host,
        port=port,
        workers=workers,
        token=token,
        log=kept,
        behind_gate=behind_gate,
        max_per_s=max_per_s,
        require_signature=require_signature,
        shadow=shadow,
        current=following(model),
    )
