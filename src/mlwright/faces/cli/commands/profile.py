"""``mlwright profile``."""

from __future__ import annotations

from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mlwright.core.errors import SettingsError
from mlwright.faces.cli.arguments import AsJson, Looked, LookedIn, LookedTarget, Query, SampleRows

if TYPE_CHECKING:
    from mlwright.core.record import Record
    from mlwright.records.portable import PortableProfile


def profile(
    source: Looked = None,
    parts: Annotated[
        list[str] | None, typer.Argument(metavar="[PART]", help="More files that -o has written, to be merged.")
    ] = None,
    target: LookedTarget = None,
    query: Query = None,
    project: LookedIn = None,
    sample_rows: SampleRows = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write the profile to NAME.profile.json, which merges with others."),
    ] = None,
    json: AsJson = False,
) -> None:
    """Say what every column is, and which go together.

    DATA is a file or a database; without it, that of the project. Profiles that were written with -o are shown and
    merged: jan.profile.json feb.profile.json -o both.profile.json is what the rows of both would have given.
    """
    from mlwright.core.store.blobs import write_atomically
    from mlwright.data.portable import ENDING, read_portable
    from mlwright.data.portable.merging import merged
    from mlwright.faces.cli.looking import Asked, look
    from mlwright.faces.cli.terminal import print_json, print_rich
    from mlwright.faces.render.terminal.text import render

    if output is not None and not output.name.endswith(ENDING):
        raise SettingsError(f"{output} does not end with {ENDING}.", f"Write: -o {output.stem}{ENDING}")
    found: Record
    written: PortableProfile | None
    if source is not None and (parts or source.endswith(ENDING)):
        found = written = reduce(merged, [read_portable(Path(part)) for part in (source, *(parts or ()))])
    else:
        with look(Asked(source, target, query, project, sample_rows), until="profile", quiet=json) as looked:
            found = looked.show("profile")
            written = looked.portable_profile() if output is not None else None
    if output is not None and written is not None:
        write_atomically(output, written.model_dump_json().encode())
    if json:
        print_json(found)
    else:
        print_rich(*render(found))
