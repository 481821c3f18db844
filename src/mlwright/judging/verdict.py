"""From rulings to a verdict and the words that a manager can act on."""

from __future__ import annotations

import math
import shlex
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from scipy.stats import norm

from mlwright.data.vouching import told_vouched
from mlwright.data.words import counted, listing, quoted, shortened
from mlwright.judging.fairness import is_surely_apart
from mlwright.judging.leaks import leaks_in, suspects
from mlwright.judging.rules import RULES, Evidence
from mlwright.judging.rules.enough_rows import GOOD_CLASS, GOOD_ROWS, only_tested, tested_by_class
from mlwright.judging.rules.no_weak_segment import told_segment
from mlwright.judging.words import inside
from mlwright.judging.worth.break_even import told_break_evens, told_if_off
from mlwright.judging.worth.case_by_case import told_case_by_case
from mlwright.judging.worth.few_cases import told_few_cases
from mlwright.judging.worth.pilot import told_pilot
from mlwright.judging.worth.told import better_without, told_against, told_capacity, told_gain, told_table, told_without
from mlwright.learning.footing import ENOUGH_PIECES, is_thin, told_number
from mlwright.records.decision import Ruling, Verdict, Worth
from mlwright.records.evaluation import Estimate
from mlwright.records.findings import Finding
from mlwright.records.robustness import Robustness

GAIN_RULES = ("beats_baseline", "pays_off")
RANK = {"pays_off": 0, "beats_baseline": 1}
MOST_TIMES_THE_ROWS = 20.0
"""A gain that takes more rows than this to be told from nothing is not worth waiting for."""
POWER = 0.8
"""In which share of cases the rows that are asked for make a gain sure that is as large as it looks."""
MUCH_LOST = 0.5
MOST_TOLD = 3


class Ground(NamedTuple):
    """A verdict, and in a few words what decided it.

    Parameters
    ----------
    verdict : str
    because : str
        As a sentence that goes on after the verdict.
    """

    verdict: Verdict
    because: str


def verdict_of(rulings: Sequence[Ruling], evidence: Evidence) -> Ground:
    """The verdict: the first of these that holds.

    - ``stop``: an input gives the answer away;
    - ``collect_more``: there are too few test rows to tell;
    - ``stop``: nothing is gained over knowing nothing, or (if required) over what can be done without a model;
    - ``pilot``: the metric's gain may be chance, but what the answers are worth by stated amounts is surely more;
    - ``collect_more``: a gain is seen that may be chance, and more rows would settle it (else ``stop``);
    - ``pilot``: any other required rule is not kept, a leak is suspected, or a check found something critical;
    - ``deploy``.
    """
    by_name = {ruling.rule: ruling for ruling in rulings}
    if by_name["no_leak"].outcome == "broken":
        return Ground("stop", f"its figures mean nothing, as {_giving_away(evidence)} the answer away")
    if by_name["enough_rows"].outcome == "broken":
        return _too_few_rows(evidence)
    decisive = [by_name[name] for name in GAIN_RULES if name == "beats_baseline" or by_name[name].required]
    if broken := next((ruling for ruling in decisive if ruling.outcome == "broken"), None):
        return Ground("stop", _no_gain(broken, evidence.worth))
    if unclear := next((ruling for ruling in decisive if ruling.outcome == "unclear"), None):
        return _paying(rulings, evidence) if _pays_surely(by_name, evidence.worth) else _more_rows(unclear, evidence)
    return _pilot_or_deploy(rulings, evidence)


def _giving_away(evidence: Evidence) -> str:
    """Which inputs surely give the answer away, by name."""
    sure = (finding.columns for finding in leaks_in(evidence) if finding.severity == "critical")
    names = tuple(dict.fromkeys(chain.from_iterable(sure)))
    return f"{quoted(names)} {'gives' if len(names) == 1 else 'give'}" if names else "something gives"


def _no_gain(ruling: Ruling, worth: Worth) -> str:
    if ruling.rule == "beats_baseline":
        return "it is no better than saying the same of every row"
    return (
        f"it is worth no more than {'what is done today' if worth.today_said else 'what can be done without a model'}"
    )


def _pays_surely(by_name: Mapping[str, Ruling], worth: Worth) -> bool:
    """Whether the user's own amounts say what the metric cannot: few answers decide, and all probabilities count."""
    return by_name["pays_off"].outcome == "kept" and not worth.assumed


def _paying(rulings: Sequence[Ruling], evidence: Evidence) -> Ground:
    metric = evidence.evaluation.metrics[0].name.replace("_", " ")
    others = [ruling for ruling in rulings if ruling.rule != "holds_up"]
    obstacle = next(_obstacles(others, evidence), f"by its {metric} alone its gain may be chance")
    return Ground("pilot", obstacle)


def _more_rows(ruling: Ruling, evidence: Evidence) -> Ground:
    times = times_the_rows(_gain_of(ruling.rule, evidence))
    if times > MOST_TIMES_THE_ROWS:
        return Ground("stop", "its gain is so small that it cannot be told from chance")
    if not _seen_before(evidence):
        return Ground("stop", "its gain may be chance, and on the rows held out in training nothing stood out either")
    rows = _rows(times * beyond_touching(_gain_of(ruling.rule, evidence).level), evidence)
    return Ground("collect_more", f"its gain may be chance; if it is real, about {rows} show so in 8 of 10 cases")


def _seen_before(evidence: Evidence) -> bool:
    """Whether a gain was seen on the rows that the folds held out too, with a chance of 5 % where there is none.

    Where there is nothing to learn, a gain is seen on a few test rows half of the time.
    """
    corrected = evidence.training.corrected
    if corrected is None:
        return True
    gain = corrected.gain_over_baseline
    error = (gain.value - gain.low) / float(norm.ppf(0.5 + gain.level / 2))
    return gain.value > float(norm.ppf(0.95)) * error


def _too_few_rows(evidence: Evidence) -> Ground:
    """With a handful of test rows even an interval says little: those rows may all be of one kind."""
    n_rows, confusion = evidence.evaluation.n_rows, evidence.evaluation.confusion
    if only := only_tested(confusion):
        return Ground(
            "collect_more", f"all {counted(n_rows, 'row')} to test on are '{shortened(only)}', which tells nothing"
        )
    times, of_what, footing = GOOD_ROWS / n_rows, "", evidence.evaluation.footing
    groups = ""
    if footing is not None and is_thin(footing):
        times = max(times, ENOUGH_PIECES / footing.n_pieces)
        groups = f" in {told_number(footing)}"
    if confusion is not None and evidence.profile.roles.task == "binary":
        counts = tested_by_class(confusion)
        rarest = min(counts, key=lambda name: counts[name])
        times = max(times, GOOD_CLASS / max(counts[rarest], 1))
        share = max(counts[rarest], 1) / n_rows
        n_rarest = int(float(f"{times * evidence.profile.n_rows * share:.1e}"))
        of_what = f", {n_rarest:,} of them '{shortened(rarest)}'"
    because = (
        f"{counted(n_rows, 'row')}{groups} to test on are too few to tell; "
        f"about {_rows(times, evidence)} in all would do{of_what}"
    )
    return Ground("collect_more", because)


def _gain_of(rule: str, evidence: Evidence) -> Estimate:
    return evidence.worth.gain if rule == "pays_off" else evidence.evaluation.metrics[0].gain_over_baseline


def times_the_rows(gain: Estimate) -> float:
    """How many times as many rows make an interval that ends at nothing, if the gain is the one that is seen.

    The interval narrows with the root of the number of rows. With so many the gain is sure in half of the cases, as it
    is seen smaller as often as larger; see `beyond_touching`.
    """
    return ((gain.value - gain.low) / gain.value) ** 2 if gain.value > 0 else math.inf


def beyond_touching(level: float = 0.95) -> float:
    """How many times as many rows make a gain sure in 80 of 100 cases as make its interval touch nothing.

    >>> round(beyond_touching(), 2)
    2.04
    """
    return float((1 + norm.ppf(POWER) / norm.ppf(0.5 + level / 2)) ** 2)


def _rows(times: float, evidence: Evidence) -> str:
    """All rows that are needed, rounded to two digits; of a group that is known more of them say little."""
    rows, footing = counted(int(float(f"{times * evidence.profile.n_rows:.1e}")), "row"), evidence.evaluation.footing
    return f"{rows} with new values of '{footing.by}'" if footing is not None and footing.by else rows


def _pilot_or_deploy(rulings: Sequence[Ruling], evidence: Evidence) -> Ground:
    obstacle = next(_obstacles(rulings, evidence), None)
    return Ground("deploy", "") if obstacle is None else Ground("pilot", obstacle)


def _obstacles(rulings: Sequence[Ruling], evidence: Evidence) -> Iterator[str]:
    """What keeps a model that gains something from being used without a further thought."""
    if names := suspects(evidence):
        are = "is" if len(names) == 1 else "are"
        yield f"first make sure that {quoted(names)} {are} known at the moment of prediction"
    for ruling in rulings:
        if ruling.required and ruling.rule not in ("no_leak", *GAIN_RULES) and ruling.outcome in ("broken", "unclear"):
            failing = RULES.get(ruling.rule).failing
            yield failing if ruling.outcome == "broken" else f"it may be that {failing}"
    if better := better_without(evidence.worth):
        yield f"not to look at a case at all is worth still more ({better.what})"
    for finding in critical(evidence):
        yield f"the data has a serious fault: {inside(finding.title)}"


def critical(evidence: Evidence) -> list[Finding]:
    """What checks found critical."""
    return [finding for finding in evidence.findings.findings if finding.severity == "critical"]


def _faults_of_target(evidence: Evidence) -> list[Finding]:
    """What checks found critical of the target itself."""
    leaks = leaks_in(evidence)
    return [each for each in critical(evidence) if evidence.profile.roles.target in each.columns and each not in leaks]


def headline(ground: Ground, evidence: Evidence) -> str:
    """One sentence that a manager can act on."""
    gain = told_gain(evidence.worth)
    if ground.verdict == "deploy":
        return f"Use it: {gain}, compared with {told_against(evidence.worth, 'one')}."
    if ground.verdict == "pilot":
        return f"Try it on a small scale: {gain}, but {ground.because}."
    if ground.verdict == "collect_more":
        return f"Collect more data before you decide: {ground.because}."
    return f"Do not use it: {ground.because}."


def reasons(rulings: Sequence[Ruling], evidence: Evidence) -> Iterator[str]:
    """What was decisive, in sentences: the gain, the other required rules, and faults of the data."""
    if any(ruling.rule == "no_leak" and ruling.outcome == "broken" for ruling in rulings):
        yield from (finding.sentence for finding in critical(evidence))
        yield "However good the model looks with such an input, in use it will have to do without."
        return
    told = [ruling for ruling in rulings if ruling.required or ruling.rule == "beats_baseline"]
    if any(ruling.rule == "beats_baseline" and ruling.outcome != "kept" for ruling in rulings):
        told = [ruling for ruling in told if ruling.rule != "holds_up"]  # of a gain that is not sure nothing is lost
    if is_thin(evidence.evaluation.footing):
        told += [ruling for ruling in rulings if ruling.rule == "enough_rows" and ruling not in told]
    told.sort(key=lambda ruling: RANK.get(ruling.rule, len(RANK)))
    leak = next(ruling for ruling in rulings if ruling.rule == "no_leak")
    if leak not in told and leaks_in(evidence):
        told.insert(0, leak)
    yield from (ruling.sentence for ruling in told)
    worth = evidence.worth
    told_amounts = told_break_evens(worth.break_even), told_if_off(worth), told_without(worth)
    yield from filter(None, (told_capacity(worth), told_few_cases(worth), *told_amounts, told_case_by_case(worth)))
    yield from (finding.sentence for finding in critical(evidence))
    if evidence.worth.assumed:
        yield told_table(evidence.worth, evidence.profile.roles)


def limits(rulings: Sequence[Ruling], evidence: Evidence) -> Iterator[str]:
    """Where it should not be used, and what to watch."""
    if not any(ruling.rule == "no_leak" and ruling.outcome == "broken" for ruling in rulings):
        yield from _weak_points(rulings, evidence)
        yield from (groups.sentence for groups in evidence.diagnosis.groups if is_surely_apart(groups))
    if evidence.findings.vouched:
        yield told_vouched(evidence.findings.vouched)
    warnings = [finding.title for finding in evidence.findings.findings if finding.severity == "warning"]
    if warnings:
        yield f"The data has its faults: {listing(dict.fromkeys(map(inside, warnings)))} (see: mlwright show findings)."


def _weak_points(rulings: Sequence[Ruling], evidence: Evidence) -> Iterator[str]:
    for segment in evidence.evaluation.segments[:MOST_TOLD]:
        yield told_segment(segment, evidence)
    for ruling in rulings:
        if not ruling.required and ruling.outcome in ("broken", "unclear") and not _is_told(ruling, evidence):
            advice = " A linear model is easier to explain." if ruling.rule == "beats_simple" else ""
            yield ruling.sentence + advice
    yield from _blows(evidence.robustness)


def _is_told(ruling: Ruling, evidence: Evidence) -> bool:
    """Whether a ruling stands elsewhere: weak segments one by one, suspected leaks and thin evidence as reasons."""
    if ruling.rule == "enough_rows" and is_thin(evidence.evaluation.footing):
        return True
    return ruling.rule in ("no_weak_segment", *GAIN_RULES) or (ruling.rule == "no_leak" and bool(leaks_in(evidence)))


def _blows(robustness: Robustness) -> Iterator[str]:
    """What costs more than half of the gain: faults of one column first, others at their lightest such strength."""
    heavy = [result for result in robustness.results if result.lost_share > MUCH_LOST and result.loss.low > 0]
    lightest = {result.probe: result for result in sorted(heavy, key=lambda result: -result.strength)}
    tried = Counter(result.probe for result in robustness.results)
    first = sorted(lightest.values(), key=lambda result: (tried[result.probe] > 1, -result.lost_share))
    yield from (result.sentence for result in first[:MOST_TOLD])


def next_steps(ground: Ground, evidence: Evidence) -> Iterator[str]:
    """What to type or to do."""
    names = suspects(evidence)
    if names and ground.verdict in ("stop", "pilot"):
        are, them, either = ("is", "it", "it is") if len(names) == 1 else ("are", "them", "they are")
        leave_out, vouch = (
            " ".join(f"{option} {shlex.quote(name)}" for name in names) for option in ("--ignore", "--known-in-time")
        )
        yield f"If {quoted(names)} {are} not known in time, leave {them} out, then: mlwright run {leave_out}"
        yield f"If {either}, vouch for {them}, then: mlwright run {vouch}"
    one_class = only_tested(evidence.evaluation.confusion)
    faults = [] if one_class else _faults_of_target(evidence)
    if faults:
        yield f"Mend the target first: {inside(faults[0].title)} (see: mlwright show findings), then: mlwright run"
    if ground.verdict == "deploy":
        yield "mlwright serve   (answers over HTTP; see the report for what to watch)"
    elif ground.verdict == "pilot":
        if evidence.worth.pilot is not None:
            yield told_pilot(evidence.worth.pilot)
        yield "mlwright serve   (use it beside what you do today, and compare)"
        yield 'If a person takes it upon themselves: mlwright approve --why "..."'
    elif ground.verdict == "collect_more" and one_class:
        yield "Leave out rows whose outcome is not known yet, or add some of other classes, then: mlwright run"
        yield 'Or test on rows of all times: set [split] method = "stratified" in mlwright.toml, then: mlwright run'
    elif ground.verdict == "collect_more":
        yield "Add rows to the source, then: mlwright run"
    elif not names and not faults:
        yield "Add columns that say more about the target, or ask an easier question, then: mlwright run"
    if evidence.worth.assumed and ground.verdict != "stop":
        yield "Say what answers are worth: [decide] benefit in mlwright.toml, then: mlwright run"
