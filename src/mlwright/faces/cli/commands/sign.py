"""``mlwright sign``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from mlwright.faces.cli.arguments import AsJson

PASSWORD = "MLWRIGHT_KEY_PASSWORD"  # noqa: S105  the name of the variable


def sign(
    model: Annotated[Path | None, typer.Argument(metavar="MODEL", help="A project, or the folder of a bundle.")] = None,
    key: Annotated[Path | None, typer.Option(help="The file of the secret key; minisign's are read too.")] = None,
    new_key: Annotated[
        Path | None, typer.Option(help="Make a pair of keys: this file, and the same with .pub.")
    ] = None,
    check: Annotated[
        str | None, typer.Option(help="A public key, or its file: see that the bundle is signed with it.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Sign a bundle, so that a service can refuse any other.

    A password of the key is taken from the variable MLWRIGHT_KEY_PASSWORD.
    """
    from mlwright.core.errors import SettingsError
    from mlwright.faces.cli.chosen import bundle_at
    from mlwright.faces.cli.terminal import print_json
    from mlwright.scoring.folder import read_folder
    from mlwright.scoring.signature import check_signature
    from mlwright.shipping import signing

    facts, password = {}, os.environ.get(PASSWORD)
    if new_key is not None:
        facts["public_key"] = signing.new_key(new_key, password).text()
        facts["key_file"] = str(new_key)
    if model is not None and key is not None:
        facts["signed"] = signing.sign(bundle_at(model), signing.read_key(key, password))
    if model is not None and check is not None:
        folder = bundle_at(model)
        read_folder(folder)
        facts["checked"] = check_signature(folder, check)
    if not facts:
        raise SettingsError(
            "Nothing to do is named.", "mlwright sign BUNDLE --key FILE   or   mlwright sign --new-key FILE"
        )
    if json:
        print_json(facts)
    else:
        typer.echo("\n".join(_sentence(*fact) for fact in facts.items()))


def _sentence(name: str, value: str) -> str:
    told = {
        "public_key": f"Public key: {value}",
        "key_file": f"The secret key lies in {value}: whoever has it can sign.",
        "signed": f"Signed: {value}.",
        "checked": f"The signature holds: {value}.",
    }
    return told[name]
