"""``mlwright doctor``."""

from __future__ import annotations

from mlwright.faces.cli.arguments import AsJson


def doctor(json: AsJson = False) -> None:
    """Say what is installed and how to get what is missing."""
    from mlwright.faces.cli.terminal import print_json, print_rich
    from mlwright.faces.diagnosis import diagnose
    from mlwright.faces.render.terminal.listings import diagnosis_tables

    facts = diagnose()
    if json:
        print_json(facts)
    else:
        print_rich(*diagnosis_tables(facts))
