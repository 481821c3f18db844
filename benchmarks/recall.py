"""What the benchmarks of seeded faults share: options, how many faults were found, and how often one was made up."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from mlwright.records.findings import Finding
from seeding import HALVES, Trial, share_of

GOAL_RECALL, GOAL_FALSE = 0.95, 0.05
QUICK = ["credit_g", "insurance_charges"]


def parser_of(about: str | None, kinds: Collection[str], seeds: list[int], quick: str) -> argparse.ArgumentParser:
    """The options that all of them take; `quick` says what is left out."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--half", choices=[*HALVES], action="append")
    parser.add_argument("--seeds", type=int, nargs="*", default=seeds)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--kinds", nargs="*", choices=[*kinds], default=[*kinds])
    parser.add_argument("--quick", action="store_true", help=quick)
    parser.add_argument("--check", action="store_true", help="exit with 1 if a goal is missed")
    parser.add_argument("--tell", action="store_true", help="print what was missed")
    return parser


def sets_of(options: argparse.Namespace) -> list[str]:
    """The data sets that were asked for."""
    if options.quick:
        return QUICK
    names = [name for half in options.half or HALVES for name in HALVES[half]]
    return [name for name in names if not options.only or name in options.only]


def loud(found: Sequence[Finding]) -> list[Finding]:
    """Warnings and critical findings."""
    return [each for each in found if each.severity != "note"]


def sentences(found: Sequence[Finding]) -> tuple[str, ...]:
    """Findings as a trial keeps them."""
    return tuple(f"{each.check} {each.severity}: {each.sentence}" for each in found)


def show_kinds(tried: Sequence[Trial], head: str, last: Callable[[str, list[Trial]], str]) -> None:
    """A row a kind: how many of its trials had an alarm, and a last cell."""
    by_kind: dict[str, list[Trial]] = {}
    for trial in tried:
        by_kind.setdefault(trial.kind, []).append(trial)
    print(f"| kind | {head} |\n|---|---|---|")
    for kind, trials in by_kind.items():
        print(f"| {kind} | {share_of(trials)} | {last(kind, trials)} |")


def figures_of(seeded: Sequence[Trial], sound: Sequence[Trial], *, tell: bool) -> dict[str, float]:
    """Print the two shares, each false alarm and, where asked, what was missed; the figures."""
    print(f"\nrecall: {share_of(seeded)}\nfalse alarms: {share_of(sound)}")
    for trial in (trial for trial in seeded if tell and not trial.found):
        print(f"missed: {trial.data} {trial.kind} ({trial.how}); said: {trial.alarms or 'nothing'}")
    for trial in (trial for trial in sound if trial.found):
        print(f"false alarm: {trial.data} {trial.kind} {trial.how}: {trial.alarms}")
    everything = [*seeded, *sound]
    return {
        "recall": sum(trial.found for trial in seeded) / max(1, len(seeded)),
        "n_seeded": len(seeded),
        "false": sum(trial.found for trial in sound) / max(1, len(sound)),
        "n_sound": len(sound),
        "cpu_s_each": sum(trial.cpu_s for trial in everything) / max(1, len(everything)),
    }


def end(name: str, options: argparse.Namespace, figures: dict[str, float]) -> None:
    """Print the figures as JSON; with ``--check`` end with 1 if a goal is missed."""
    print(json.dumps({"benchmark": name, "halves": options.half or [*HALVES], "seeds": options.seeds, **figures}))
    if options.check and (figures["recall"] < GOAL_RECALL or figures["false"] > GOAL_FALSE):
        raise SystemExit(1)
