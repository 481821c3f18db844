"""``mlwright serve``."""

from __future__ import annotations

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
        str | None, typer.Option(help="env:NAME of the variable that holds the token callers must send.")
    ] = None,
) -> None:
    """Answer over HTTP.

    POST /predict; a page for people at /, the description of the API at /docs.
    """
    from mlwright.faces.cli.chosen import bundle_at
    from mlwright.shipping.serving.server import serve as serve_bundle

    serve_bundle(bundle_at(model), host=host, port=port, workers=workers, token=token)
