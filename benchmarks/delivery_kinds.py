"""Ways in which a delivery goes wrong, and ways in which it may differ: each is done to a sound table by one function.

A function takes a `Sound` pair and a random generator and gives a `Changed` one, or None where it does not apply.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass
class Sound:
    """Two random halves of a table: rows before, and new rows of the same source."""

    then: pd.DataFrame
    now: pd.DataFrame
    target: str

    def numeric(self, rng: np.random.Generator) -> str:
        """A measured input, of the table itself where it has one."""
        names = [c for c in self.now.select_dtypes("number") if c not in (self.target, "ticket_id")]
        names = [c for c in names if self.then[c].nunique() >= 30 and self.then[c].notna().mean() > 0.5]
        return str(rng.choice(names))

    def named(self, rng: np.random.Generator) -> str:
        """A column of up to 30 names with letters."""
        frame = self.then.drop(columns=[self.target])
        names = [c for c in frame.select_dtypes(["object", "str"]) if 2 <= frame[c].nunique() <= 30]
        return str(rng.choice([c for c in names if frame[c].dropna().astype(str).str.contains("[a-z]").any()]))


@dataclass
class Changed:
    """A delivery as the bytes of a CSV file, the checks that should name it, and the column that it is about."""

    data: bytes
    wanted: frozenset[str]
    how: str
    columns: tuple[str, ...] = ()


Kind = Callable[[Sound, np.random.Generator], Changed | None]
FAULTS: dict[str, Kind] = {}
HARMLESS: dict[str, Kind] = {}


def fault(kind: Kind) -> Kind:
    """Enters a way to go wrong."""
    FAULTS[kind.__name__] = kind
    return kind


def harmless(kind: Kind) -> Kind:
    """Enters a way to differ that a model may not mind."""
    HARMLESS[kind.__name__] = kind
    return kind


def as_csv(frame: pd.DataFrame, **how: object) -> bytes:
    """The bytes of a file."""
    text = io.StringIO()
    frame.to_csv(text, index=False, **{k: v for k, v in how.items() if k != "encoding"})  # type: ignore[arg-type]
    return text.getvalue().encode(str(how.get("encoding", "utf-8")), "replace")


def _changed(sound: Sound, wanted: str, how: str, **columns: object) -> Changed:
    return Changed(as_csv(sound.now.assign(**columns)), frozenset(wanted.split()), how, tuple(columns))


@fault
def missing_fifth(sound: Sound, rng: np.random.Generator) -> Changed:
    """20 % of a column is missing."""
    name = str(rng.choice([sound.numeric(rng), sound.named(rng)]))
    values = sound.now[name].astype(object).mask(rng.random(len(sound.now)) < 0.2, None)
    return _changed(sound, "missing_values", name, **{name: values})


@fault
def emptied(sound: Sound, rng: np.random.Generator) -> Changed:
    """A column holds nothing."""
    name = str(rng.choice([sound.numeric(rng), sound.named(rng)]))
    return _changed(sound, "missing_values", name, **{name: None})


@fault
def renamed_column(sound: Sound, rng: np.random.Generator) -> Changed:
    """A column under a name that tells of the old one, or of nothing."""
    name = sound.numeric(rng)
    new = str(rng.choice([f"{name}_2", name.upper() + "_", f"new_{name}", "column_x"]))
    frame = sound.now.rename(columns={name: new})
    return Changed(as_csv(frame), frozenset({"renamed_columns", "lost_columns"}), f"{name} to {new}", (name,))


@fault
def lost_column(sound: Sound, rng: np.random.Generator) -> Changed:
    """A column is gone."""
    name = str(rng.choice([sound.numeric(rng), sound.named(rng)]))
    return Changed(as_csv(sound.now.drop(columns=name)), frozenset({"lost_columns"}), name, (name,))


@fault
def recased_column_names(sound: Sound, rng: np.random.Generator) -> Changed | None:
    """The first line in capitals."""
    frame = sound.now.rename(columns=str.upper)
    name = sound.named(rng)
    if name == name.upper():
        return None
    return Changed(as_csv(frame), frozenset({"renamed_columns"}), "all", (name,))


@fault
def recased_names(sound: Sound, rng: np.random.Generator) -> Changed:
    """Names in capitals."""
    name = sound.named(rng)
    return _changed(sound, "new_names", name, **{name: sound.now[name].str.upper()})


@fault
def new_categories(sound: Sound, rng: np.random.Generator) -> Changed:
    """A name that was never seen in 5 % of the rows."""
    name, share = sound.named(rng), float(rng.choice([0.05, 0.2]))
    values = sound.now[name].mask(rng.random(len(sound.now)) < share, "Brandnew")
    return _changed(sound, "new_names", f"{share:.0%} of {name}", **{name: values})


@fault
def repeated_rows(sound: Sound, rng: np.random.Generator) -> Changed:
    """The export ran over some rows twice, or over all."""
    share = float(rng.choice([0.05, 1.0]))
    frame = pd.concat([sound.now, sound.now.sample(frac=share, random_state=int(rng.integers(1 << 30)))])
    return Changed(as_csv(frame), frozenset({"repeated_rows", "repeated_keys"}), f"{share:.0%}")


@fault
def shift(sound: Sound, rng: np.random.Generator) -> Changed:
    """Half a standard deviation more."""
    name = sound.numeric(rng)
    values = sound.now[name] + 0.5 * sound.then[name].std()
    if (sound.then[name].dropna() % 1 == 0).all():
        values = values.round()
    return _changed(sound, "drifted_columns out_of_range", name, **{name: values})


@fault
def thousandfold(sound: Sound, rng: np.random.Generator) -> Changed:
    """In another unit."""
    name, factor = sound.numeric(rng), float(rng.choice([1000, 0.001, 2.54, 0.01]))
    return _changed(
        sound, "unit_change out_of_range drifted_columns", f"{name} x{factor:g}", **{name: sound.now[name] * factor}
    )


@fault
def swapped_columns(sound: Sound, rng: np.random.Generator) -> Changed | None:
    """Each of two columns holds what the other should."""
    one, two = sound.numeric(rng), sound.numeric(rng)
    if one == two or not _differ(sound.then[one], sound.then[two]):
        return None
    wanted = "drifted_columns out_of_range unit_change missing_values new_names column_types told_apart"
    return _changed(sound, wanted, f"{one} and {two}", **{one: sound.now[two], two: sound.now[one]})


def _differ(one: pd.Series, two: pd.Series) -> bool:
    """Whether a third of the rows would have to move to make two columns alike."""
    both = np.sort(np.concatenate([one.dropna(), two.dropna()]))
    below = [np.searchsorted(np.sort(each.dropna()), both, side="right") / each.notna().sum() for each in (one, two)]
    return float(np.abs(below[0] - below[1]).max()) > 1 / 3


@fault
def other_date_format(sound: Sound, rng: np.random.Generator) -> Changed:
    """Dates are written otherwise, from one row on or in all."""
    way, share = str(rng.choice(["%d.%m.%Y", "%m/%d/%Y", "%b %d %Y"])), float(rng.choice([0.3, 1.0]))
    days = pd.to_datetime(sound.now["begun"]).dt.strftime(way)
    hit = np.arange(len(days)) >= (1 - share) * len(days)
    return _changed(
        sound,
        "column_types missing_values out_of_range",
        f"{way} in {share:.0%}",
        begun=days.where(hit, sound.now["begun"]),
    )


@fault
def words_for_numbers(sound: Sound, rng: np.random.Generator) -> Changed:
    """Words in 5 % of a column of numbers."""
    name = sound.numeric(rng)
    values = sound.now[name].astype(object).mask(rng.random(len(sound.now)) < 0.05, "see note")
    return _changed(sound, "column_types missing_values", name, **{name: values})


@fault
def cut_in_the_middle(sound: Sound, rng: np.random.Generator) -> Changed:
    """The file ends in the middle of a row."""
    data = as_csv(sound.now)
    rows = data.split(b"\n")
    n = int(len(rows) * float(rng.choice([0.5, 0.9])))
    kept = b"\n".join(rows[:n]) + b"\n" + rows[n][: len(rows[n]) // 2]
    return Changed(kept, frozenset({"ragged_rows"}), f"{n} rows")


@fault
def damaged_letters(sound: Sound, rng: np.random.Generator) -> Changed:
    """UTF-8 was read as another encoding and written again."""
    values = sound.now["who"].map(lambda name: name.encode().decode("cp1252", "replace"))
    return _changed(sound, "text_encoding", "doubled", who=values)


@fault
def training_rows_again(sound: Sound, rng: np.random.Generator) -> Changed:
    """The rows before, whole or for a part."""
    share = float(rng.choice([0.1, 1.0]))
    frame = pd.concat([sound.then.sample(frac=share, random_state=1), sound.now]) if share < 1 else sound.then
    return Changed(as_csv(frame), frozenset({"rows_again", "repeated_keys"}), f"{share:.0%}")


@harmless
def sorted_rows(sound: Sound, rng: np.random.Generator) -> Changed:
    """Sorted by a column."""
    return Changed(as_csv(sound.now.sort_values(sound.numeric(rng))), frozenset(), "")


@harmless
def other_column_order(sound: Sound, rng: np.random.Generator) -> Changed:
    """Columns in another order."""
    return Changed(as_csv(sound.now[rng.permutation(sound.now.columns)]), frozenset(), "")


@harmless
def other_delimiter(sound: Sound, rng: np.random.Generator) -> Changed:
    """Semicolons or tabs."""
    mark = str(rng.choice([";", "\t", "|"]))
    return Changed(as_csv(sound.now, sep=mark), frozenset(), repr(mark))


@harmless
def other_encoding(sound: Sound, rng: np.random.Generator) -> Changed:
    """Another encoding, which can be told from the bytes."""
    encoding = str(rng.choice(["cp1252", "utf-16", "utf-8-sig"]))
    return Changed(as_csv(sound.now, encoding=encoding), frozenset(), encoding)


@harmless
def without_target(sound: Sound, rng: np.random.Generator) -> Changed:
    """Nobody knows the answers yet."""
    return Changed(as_csv(sound.now.drop(columns=sound.target)), frozenset(), "")


@harmless
def quoted_values(sound: Sound, rng: np.random.Generator) -> Changed:
    """Every value between quotes."""
    return Changed(as_csv(sound.now, quoting=1), frozenset(), "")
