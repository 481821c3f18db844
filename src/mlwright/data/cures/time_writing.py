"""Times of the day that are written in several ways."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from mlwright.data.cures import Cure, Specimen
from mlwright.data.evidence.cells import Cells
from mlwright.data.words import counted, percent, quoted
from mlwright.records.cleaning import AnyStep, WriteTime
from mlwright.scoring.clock import Time, parse_time, written_time

LEAST_VALUES = 20
READABLE = 0.9
ALONE = 0.6
USUAL_SHARE = 0.5


class TimeWriting(Cure):
    """Times of the day get the way of writing that most times of their column have: ``19:10`` or ``7:10 p.m.``.

    At least `READABLE` of the values hold one time, and `ALONE` of them nothing else; where a day or a remark stands
    beside the time, it goes. A time without a mark of the half of the day stays as it is among times that have one,
    unless hours of 13 and more say that a clock of 24 hours is meant.
    """

    title = "Times in several ways"
    about = "writing"
    turn = 31

    def look(self, cells: Cells) -> Iterator[AnyStep]:
        """One step a column."""
        for name in cells.texts:
            levels = cells.levels(name)
            if levels.n_known < LEAST_VALUES:
                continue
            times = {level: time for level in levels.names if (time := parse_time(level))}
            rows = {level: int(levels.counts[levels.place_of[level]]) for level in times}
            alone = {level: time for level, time in times.items() if not time.before and not time.behind}
            n_alone = sum(rows[level] for level in alone)
            if n_alone < ALONE * levels.n_known or sum(rows.values()) < READABLE * levels.n_known:
                continue
            if step := self._step(name, times, alone, rows):
                yield step

    def _step(
        self, name: str, times: Mapping[str, Time], alone: Mapping[str, Time], rows: Mapping[str, int]
    ) -> WriteTime | None:
        usual = _usual(alone, rows)
        if usual is None:
            return None
        is_marked = bool(usual.style)
        step = WriteTime(
            column=name,
            cure=self.name,
            level="spelling",
            reason="",
            padded=usual.is_padded,
            marks=(usual.style, usual.style.replace("a", "p").replace("A", "P")) if is_marked else (),
            seconds=usual.has_seconds,
            plain_24=not is_marked
            or any(not time.is_marked and (time.hour > 12 or not time.hour) for time in times.values()),
        )
        odd = [level for level, time in times.items() if _changes(step, level, time)]
        return step.model_copy(update={"reason": _reason(step, odd, rows)}) if odd else None

    @staticmethod
    def speaks() -> Specimen:
        """Two clocks, and a day beside the time."""
        times = [f"{1 + n % 12}:{10 + n % 50} {'ap'[n % 2]}.m." for n in range(60)]
        return {"leaves": [*times, "19:10", "7:10 PM", "Dec 02 7:10 p.m.", "07:10 p.m."]}

    @staticmethod
    def quiet() -> Specimen:
        """One way of writing; and words beside times that no column of times has."""
        return {
            "leaves": [f"{n % 24:02d}:{10 + n % 50}" for n in range(60)],
            "remark": [f"guest {n} came at 7:{10 + n % 50}" for n in range(60)],
        }


class _Usual(NamedTuple):
    """How most times of a column are written: the mark before noon, a zero before low hours, and seconds."""

    style: str
    is_padded: bool
    has_seconds: bool


def _usual(alone: Mapping[str, Time], rows: Mapping[str, int]) -> _Usual | None:
    """The way of most times; None if none has more than half of the rows."""
    marks: Counter[str] = Counter()
    for level, time in alone.items():
        marks[_style(time)] += rows[level]
    style, n_usual = marks.most_common(1)[0]
    if n_usual <= USUAL_SHARE * sum(rows.values()):
        return None
    padded, seconds = Counter[bool](), Counter[bool]()
    for level, time in alone.items():
        if _style(time) == style:
            seconds[time.has_second] += rows[level]
            if time.is_padded != (written_hour(time) >= 10) or written_hour(time) < 10:
                padded[time.is_padded] += rows[level]
    return _Usual(style, padded[True] >= padded[False], seconds[True] > seconds[False])


def _reason(step: WriteTime, odd: Sequence[str], rows: Mapping[str, int]) -> str:
    n = sum(rows[level] for level in odd)
    evening = Time(19, 10, 0, True, "", "", "", False, True)
    like = written_time(evening, padded=step.padded, marks=step.marks, seconds=step.seconds)
    return (
        f"{percent(1 - n / sum(rows.values()))} of the times are written like {like!r}; "
        f"{counted(n, 'cell is', 'cells are')} not, such as {quoted(odd[:2])}."
    )


def _style(time: Time) -> str:
    """What is written behind times before noon; empty on a clock of 24 hours."""
    return time.mark.replace("p", "a").replace("P", "A")


def written_hour(time: Time) -> int:
    """The hour as it is written."""
    return (time.hour - 1) % 12 + 1 if time.is_marked else time.hour


def _changes(step: WriteTime, level: str, time: Time) -> bool:
    if not (time.is_marked or step.plain_24) or (time.second and not step.seconds):
        return False
    return written_time(time, padded=step.padded, marks=step.marks, seconds=step.seconds) != level
