"""Made-up pairs of a dirty and a clean table, of the kinds that the literature on error detection uses.

Each kind draws its tables from a seed: how its values are written, which faults it has and how many of them, so that no
two seeds are alike. Nothing is taken from a real table. A fault is one that such tables are known for; what nobody
could tell from the table alone (a title left out) is seeded too, as it is there in truth.

Wrong is a cell whose text differs from the clean one. See `cleaning.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

Columns = dict[str, list[str]]
Rng = np.random.Generator
Fault = Callable[[str], str]
MONTHS = tuple("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split())  # noqa: SIM905
STARTS = tuple("bl br c d dr f fl g gr h j k l m n p pr r s st t tr v w".split())  # noqa: SIM905
MIDDLES = tuple("a e i o u ai ea oo ou".split())  # noqa: SIM905
ENDS = tuple("ck d l ld ll m n nd ng nt r rd rn rt s ss st t th x".split())  # noqa: SIM905
LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass
class Pair:
    """Two tables of one shape."""

    dirty: Columns
    clean: Columns

    @classmethod
    def of(cls, clean: Columns) -> Pair:
        """A pair that is not harmed yet."""
        return cls({name: list(values) for name, values in clean.items()}, clean)

    @property
    def n_rows(self) -> int:
        return len(next(iter(self.clean.values())))

    def lose(self, rng: Rng, column: str, share: float, words: Sequence[str]) -> None:
        """Values that nobody knows, in words; in the clean table nothing stands there."""
        for row in np.flatnonzero(rng.random(self.n_rows) < share):
            self.dirty[column][row], self.clean[column][row] = one(rng, words), ""

    def harm(self, rng: Rng, column: str, share: float, fault: Fault) -> None:
        """Put a fault into a share of the cells of a column that are not empty; a harmed cell may be harmed again."""
        hit = rng.random(self.n_rows) < share
        values = self.dirty[column]
        for row in np.flatnonzero(hit):
            if values[row]:
                values[row] = fault(values[row])


def word(rng: Rng, syllables: int = 2) -> str:
    """A word that is nobody's."""
    syllable = [str(rng.choice(part)) for _ in range(syllables) for part in (STARTS, MIDDLES)]
    return "".join(syllable) + str(rng.choice(ENDS))


def names(rng: Rng, n: int, syllables: int = 2, *, capital: bool = True) -> list[str]:
    """Different words."""
    found: dict[str, None] = {}
    while len(found) < n:
        found[word(rng, syllables).capitalize() if capital else word(rng, syllables)] = None
    return list(found)


def one(rng: Rng, values: Sequence[str]) -> str:
    return values[int(rng.integers(len(values)))]


def typo(rng: Rng) -> Fault:
    """One letter wrong."""

    def fault(text: str) -> str:
        at, letter = int(rng.integers(len(text))), one(rng, LETTERS)
        if (way := int(rng.integers(4))) == 0 and len(text) > 2:
            return text[:at] + text[at + 1 :]
        if way == 1:
            return text[:at] + letter + text[at:]
        return text[:at] + letter + text[at + 1 :] if way == 2 else text[:at] + text[at : at + 2][::-1] + text[at + 2 :]

    return fault


def other(rng: Rng, values: Sequence[str]) -> Fault:
    """The value of another row."""
    return lambda text: one(rng, [value for value in dict.fromkeys(values) if value != text] or [text])


def emptied(rng: Rng, words: Sequence[str] = ("",)) -> Fault:
    """Nothing, or a word that says so."""
    return lambda _: one(rng, words)


def clock(minutes: int, way: str) -> str:
    """A time of the day in one of the ways in which timetables write it."""
    hour, minute = divmod(minutes % 1440, 60)
    half, noon = (hour - 1) % 12 + 1, hour >= 12
    return {
        "24": f"{hour:02d}:{minute:02d}",
        "24 short": f"{hour}:{minute:02d}",
        "dots": f"{half}:{minute:02d} {'p.m.' if noon else 'a.m.'}",
        "letters": f"{half}:{minute:02d}{'p' if noon else 'a'}",
        "AM": f"{half}:{minute:02d} {'PM' if noon else 'AM'}",
        "AM padded": f"{half:02d}:{minute:02d} {'PM' if noon else 'AM'}",
    }[way]


def timetables(rng: Rng) -> Pair:
    """Several sites report when the same journeys were planned and when they took place, and they disagree.

    Each site has its own share of wrong times, some copy another; times are missing, late by the minutes between plan
    and truth, written in another way, or with the day or a remark beside them.
    """
    n_sites, n_things = int(rng.integers(15, 40)), int(rng.integers(40, 80))
    way = one(rng, ["24", "dots", "AM", "dots"])
    sites = [f"{name.lower()}{one(rng, ['.com', '.net', ' travel', ''])}" for name in names(rng, n_sites)]
    lines = [
        f"{one(rng, ['AA', 'UA', 'CO', 'DL'])}-{rng.integers(100, 9999)}-{one(rng, ['ORD', 'PHX', 'MIA'])}"
        for _ in range(n_things)
    ]
    planned, lasts = rng.integers(300, 1300, n_things), rng.integers(50, 300, n_things)
    out, back = rng.integers(-5, 60, n_things), rng.integers(-10, 60, n_things)
    truth = {
        "planned_out": planned,
        "real_out": planned + out,
        "planned_in": planned + lasts,
        "real_in": planned + lasts + back,
    }
    accuracy = rng.choice([0.97, 0.9, 0.8, 0.6, 0.3], n_sites, p=[0.35, 0.25, 0.2, 0.1, 0.1])
    empty = rng.choice([0.0, 0.05, 0.2, 0.6], n_sites, p=[0.4, 0.3, 0.2, 0.1])
    ways = [
        way if rng.random() < 0.75 else one(rng, ["24", "24 short", "dots", "letters", "AM", "AM padded"])
        for _ in sites
    ]
    day = f"{MONTHS[int(rng.integers(12))]} {rng.integers(1, 29):02d}"
    beside = [one(rng, ["day", "remark"]) if rng.random() < 0.15 else "" for _ in sites]
    copies = {s: int(rng.integers(n_sites)) for s in range(n_sites) if rng.random() < 0.15}
    said: dict[tuple[int, int, str], str] = {}
    rows = [(s, t) for t in range(n_things) for s in range(n_sites) if rng.random() < 0.85]
    for s, t in sorted(rows, key=lambda row: row[0] in copies):
        for name, right in truth.items():
            minutes = int(right[t])
            if rng.random() > accuracy[s]:
                minutes = (
                    int(truth[name.replace("real", "planned")][t])
                    if rng.random() < 0.5
                    else minutes + int(rng.integers(-20, 40))
                )
            text = (
                "" if rng.random() < empty[s] * (1.5 if name.startswith("real") else 0.5) else clock(minutes, ways[s])
            )
            if text and beside[s] == "day":
                text = f"{day} {text}"
            elif text and beside[s] == "remark" and rng.random() < 0.5:
                text += one(rng, [" (estimated)", "*", " (-00:00)"])
            if s in copies and (copies[s], t, name) in said:
                text = said[copies[s], t, name]
            said[s, t, name] = text
    clean = {"source": [sites[s] for s, _ in rows], "journey": [lines[t] for _, t in rows]}
    clean |= {name: [clock(int(right[t]), way) for _, t in rows] for name, right in truth.items()}
    pair = Pair.of({"id": [str(n + 1) for n in range(len(rows))], **clean})
    for name in truth:
        pair.dirty[name] = [said[s, t, name] for s, t in rows]
    return pair


def abbreviated(title: str) -> str:
    return " ".join(f"{part[:4]}." if len(part) > 5 else part for part in title.split() if part not in ("of", "the"))


def written_date(day: np.datetime64, way: str) -> str:
    year, month, date = (int(part) for part in str(day).split("-"))
    return {
        "iso": f"{year}-{month:02d}-{date:02d}",
        "us short": f"{month}/{date}/{year % 100:02d}",
        "us": f"{month}/{date}/{year}",
        "us padded": f"{month:02d}/{date:02d}/{year}",
        "german": f"{date:02d}.{month:02d}.{year}",
        "compact": f"{year}{month:02d}{date:02d}",
        "words": f"{date} {MONTHS[month - 1]} {year}",
        "slashes": f"{year}/{month:02d}/{date:02d}",
    }[way]


DATE_WAYS = ["iso", "us short", "us", "us padded", "german", "words", "slashes"]


def bibliography(rng: Rng) -> Pair:
    """Articles: journals with their abbreviation and number, dates in mixed orders, pages that a spreadsheet spoiled.

    Missing values are written in many ways, also as numbers that say so; languages in several spellings.
    """
    n, n_journals = int(rng.integers(800, 1500)), int(rng.integers(60, 200))
    kinds = ["Journal of", "Annals of", "European Journal of", "Archives of", "International Review of"]
    titles = [
        f"{one(rng, kinds)} {a} {b}" for a, b in zip(names(rng, n_journals), names(rng, n_journals, 3), strict=True)
    ]
    numbers = [f"{rng.integers(100, 9999):04d}-{rng.integers(100, 999)}{one(rng, '0123456789X')}" for _ in titles]
    weights = rng.dirichlet(np.full(n_journals, 0.5))
    of = rng.choice(n_journals, n, p=weights)
    vocabulary, people = names(rng, 400, capital=False), names(rng, 300)
    way, other_way = (str(w) for w in rng.choice(DATE_WAYS, 2, replace=False))
    compact = bool(rng.random() < 0.3)
    days = np.datetime64("1990-01-01") + rng.integers(0, 9000, n)
    first, length = rng.integers(1, 2000, n), rng.integers(1, 25, n)
    authors = [
        ", ".join(f"{one(rng, people)} {one(rng, LETTERS).upper()}." for _ in range(int(rng.integers(1, 6))))
        for _ in range(n)
    ]
    languages = rng.choice(["eng", "fre", "ger", "spa"], n, p=[0.85, 0.06, 0.05, 0.04])
    clean = {
        "id": [str(v) for v in rng.choice(9_000_000, n, replace=False) + 1_000_000],
        "title": [
            " ".join(one(rng, vocabulary) for _ in range(int(rng.integers(5, 13)))).capitalize() for _ in range(n)
        ],
        "language": list(languages),
        "journal": [titles[j] for j in of],
        "abbreviation": [abbreviated(titles[j]) for j in of],
        "issn": [numbers[j] for j in of],
        "volume": [str(v) for v in rng.integers(1, 120, n)],
        "issue": [str(v) if rng.random() < 0.85 else "" for v in rng.integers(1, 13, n)],
        "created": [written_date(day, way) for day in days],
        "pages": [f"{f}-{str(f + k)[-max(1, len(str(k))) :]}" for f, k in zip(first, length, strict=True)],
        "authors": authors,
    }
    pair = Pair.of(clean)
    nothing = [
        *rng.choice(["N/A", "NA", "-", "?", "null", "unknown", "none", "[]", "not available", "nan"], 3, replace=False)
    ]
    rate = float(rng.uniform(0.02, 0.1))
    pair.harm(rng, "issn", rate, lambda text: f"{one(rng, MONTHS)}-{text[:2]}")
    pair.harm(rng, "pages", rate, lambda text: f"{text.split('-')[1][-2:].zfill(2)}-{one(rng, MONTHS)}")
    pair.harm(
        rng, "language", rate, lambda text: {"eng": "English", "fre": "French", "ger": "German", "spa": "Spanish"}[text]
    )
    pair.harm(
        rng, "journal", rate, lambda text: one(rng, [text.upper(), text.replace(" of ", " of the "), abbreviated(text)])
    )
    pair.harm(rng, "abbreviation", rate, lambda text: one(rng, [text.replace(".", ""), "", text.lower()]))
    for name in ("journal", "abbreviation", "title"):
        pair.harm(rng, name, rate / 3, typo(rng))
    pair.lose(rng, "volume", rate, nothing)
    for name in ("issn", "abbreviation"):
        pair.harm(rng, name, rate / 2, emptied(rng, ["", *nothing]))
    empties = [row for row, value in enumerate(clean["issue"]) if not value]
    code = one(rng, ["-1", "0", "n/a"])
    for row in empties:
        if rng.random() < 0.5:
            pair.dirty["issue"][row] = code
    for row in np.flatnonzero(rng.random(n) < 2 * rate):
        pair.dirty["created"][row] = written_date(days[row], "compact" if compact and rng.random() < 0.5 else other_way)
    pair.harm(rng, "authors", rate, lambda text: text.replace(", ", one(rng, [" ; ", "|", ","])))
    return pair


def lasting(minutes: int, way: str) -> str:
    hours, rest = divmod(minutes, 60)
    return {
        "min": f"{minutes} min",
        "h min": f"{hours} h {rest} min" if hours else f"{rest} min",
        "hr. min.": f"{hours} hr. {rest} min." if hours else f"{rest} min.",
        "minutes": f"{minutes} minutes",
        "bare": f"{minutes}",
    }[way]


def films(rng: Rng) -> Pair:
    """Films: durations, ratings, counts and lists in several ways and orders."""
    n = int(rng.integers(1500, 3000))
    people, vocabulary = [f"{a} {b}" for a, b in zip(names(rng, 500), names(rng, 500), strict=True)], names(rng, 300)
    directors = people[:120]
    genres = ["Action", "Comedy", "Drama", "Thriller", "Romance", "Crime", "Adventure", "Family", "Horror"]
    countries = ["USA", "UK", "France", "Germany", "India", "Canada", "Japan"]
    way, other_way = (str(w) for w in rng.choice(["min", "h min", "hr. min.", "minutes", "bare"], 2, replace=False))
    date_way, other_date = (str(w) for w in rng.choice(DATE_WAYS, 2, replace=False))
    mark = one(rng, [", ", ",", "|", " / "])
    years = rng.integers(1960, 2020, n)
    minutes, ratings, votes = (
        rng.integers(60, 200, n),
        rng.integers(20, 95, n) / 10,
        (10 ** rng.uniform(1, 6, n)).astype(int),
    )
    days = [np.datetime64(f"{y}-01-01") + int(rng.integers(0, 365)) for y in years]
    mine = [[str(g) for g in sorted(rng.choice(genres, int(rng.integers(1, 4)), replace=False))] for _ in range(n)]
    clean = {
        "id": [f"tt{v:07d}" for v in rng.choice(9_000_000, n, replace=False)],
        "name": [" ".join(one(rng, vocabulary) for _ in range(int(rng.integers(1, 5)))) for _ in range(n)],
        "year": [str(y) for y in years],
        "release": [written_date(day, date_way) for day in days],
        "director": [one(rng, directors) for _ in range(n)],
        "cast": [mark.join(one(rng, people) for _ in range(int(rng.integers(2, 6)))) for _ in range(n)],
        "language": [
            str(v)
            for v in rng.choice(["English", "French", "German", "Hindi", "Japanese"], n, p=[0.7, 0.1, 0.1, 0.05, 0.05])
        ],
        "country": [str(v) for v in rng.choice(countries, n, p=[0.5, 0.2, 0.1, 0.05, 0.05, 0.05, 0.05])],
        "duration": [lasting(int(m), way) for m in minutes],
        "rating": [f"{r:.1f}" for r in ratings],
        "votes": [str(v) for v in votes],
        "genres": [mark.join(found) for found in mine],
    }
    pair = Pair.of(clean)
    rate = float(rng.uniform(0.02, 0.12))
    for row in np.flatnonzero(rng.random(n) < rate):
        pair.dirty["duration"][row] = lasting(int(minutes[row]), other_way)
    for row in np.flatnonzero(rng.random(n) < rate):
        pair.dirty["release"][row] = written_date(days[row], other_date)
    for row in np.flatnonzero(rng.random(n) < rate):
        shuffled = [str(g) for g in rng.permutation(mine[row])]
        pair.dirty["genres"][row] = one(rng, [m for m in (", ", ",", "|", " / ") if m != mark]).join(shuffled)
    pair.harm(rng, "rating", rate, lambda text: f"{text}{one(rng, ['/10', ' / 10', '/10'])}")
    pair.harm(rng, "votes", rate, lambda text: f"{int(text):,}{one(rng, ['', ' votes', ''])}")
    pair.harm(rng, "year", rate, lambda text: one(rng, [f"({text})", f"{text} (TV)", text]))
    pair.harm(
        rng, "country", rate, lambda text: {"USA": "United States", "UK": "United Kingdom"}.get(text, text.upper())
    )
    pair.harm(rng, "director", rate / 2, typo(rng))
    pair.harm(rng, "language", rate / 2, lambda text: one(rng, [text.lower(), f"{text} "]))
    pair.harm(rng, "cast", rate / 8, emptied(rng))
    pair.lose(rng, "rating", rate / 4, ["-", "N/A"])
    return pair


def taxes(rng: Rng) -> Pair:
    """People with addresses and taxes: postal codes tell towns, towns states; two columns tell what is exempt.

    Of states, family and children there are exemptions; of states and salaries there are rates.
    """
    n, n_zips = int(rng.integers(3000, 6000)), int(rng.integers(150, 400))
    states = [f"{a}{b}" for a in "ACFIKMNO" for b in "ALRTWY"][: int(rng.integers(20, 48))]
    towns = names(rng, int(n_zips * 0.7))
    of_town, of_zip = rng.integers(0, len(states), len(towns)), rng.integers(0, len(towns), n_zips)
    zips = [f"{v:05d}" for v in rng.choice(90_000, n_zips, replace=False) + 1_000]
    areas = {state: [str(v) for v in rng.choice(800, 2, replace=False) + 200] for state in states}
    firsts = names(rng, 150)
    sexes = [one(rng, "FM") for _ in firsts]
    who, place = rng.integers(0, len(firsts), n), rng.integers(0, n_zips, n)
    state = [states[of_town[of_zip[p]]] for p in place]
    married, children = rng.choice(["M", "S"], n), rng.choice(["Y", "N"], n)
    steps = sorted(int(v) for v in rng.choice(np.arange(10, 60), 12, replace=False))
    salary = rng.choice(steps, n) * 1000 + rng.choice([0, 500], n)
    single, family, child, rates = (
        {s: 0 if rng.random() < 0.15 else int(rng.integers(1, 60)) * 100 for s in states},
        {s: 0 if rng.random() < 0.15 else int(rng.integers(1, 60)) * 100 for s in states},
        {s: 0 if rng.random() < 0.15 else int(rng.integers(1, 30)) * 100 for s in states},
        {(s, k): f"{rng.integers(0, 90) / 10:.1f}".removesuffix(".0") for s in states for k in (0, 1, 2)},
    )
    clean = {
        "first": [firsts[w] for w in who],
        "last": [one(rng, towns[:80]) + one(rng, ["son", "er", ""]) for _ in range(n)],
        "gender": [sexes[w] for w in who],
        "area": [one(rng, areas[s]) for s in state],
        "phone": [f"{rng.integers(100, 999)}-{rng.integers(1000, 9999)}" for _ in range(n)],
        "city": [towns[of_zip[p]].upper() for p in place],
        "state": state,
        "zip": [zips[p] for p in place],
        "marital": [str(v) for v in married],
        "has_child": [str(v) for v in children],
        "salary": [str(v) for v in salary],
        "rate": [rates[s, int(v >= 25_000) + int(v >= 45_000)] for s, v in zip(state, salary, strict=True)],
        "single_exempt": [str(single[s] if m == "S" else 0) for s, m in zip(state, married, strict=True)],
        "married_exempt": [str(family[s] if m == "M" else 0) for s, m in zip(state, married, strict=True)],
        "child_exempt": [str(child[s] if c == "Y" else 0) for s, c in zip(state, children, strict=True)],
    }
    pair = Pair.of(clean)
    rate = float(rng.uniform(0.003, 0.02))
    pair.harm(rng, "city", rate, typo(rng))
    pair.harm(rng, "city", rate / 2, lambda text: f"{text}{one(rng, ['-*', ' *', '?'])}")
    pair.harm(rng, "city", rate / 2, lambda text: text.capitalize())
    pair.harm(rng, "state", rate, other(rng, states))
    pair.harm(rng, "zip", rate, lambda text: text.lstrip("0")[: int(rng.integers(4, 6))])
    pair.harm(rng, "gender", rate, lambda text: "M" if text == "F" else "F")
    pair.harm(rng, "area", rate / 2, other(rng, clean["area"]))
    pair.harm(
        rng,
        "rate",
        rate,
        lambda text: f"{text}.0" if "." not in text and rng.random() < 0.5 else one(rng, clean["rate"]),
    )
    pair.harm(rng, "first", rate, typo(rng))
    pair.harm(rng, "phone", rate, lambda text: text.replace("-", one(rng, ["", " ", "."])))
    pair.harm(rng, "salary", rate, lambda text: one(rng, [f"{int(text):,}", f"${text}", f"{text}.00"]))
    for name in ("single_exempt", "married_exempt", "child_exempt"):
        pair.harm(rng, name, rate, other(rng, clean[name]) if rng.random() < 0.7 else emptied(rng))
    pair.harm(rng, "marital", rate / 2, lambda text: {"M": "married", "S": "single"}[text])
    return pair


def payroll(rng: Rng) -> Pair:
    """Employees: sums of columns, grades that tell a rate, dates in order, departments with codes."""
    n, n_units = int(rng.integers(1500, 3000)), int(rng.integers(20, 50))
    codes, units = (
        [f"{chr(65 + i % 26)}{chr(65 + i // 26)}{rng.integers(1, 9)}" for i in range(n_units)],
        names(rng, n_units, 3),
    )
    grades = [f"G{k}" for k in range(3, 16)]
    rates = {grade: f"{12 + 1.75 * k:.2f}" for k, grade in enumerate(grades)}
    way, other_way = (str(w) for w in rng.choice(DATE_WAYS, 2, replace=False))
    of, grade = rng.integers(0, n_units, n), [one(rng, grades) for _ in range(n)]
    base, extra, bonus = rng.integers(24_000, 120_000, n), rng.integers(0, 9_000, n), rng.integers(0, 20, n) * 250
    hired = np.datetime64("2000-01-01") + rng.integers(0, 7000, n)
    left = hired + rng.integers(30, 3000, n)
    clean = {
        "employee": [f"E{v:05d}" for v in rng.choice(90_000, n, replace=False)],
        "unit_code": [codes[u] for u in of],
        "unit": [f"{units[u]} {one(np.random.default_rng(u), ['Services', 'Office', 'Department'])}" for u in of],
        "grade": grade,
        "hourly_rate": [rates[g] for g in grade],
        "base": [str(v) for v in base],
        "overtime": [str(v) for v in extra],
        "bonus": [str(v) for v in bonus],
        "gross": [str(v) for v in base + extra + bonus],
        "hired": [written_date(day, way) for day in hired],
        "left": [written_date(day, way) if rng.random() < 0.7 else "" for day in left],
    }
    pair = Pair.of(clean)
    rate = float(rng.uniform(0.01, 0.05))
    pair.harm(
        rng,
        "unit",
        rate,
        lambda text: one(rng, [text.replace("Department", "Dept."), text.replace("Services", "Svcs"), text.upper()]),
    )
    pair.harm(rng, "unit", rate / 2, typo(rng))
    pair.harm(rng, "unit", rate / 2, other(rng, clean["unit"]))
    pair.harm(rng, "unit_code", rate, emptied(rng, ["", "n/a"]))
    pair.harm(rng, "hourly_rate", rate, lambda text: one(rng, [f"${text}", f"{text}/h", text.replace(".", ",")]))
    pair.harm(
        rng,
        "gross",
        rate,
        lambda text: one(rng, ["", str(int(text) * 10), str(int(text) + 1000 * int(rng.integers(1, 9)))]),
    )
    pair.harm(rng, "bonus", rate / 2, emptied(rng))
    pair.harm(rng, "base", rate / 2, lambda text: f"{int(text):,}")
    for row in np.flatnonzero(rng.random(n) < 2 * rate):
        pair.dirty["hired"][row] = written_date(hired[row], other_way)
    return pair


def listings(rng: Rng) -> Pair:
    """The same shops several times: streets in short and in full, phones in several patterns."""
    n_shops = int(rng.integers(250, 500))
    towns = names(rng, 25)
    codes = {town: [f"{v}" for v in rng.choice(80_000, 4, replace=False) + 10_000] for town in towns}
    ways = ["Street", "Avenue", "Boulevard", "Road"]
    short = {"Street": "St.", "Avenue": "Ave.", "Boulevard": "Blvd.", "Road": "Rd."}
    in_full = bool(rng.random() < 0.5)
    kinds = ["Italian", "French", "Bakery", "Seafood", "Steakhouse", "Vegetarian"]
    pattern = one(rng, ["{}-{}-{}", "({}) {}-{}", "{}/{}-{}"])
    shops = []
    for name in names(rng, n_shops, 3):
        town = one(rng, towns)
        way = one(rng, ways)
        street = f"{rng.integers(1, 999)} {one(rng, towns)} {way if in_full else short[way]}"
        phone = (rng.integers(200, 999), rng.integers(200, 999), f"{rng.integers(0, 9999):04d}")
        shops.append(
            (
                f"{name}'s {one(rng, ['Kitchen', 'Table', 'Corner'])}",
                street,
                town,
                one(rng, codes[town]),
                phone,
                one(rng, kinds),
            )
        )
    rows = [shop for shop in shops for _ in range(int(rng.integers(2, 7)))]
    clean = {
        "name": [row[0] for row in rows],
        "street": [row[1] for row in rows],
        "city": [row[2] for row in rows],
        "zip": [row[3] for row in rows],
        "phone": [pattern.format(*row[4]) for row in rows],
        "kind": [row[5] for row in rows],
        "stars": [f"{v:.1f}" for v in rng.choice([3.0, 3.5, 4.0, 4.5, 5.0], len(rows))],
    }
    pair = Pair.of(clean)
    rate = float(rng.uniform(0.02, 0.1))

    def restreeted(text: str) -> str:
        for long, brief in short.items():
            text = text.replace(long, brief.rstrip(".")) if in_full else text.replace(brief, long)
        return text

    pair.harm(rng, "street", rate, restreeted)
    pair.harm(
        rng, "phone", rate, lambda text: one(rng, ["".join(c for c in text if c.isdigit()), text.replace("-", "."), ""])
    )
    pair.harm(rng, "city", rate / 2, typo(rng))
    pair.harm(rng, "city", rate / 2, lambda text: text.upper())
    pair.harm(rng, "kind", rate / 2, other(rng, kinds))
    pair.harm(rng, "zip", rate / 2, other(rng, clean["zip"]))
    pair.harm(rng, "zip", rate / 2, emptied(rng, ["", "00000", "?"]))
    pair.harm(rng, "name", rate / 2, typo(rng))
    pair.harm(rng, "stars", rate / 2, lambda text: one(rng, [f"{text} stars", f"{text}/5", text.replace(".", ",")]))
    return pair


KINDS: dict[str, Callable[[Rng], Pair]] = {
    kind.__name__: kind for kind in (timetables, bibliography, films, taxes, payroll, listings)
}
