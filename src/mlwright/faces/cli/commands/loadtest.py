"""``mlwright loadtest``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mlwright.faces.cli.arguments import AsJson

if TYPE_CHECKING:
    from mlwright.shipping.loadtest import Load


def loadtest(
    target: Annotated[str, typer.Argument(metavar="URL_OR_MODEL", help="A service, or a project or bundle to start.")],
    seconds: Annotated[float, typer.Option(min=0.1, max=600, help="How long to ask.")] = 10.0,
    clients: Annotated[int, typer.Option(min=1, max=256, help="Connections that ask at the same time.")] = 8,
    records: Annotated[int, typer.Option(min=1, max=10_000, help="Records of each request.")] = 1,
    requests: Annotated[int, typer.Option(min=1, help="It ends sooner after so many.")] = 1_000_000,
    workers: Annotated[int, typer.Option(min=1, help="Processes of a service that is started.")] = 1,
    rows: Annotated[
        Path | None,
        typer.Option(help="For a URL: the project or bundle whose rows are sent.  Default: its own example."),
    ] = None,
    token: Annotated[
        str | None, typer.Option(help="Where the token is that it asks for: env:NAME or file:PATH.")
    ] = None,
    anywhere: Annotated[bool, typer.Option("--anywhere", help="Also a service on another machine.")] = False,
    json: AsJson = False,
) -> None:
    """See how many requests a service bears, and how long they wait.

    Rows that were stored with the model are sent. Exit status 1 if a request was not answered.
    """
    from mlwright.faces.cli.terminal import print_json
    from mlwright.faces.loading import named_token, told

    options = {"seconds": seconds, "n_clients": clients, "n_records": records, "most_requests": requests}
    if target.startswith(("http:", "https:")):
        found = _asked(target, rows, named_token(token), options, anywhere=anywhere)
    else:
        found = _started(Path(target), workers, options)
    if json:
        print_json(found.model_dump())
    else:
        typer.echo(told(found))
    raise typer.Exit(1 if found.n_failed else 0)


def _asked(url: str, rows: Path | None, token: str | None, options: dict[str, float], *, anywhere: bool) -> Load:
    from mlwright.faces.cli.chosen import bundle_at
    from mlwright.faces.loading import example_of
    from mlwright.shipping.asking import address_of
    from mlwright.shipping.loadtest import load

    address = address_of(url, anywhere=anywhere)
    records = _rows_of(bundle_at(rows)) if rows is not None else [example_of(address, token)]
    return load(address, records, token=token, **options)  # type: ignore[arg-type]


def _started(path: Path, workers: int, options: dict[str, float]) -> Load:
    from mlwright.faces.cli.chosen import bundle_at
    from mlwright.faces.loading import started
    from mlwright.shipping.asking import address_of
    from mlwright.shipping.loadtest import load

    bundle = bundle_at(path)
    records = _rows_of(bundle)
    with started(bundle, workers) as url:
        return load(address_of(url), records, **options)  # type: ignore[arg-type]


def _rows_of(path: Path) -> list[dict[str, object]]:
    from mlwright.scoring.folder import read_folder

    manifest, _ = read_folder(path)
    return [dict(golden.row) for golden in manifest.golden]
