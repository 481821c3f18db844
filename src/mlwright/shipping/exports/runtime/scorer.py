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
import json
import math
import operator
import struct
import sys

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
NAN = float("nan")


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
    if value is None or value != value:
        return None
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) <= 2.0**53:
        return str(int(value))
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def number_reader(given):
    """Reads a number; NaN for what is none, and for numbers that stand for "missing"."""
    missing = frozenset(given["missing"])

    def read(value):
        try:
            number = NAN if value is None or value == "" else float(value)
        except ValueError:
            number = NAN
        return NAN if math.isinf(number) or number in missing else number

    return read


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
        if isinstance(value, (int, float)):
            return float(value)
        if isinstance(value, str):
            value = parsed(value.strip(), given["format"], given.get("first_year"))
        if value is None:
            return NAN
        if not isinstance(value, datetime.datetime):
            value = datetime.datetime(value.year, value.month, value.day)
        if value.tzinfo is None:
            value = value.replace(tzinfo=datetime.timezone.utc)
        return (value - EPOCH) / datetime.timedelta(microseconds=1) / 1e6

    return read


def parsed(text, pattern, first_year=None):
    """A moment from text, or None; years of two digits are of the hundred years from the first one on."""
    try:
        return datetime.datetime.fromisoformat(text[:-1] + "+00:00" if text.endswith("Z") else text)
    except ValueError:
        pass
    try:
        found = datetime.datetime.strptime(text, pattern) if pattern else None
        if found is None or first_year is None:
            return found
        return found.replace(year=first_year + (found.year - first_year) % 100)
    except ValueError:
        return None


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
    of, columns = step["of"], list(zip(*step["weights"]))
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


def main():
    """Read rows in CSV, write answers in CSV."""
    model = Model(sys.argv[1] if len(sys.argv) > 1 else "model.json")
    answers = csv.writer(sys.stdout, lineterminator="\n")
    answers.writerow(["answer", *map(str, model.classes)] if model.classes else ["answer"])
    for row in csv.DictReader(sys.stdin):
        found = model.results(row)
        answers.writerow([model.answer(found), *found[: len(model.classes)]] if model.classes else found)


if __name__ == "__main__":
    main()
