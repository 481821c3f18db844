"""``mlwright status``."""

from __future__ import annotations

from mlwright.faces.cli.arguments import HERE, AsJson, ProjectDir


def status(project: ProjectDir = HERE, json: AsJson = False) -> None:
    """Say which bundle is in use, since when and why.

    And which ones were in use before.
    """
    from mlwright.faces.cli.chosen import opened
    from mlwright.faces.cli.terminal import print_json, print_rich
    from mlwright.faces.render.listings import champions_shown

    chosen = opened(project)
    reign = chosen.store.registry.reign()
    if json:
        plain = [champion.model_dump(mode="json") for champion in reversed(reign)]
        print_json({"champion": plain[0] if plain else None, "before": plain[1:]})
    else:
        print_rich(*champions_shown(reign))
