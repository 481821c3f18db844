#!/usr/bin/env python3
"""Scores rows with the model in model.json: plain Python 3.8 or newer, nothing else is needed.

    from scorer import Model
    model = Model("model.json")
    model.predict({"age": 31, "city": "Rome"})          # the answer
    model.scores({"age": 31, "city": None})             # probabilities in the order of model.classes, or [number]

    python scorer.py model.json < rows.csv > answers.csv

A row needs every input; None (an empty cell in CSV) means that a value is not known.
"""

import csv
import datetime
import decimal
import io
import json
import math
import operator
import re
import struct
import sys

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
NAN = float("nan")
WRITTEN = re.compile(
    r"([+-]?)([$€£¥₹]?) ?([+-]?)((?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]*)?|\.[0-9]+)"
    r"([eE][+-]?[0-9]{1,3})? ?[%$€£¥₹]?"
)
HOURS = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?(\s?(?:[ap]\.?\s?m\.?|[ap]))?", re.IGNORECASE)
ISO = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,9}))?)?"
    r"(?: ?(Z|[A-Z]{3,4}|[+-][0-9]{2}(?::?[0-9]{2})?))?)?"
)
ZONES = {"UTC": 0, "GMT": 0, "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "CEST": 2, "MEZ": 1, "MESZ": 2, "EET": 2}
ZONES.update({"EEST": 3, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7})
ZONES.update({"JST": 9, "Z": 0})


class Model:
    """A model, read from a file that mlwright has exported."""

    def __init__(self, path="model.json"):
        with open(path, encoding="utf-8") as file:
            self.facts = json.load(file)
        self.inputs = self.facts["inputs"]
        self.classes = self.facts["classes"]
        self._readers = [(given["name"], READERS[given["kind"]](given)) for given in self.inputs]
        self._steps = [STEPS[step["do"]](step) for step in self.facts["steps"]]

    def scores(self, row):
        """Probabilities in the order of `classes`, or one number."""
        return self.results(row)[: len(self.classes) or 1]

    def predict(self, row):
        """The class, or the number."""
        return self.answer(self.results(row))

    def results(self, row):
        """The scores; where each row is answered by its own amounts, the place of the answer behind them."""
        return self.work([read(row[name]) for name, read in self._readers])

    def answer(self, scores):
        """What follows from results."""
        if not self.classes:
            return scores[0]
        if self.facts.get("decided"):
            return self.classes[int(scores[-1])]
        if len(self.classes) == 2:
            return self.classes[int(scores[1] >= self.facts["threshold"])]
        return self.classes[scores.index(max(scores))]

    def work(self, read):
        """Results from what was read of each input: a number, a code or seconds; NaN where missing."""
        found = []
        for step in self._steps:
            found.append(step(read, found))
        return found[-1]


def spelling(value):
    """The one way to write a value: 3, 3.0 and "3 " are all "3"; None if it is missing."""
    if isinstance(value, str):
        return value.strip() or None
    if is_nothing(value):
        return None
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) <= 2.0**53:
        return str(int(value))
    if isinstance(value, decimal.Decimal):
        return str(int(value)) if value == value.to_integral_value() else format(value.normalize(), "f")
    if isinstance(value, bytes):
        return spelling(value.decode("utf-8", "replace"))
    return value.isoformat() if hasattr(value, "isoformat") else spelling(str(value))


def is_nothing(value):
    """Whether a value is None, NaN, or NA or NaT of pandas."""
    try:
        return value is None or bool(value != value)
    except (TypeError, ValueError):
        return not hasattr(value, "__len__")


def number_reader(given):
    """Reads a number; NaN for what is none, and for numbers that stand for "missing"."""
    missing = frozenset(given["missing"])

    def read(value):
        number = number_of(value)
        return NAN if math.isinf(number) or number in missing else number

    return read


def number_of(value):
    """A value as a number; text in English notation: 1,234.5, -3, 2e5, $1,200, 15%, 19:30 as hours."""
    if isinstance(value, str):
        text = value.strip()
        found = WRITTEN.fullmatch(text)
        if found is None:
            return hours(text)
        before, _, after, digits, power = found.groups()
        if before and after:
            return NAN
        return (-1.0 if "-" in (before, after) else 1.0) * float(digits.replace(",", "") + (power or ""))
    if isinstance(value, datetime.timedelta):
        return value.total_seconds()
    if isinstance(value, datetime.time):
        return value.hour + value.minute / 60 + (value.second + value.microsecond / 1e6) / 3600
    try:
        return NAN if value is None or isinstance(value, (bytes, datetime.date)) else float(value)
    except OverflowError:
        return math.inf
    except (TypeError, ValueError):
        return NAN


def hours(text):
    """A time of the day as hours; NaN for any other text."""
    found = HOURS.fullmatch(text)
    if found is None:
        return NAN
    hour, minute, second = (int(part or 0) for part in found.groups()[:3])
    mark = (found[4] or "").strip().lower()
    if minute > 59 or second > 59 or hour > 23 or (mark and not 1 <= hour <= 12):
        return NAN
    return (hour % 12 + 12 * mark.startswith("p") if mark else hour) + minute / 60 + second / 3600


def name_reader(given):
    """Reads the code of a name; -1 for a missing one."""
    codes, unseen = given["codes"], given["unseen"]

    def read(value):
        name = spelling(value)
        return -1.0 if name is None else float(codes.get(name, unseen))

    return read


def moment_reader(given):
    """Reads a date or a moment as seconds since 1970; text in ISO 8601 or in the pattern of the column."""

    def read(value):
        if not isinstance(value, datetime.date):
            value = parsed(spelling(value), given["format"], given.get("first_year"))
        if is_nothing(value):
            return NAN
        if not isinstance(value, datetime.datetime):
            value = datetime.datetime(value.year, value.month, value.day)
        if value.tzinfo is None:
            value = value.replace(tzinfo=datetime.timezone.utc)
        return ((value - EPOCH) // datetime.timedelta(microseconds=1)) / 1e6

    return read


def parsed(text, pattern, first_year=None):
    """A moment from text, or None; years of two digits are of the hundred years from the first one on."""
    found = ISO.fullmatch(text or "")
    try:
        if found is not None:
            return in_iso(found)
        moment = datetime.datetime.strptime(text, pattern) if pattern and text else None
        if moment is None or first_year is None:
            return moment
        return moment.replace(year=first_year + (moment.year - first_year) % 100)
    except (ValueError, OverflowError):
        return None


def in_iso(found):
    """A moment from the parts of ISO 8601."""
    *parts, fraction, zone = found.groups()
    moment = datetime.datetime(*[int(part or 0) for part in parts], int(((fraction or "") + "000000")[:6]))
    if zone is None:
        return moment
    if zone[0] in "+-":
        minutes = int(zone[1:3]) * 60 + int(zone[3:].strip(":") or 0)
        if minutes >= 24 * 60 or int(zone[3:].strip(":") or 0) > 59:
            return None
        offset = datetime.timedelta(minutes=-minutes if zone[0] == "-" else minutes)
    elif zone in ZONES:
        offset = datetime.timedelta(hours=ZONES[zone])
    else:
        return None
    return moment.replace(tzinfo=datetime.timezone(offset))


def single(x):
    """Rounded to single precision."""
    return struct.unpack("f", struct.pack("f", x))[0]


def wide(vector, width):
    """A vector of one, as often as needed."""
    return vector * width if len(vector) < width else vector


def do_read(step):
    place = step["input"]
    return lambda read, found: [read[place]]


def do_const(step):
    values = step["values"]
    return lambda read, found: values


def do_join(step):
    parts = step["parts"]
    return lambda read, found: [x for part in parts for x in found[part]]


def do_take(step):
    of, places = step["of"], step["places"]
    return lambda read, found: [found[of][place] for place in places]


UNARY = {
    "floor": lambda x: float(math.floor(x)),
    "exp": math.exp,
    "log": math.log,
    "single": single,
    "missing": lambda x: float(x != x),
}


def do_unary(step):
    of, name = step["of"], step["name"]
    work = UNARY[name]
    if name == "missing":
        return lambda read, found: [work(x) for x in found[of]]
    return lambda read, found: [x if x != x else work(x) for x in found[of]]


BINARY = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b if b else NAN,
    "<": lambda a, b: float(a < b),
    "<=": lambda a, b: float(a <= b),
}


def do_binary(step):
    left, right, width, work = step["left"], step["right"], step["width"], BINARY[step["name"]]
    return lambda read, found: list(map(work, wide(found[left], width), wide(found[right], width)))


def do_clip(step):
    of, bounds = step["of"], list(zip(step["low"], step["high"]))
    return lambda read, found: [
        low if x < low else high if x > high else x for x, (low, high) in zip(found[of], bounds)
    ]


def do_choose(step):
    condition, yes, no, width = step["condition"], step["yes"], step["no"], step["width"]
    return lambda read, found: [
        a if chosen else b
        for chosen, a, b in zip(wide(found[condition], width), wide(found[yes], width), wide(found[no], width))
    ]


def do_lookup(step):
    index, table = step["index"], step["table"]
    return lambda read, found: table[int(found[index][0])]


def do_product(step):
    of, columns = step["of"], list(zip(*step["weights"])) or [()] * step["width"]
    return lambda read, found: [sum(map(operator.mul, found[of], column)) for column in columns]


def do_fold(step):
    of, work = step["of"], {"sum": sum, "largest": max}[step["name"]]
    return lambda read, found: [work(found[of])]


def do_forest(step):
    features, n_outputs = step["features"], step["n_outputs"]
    nodes = linked(step)
    trees = [(nodes[root], first) for root, first in step["trees"]]

    def leaves(found):
        """What each tree answers. A missing number is less than every threshold, or more, as the node wants it."""
        row = [x if x == x else missing for x in found[features] for missing in (-math.inf, math.inf)]
        for node, first in trees:
            place, threshold, members, left, right = node
            while place is not None:
                x = row[place]
                node = left if (x <= threshold if members is None else x in members) else right
                place, threshold, members, left, right = node
            yield threshold, first

    def work(read, found):
        sums = [0.0] * n_outputs
        for values, first in leaves(found):
            for place, value in enumerate(values, first):
                sums[place] += value
        return sums

    def work_one(read, found):
        total = 0.0
        for (value,), _ in leaves(found):
            total += value
        return [total]

    return work_one if n_outputs == 1 else work


def linked(step):
    """Nodes that lead to each other: which number is asked, by what, and where it leads; of a leaf what it answers."""
    names = ("feature", "threshold", "members", "missing_left")
    feature, threshold, members, missing_left = (step[name] for name in names)
    sets = [frozenset(codes) for codes in step["sets"]]
    nodes = [[None, values, None, None, None] for values in step["values"]]
    for place, node in enumerate(nodes):
        if feature[place] < 0:
            continue
        codes = None if members[place] < 0 else sets[members[place]]
        if codes is not None and missing_left[place]:
            codes = codes | {-math.inf}
        left, right = nodes[step["left"][place]], nodes[step["right"][place]]
        node[:] = [2 * feature[place] + (not missing_left[place]), threshold[place], codes, left, right]
    return nodes


READERS = {"number": number_reader, "name": name_reader, "moment": moment_reader}
STEPS = {
    "read": do_read,
    "const": do_const,
    "join": do_join,
    "take": do_take,
    "unary": do_unary,
    "binary": do_binary,
    "clip": do_clip,
    "choose": do_choose,
    "lookup": do_lookup,
    "product": do_product,
    "fold": do_fold,
    "forest": do_forest,
}


def numeral(cell):
    """The name of a column of numbers, as it is spelled everywhere: 3 for 3.0, which a CSV file may hold."""
    found = WRITTEN.fullmatch(cell or "")
    return spelling(float(cell)) if found and not re.search("[$€£¥₹%, ]", cell) else cell


def main():
    """Read rows in CSV, write answers in CSV."""
    model = Model(sys.argv[1] if len(sys.argv) > 1 else "model.json")
    rows = csv.DictReader(io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8-sig", newline=""))
    written = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="")
    missing = [given["name"] for given in model.inputs if given["name"] not in (rows.fieldnames or ())]
    if missing:
        sys.exit("The column %s is missing." % missing[0])
    numerals = [given["name"] for given in model.inputs if given.get("is_numeral")]
    answers = csv.writer(written, lineterminator="\n")
    answers.writerow(["answer", *map(str, model.classes)] if model.classes else ["answer"])
    for row in rows:
        row.update({name: numeral(row[name]) for name in numerals})
        found = model.results(row)
        answers.writerow([model.answer(found), *found[: len(model.classes)]] if model.classes else found)
    written.flush()


if __name__ == "__main__":
    main()
