"""Words that are written short in some cells and in full in most."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Set

from mlwright.data.cures import Cure, Specimen
from mlwright.data.evidence.cells import Cells, Levels
from mlwright.data.words import counted, quoted
from mlwright.records.cleaning import AnyStep, MapWords
from mlwright.scoring.patterns import without_number

LEAST_USUAL = 20
LEAD = 4.0
LEAST_ODD = 2
MOST_WORDS = 8.0
MEETS = 0.5
SELDOM_TWICE = 1.5
_WORDS = """
street st|avenue ave av|boulevard blvd boul|road rd|drive dr|lane ln|court ct|square sq|highway hwy|parkway pkwy pky
terrace ter terr|circle cir|plaza plz|building bldg|apartment apt|suite ste|floor fl|department dept dep|division div
services svcs svc|service svc serv|university univ|institute inst|college coll|hospital hosp|center ctr cntr|centre ctr
international intl int'l|national natl nat'l|association assn assoc|company co|corporation corp|incorporated inc
limited ltd|brothers bros|manufacturing mfg|management mgmt mgt|government govt gov|administration admin
place pl|close cl|trail trl|expressway expy|turnpike tpke|alley aly
assistant asst|manager mgr|engineer engr|director dir|senior sr|junior jr|and &
"""


def _same() -> dict[str, set[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    for place, line in enumerate(_WORDS.replace("\n", "|").strip("|").split("|")):
        for word in line.split():
            found[word].add(place)
    return found


OPEN = frozenset(("st", "dr", "ct", "co", "dir", "sr", "jr"))
SAME = _same()
"""By word in small letters, without a last dot: the numbers of the words that it may be."""
_AND = next(iter(SAME["and"]))


class ShortWords(Cure):
    """``Rd`` becomes ``Road``, or ``Road`` becomes ``Rd.``, where most cells of the column write it so.

    Words that are known to be written short are looked for behind the first word of a cell, and by themselves as first
    words (``Dept of Health``). What may be a saint, a doctor, a court or a company is looked for as the last word only,
    or the last one before a number (``Elm St 12``).
    The usual form stands in `LEAST_USUAL` cells and in `LEAD` times as many as the other one; a column that mixes both
    has no usual form. Names may hold one form for good (``Records Mgmt``): at least `MEETS` of the values with the
    other form must meet another value of the column when it is replaced, unless the column hardly has a value twice, as
    addresses, and the word is not ``and``. A form that may be two words of the column is left. A word in capitals is
    another form (``Elm ROAD``) where no value that holds it is all in capitals.
    """

    title = "Words written short and in full"
    about = "writing"
    turn = 34

    def look(self, cells: Cells) -> Iterator[AnyStep]:
        """One step a column."""
        for name in cells.texts:
            levels = cells.levels(name)
            words, first = _odd_words(levels, first=False), _odd_words(levels, first=True)
            if both := words + first:
                n, usual = sum(both.values()), [*dict.fromkeys(after for _, after in both)]
                reason = (
                    f"Most cells write {quoted(usual)}; "
                    f"{counted(n, 'cell writes', 'cells write')} {quoted([before for before, _ in both])} for that."
                )
                yield MapWords(
                    column=name,
                    cure=self.name,
                    level="spelling",
                    reason=reason,
                    words={before: after for before, after in words if not _is_open(before)},
                    last={before: after for before, after in words if _is_open(before)},
                    first=dict([*first]),
                )

    @staticmethod
    def speaks() -> Specimen:
        """Roads in full but for three."""
        streets = [f"{n} {['Elm', 'Mill', 'Lake'][n % 3]} {['Road', 'Street'][n % 2]}" for n in range(80)]
        return {"street": [*streets, "4 Elm Rd", "5 Mill Rd.", "17 Lake St"]}

    @staticmethod
    def quiet() -> Specimen:
        """Both forms in use, and saints."""
        return {
            "street": [f"{n} Elm {['Road', 'Rd'][n % 2]}" for n in range(80)],
            "town": ["St Ives", "St Albans", "Street", "Leeds"] * 20,
            "title": [f"The {['Street', 'Road'][n % 2]} {n}" for n in range(76)] + ["Boys of St. Vincent, 1992"] * 4,
            "name": [f"{n} Bar & Grill" for n in range(76)] + [f"{n} Bar and Grill" for n in range(90, 94)],
        }


def _odd_words(levels: Levels, *, first: bool) -> Counter[tuple[str, str]]:
    """How often each word is written otherwise than most of its like: by the form and the usual form."""
    forms: dict[int, Counter[str]] = defaultdict(Counter)
    n_words, in_capitals = 0, set()
    for level, n in zip(levels.names, levels.counts.tolist(), strict=True):
        head, *others = without_number(level)
        n_words += 1 + len(others)
        looked_at = (
            ({head} if others else set()) if first else {w for w in others[:-1] if not _is_open(w)} | {*others[-1:]}
        )
        for form in looked_at:
            for place in _may_be(form, first=first):
                forms[place][form] += n
        if level.isupper():
            in_capitals |= looked_at
    if n_words > MOST_WORDS * len(levels.names):
        return Counter()
    found: Counter[tuple[str, str]] = Counter()
    for place, counts in forms.items():
        usual, n_usual = counts.most_common(1)[0]
        rest = {form: n for form, n in counts.items() if _is_other(form, usual, in_capitals)}
        rivals = [p for form in rest for p in _may_be(form, first=first) if p != place and forms[p]]
        if n_usual < LEAST_USUAL or n_usual < LEAD * sum(rest.values()) or sum(rest.values()) < LEAST_ODD:
            continue
        is_open = any(len(forms[p]) > len(rest) for p in rivals)
        if not is_open and _meets(levels, dict.fromkeys(rest, usual), first=first, by_words=place != _AND):
            found.update({(form, usual): n for form, n in rest.items()})
    return found


def _may_be(form: str, *, first: bool) -> Set[int]:
    """The words that a form may be."""
    plain = form.casefold().rstrip(".")
    return set() if first and plain in OPEN else SAME.get(plain, set())


def _is_open(form: str) -> bool:
    """Whether a form may be another word than those that are known, unless it is the last one."""
    return form.casefold().rstrip(".") in OPEN


def _meets(levels: Levels, words: Mapping[str, str], *, first: bool, by_words: bool) -> bool:
    """Whether values with another form are mostly values of the column with the usual one, or values are told once."""
    if by_words and levels.n_known <= SELDOM_TWICE * len(levels.names):
        return True
    turned = []
    for level in levels.names:
        head, *rest = without_number(level)
        number = level.split(" ")[1 + len(rest) :]
        after = [words.get(head, head) if first else head, *(rest if first else (words.get(w, w) for w in rest))]
        if (text := " ".join(after + number)) != level:
            turned.append(text)
    return sum(level in levels.place_of for level in turned) >= MEETS * len(turned)


def _is_other(form: str, usual: str, in_capitals: Set[str]) -> bool:
    """Whether a form is not merely the usual one in other capitals; one word in capitals among others is."""
    if form.casefold() != usual.casefold():
        return True
    return form != usual and form.isupper() and len(form) > 1 and form not in in_capitals
