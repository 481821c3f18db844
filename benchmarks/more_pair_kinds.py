"""Three more kinds of made-up pairs: calls to a city, a catalogue of products, and a register of people.

They hold faults that open-data portals, shops and registers are known for and that `pair_kinds` has not: addresses
written short, moments with halves of the day, two-digit years of birth, amounts in several writings, cells that are
swapped or shifted to the next column, codes that lost their zeros, letters that were read in another encoding, and one
thing reported in several sources. Nothing is taken from a real table.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pair_kinds import MONTHS, Pair, Rng, emptied, names, one, other, typo

ACCENTED = "José Núñez|Zoë Müller|André Lefèvre|Søren Åkesson|Renée Côté|Jürgen Groß|Iñigo Peña|Chloé Dubois"


def moment(at: np.datetime64, way: str) -> str:
    """A moment in one of the ways of portals."""
    day, clock = str(at.astype("datetime64[m]")).split("T")
    year, month, date = (int(part) for part in day.split("-"))
    hour, minute = (int(part) for part in clock.split(":"))
    half = f"{(hour - 1) % 12 + 1:02d}:{minute:02d}:00 {'PM' if hour >= 12 else 'AM'}"
    return {
        "portal": f"{month:02d}/{date:02d}/{year} {half}",
        "iso": f"{day} {clock}:00",
        "iso T": f"{day}T{clock}:00",
        "short": f"{month}/{date}/{year} {hour}:{minute:02d}",
        "words": f"{date} {MONTHS[month - 1]} {year} {clock}",
    }[way]


def mojibake(text: str) -> str:
    """UTF-8 read as Windows-1252."""
    try:
        return text.encode().decode("cp1252")
    except UnicodeError:
        return text


def calls(rng: Rng) -> Pair:
    """Calls to a city: agencies with their codes, addresses, moments, places, statuses, durations."""
    n, n_agencies = int(rng.integers(1500, 3000)), int(rng.integers(8, 16))
    codes = [f"D{a}{b}" for a, b in zip("ABCDEFGHIJKLMNOP", "TSRQPONMLKJIHGFE", strict=True)][:n_agencies]
    agencies = [f"Department of {name}" for name in names(rng, n_agencies, 2)]
    boroughs = [name.upper() for name in names(rng, 5)]
    zips = {b: [str(v) for v in rng.choice(80_000, 12, replace=False) + 10_000] for b in boroughs}
    streets = [f"{name} {one(rng, ['Street', 'Avenue', 'Boulevard', 'Place', 'Road'])}" for name in names(rng, 120, 2)]
    kinds = {
        f"{a} {b}".capitalize(): int(rng.integers(n_agencies))
        for a, b in zip(names(rng, 30), names(rng, 30), strict=True)
    }
    way, other_way = (str(w) for w in rng.choice(["portal", "iso", "iso T", "short", "words"], 2, replace=False))
    opened = np.datetime64("2019-01-01T00:00") + rng.integers(0, 60 * 24 * 900, n)
    minutes = rng.integers(20, 60 * 72, n)
    kind = [one(rng, list(kinds)) for _ in range(n)]
    borough = [one(rng, boroughs) for _ in range(n)]
    in_hours = bool(rng.random() < 0.5)
    clean = {
        "key": [str(v) for v in rng.choice(90_000_000, n, replace=False) + 10_000_000],
        "opened": [moment(at, way) for at in opened],
        "closed": [
            moment(at + int(m), way) if rng.random() < 0.9 else "" for at, m in zip(opened, minutes, strict=True)
        ],
        "agency": [codes[kinds[k]] for k in kind],
        "agency_name": [agencies[kinds[k]] for k in kind],
        "complaint": kind,
        "address": [f"{rng.integers(1, 2000)} {one(rng, streets)}" for _ in range(n)],
        "borough": borough,
        "zip": [one(rng, zips[b]) for b in borough],
        "status": [str(v) for v in rng.choice(["Closed", "Open", "Pending", "Assigned"], n, p=[0.8, 0.1, 0.06, 0.04])],
        "hours": [f"{m / 60:.1f} h" if in_hours else f"{m / 60:.1f}" for m in minutes],
        "latitude": [f"{v:.5f}" for v in rng.uniform(40.5, 40.9, n)],
        "channel": [one(rng, ["PHONE", "ONLINE", "MOBILE"]) for _ in range(n)],
    }
    pair = Pair.of(clean)
    rate = float(rng.uniform(0.01, 0.06))
    short = {"Street": "St", "Avenue": "Ave", "Boulevard": "Blvd", "Road": "Rd", "Place": "Pl"}

    def restreeted(text: str) -> str:
        head, _, last = text.rpartition(" ")
        return f"{head} {one(rng, [short[last], short[last] + '.', last.upper()])}"

    for row in np.flatnonzero(rng.random(n) < 2 * rate):
        pair.dirty["opened"][row] = moment(opened[row], other_way)
    pair.harm(rng, "address", rate, restreeted)
    pair.harm(
        rng, "agency_name", rate, lambda text: one(rng, [text.replace("Department", "Dept"), text.upper(), text + " "])
    )
    pair.harm(rng, "agency_name", rate / 2, typo(rng))
    pair.harm(rng, "agency", rate / 2, other(rng, codes))
    pair.harm(rng, "agency", rate / 2, emptied(rng, ["", "N/A"]))
    pair.harm(rng, "borough", rate, lambda text: one(rng, [text.capitalize(), text.lower(), f" {text}"]))
    pair.harm(rng, "borough", rate / 2, emptied(rng, ["Unspecified", "", "?"]))
    pair.harm(rng, "zip", rate, lambda text: one(rng, [f"{text}-0000", f"{text}.0", f"{text} "]))
    pair.harm(rng, "status", rate, lambda text: one(rng, [text.upper(), text.lower(), f"{text}."]))
    pair.harm(
        rng,
        "hours",
        rate,
        lambda text: one(
            rng, [f"{float(text.split()[0]) * 60:.0f} min", text.replace(".", ","), f"{text.split()[0]} hours"]
        ),
    )
    pair.harm(rng, "complaint", rate / 2, typo(rng))
    pair.harm(rng, "latitude", rate / 3, lambda text: text.replace(".", ","))
    for row in np.flatnonzero(rng.random(n) < rate / 4):  # a row whose cells stand one column to the right
        for left, right in (("status", "channel"),):
            pair.dirty[left][row], pair.dirty[right][row] = "", pair.clean[left][row]
    return pair


def products(rng: Rng) -> Pair:
    """A catalogue: brands with makers' numbers, prices, weights, sizes, codes with zeros in front, swapped cells."""
    n = int(rng.integers(1200, 2500))
    brands = names(rng, 40)
    country = {brand: one(rng, ["USA", "China", "Germany", "Japan", "Taiwan", "Vietnam"]) for brand in brands}
    groups = {
        "Audio": ["Headphones", "Speaker", "Amplifier"],
        "Kitchen": ["Kettle", "Toaster", "Blender"],
        "Office": ["Printer", "Scanner", "Shredder"],
    }
    kinds = [(g, k) for g, ks in groups.items() for k in ks]
    chosen, brand = [kinds[int(v)] for v in rng.integers(0, len(kinds), n)], [one(rng, brands) for _ in range(n)]
    cents = rng.integers(500, 250_000, n)
    price_way = one(rng, ["${:,.2f}", "{:.2f}", "${:.2f}", "{:,.2f} USD"])
    grams = rng.integers(1, 200, n) * 50
    weight_way = one(rng, ["kg", "g", "lb"])

    def weighed(weight: int, way: str) -> str:
        return {"kg": f"{weight / 1000:.2f} kg", "g": f"{weight} g", "lb": f"{weight / 453.59237:.2f} lb"}[way]

    clean = {
        "upc": [f"{v:012d}" for v in rng.choice(10**11, n, replace=False)],
        "brand": brand,
        "model": [f"{one(rng, 'ABCDEFGH')}{one(rng, 'KLMNPQRS')}-{rng.integers(100, 9999)}" for _ in range(n)],
        "group": [g for g, _ in chosen],
        "kind": [k for _, k in chosen],
        "made_in": [country[b] for b in brand],
        "price": [price_way.format(c / 100) for c in cents],
        "weight": [weighed(int(w), weight_way) for w in grams],
        "size": [f"{a} x {b} x {c} cm" for a, b, c in rng.integers(5, 60, (n, 3))],
        "discount": [f"{v}%" for v in rng.integers(0, 10, n) * 5],
        "in_stock": [one(rng, ["yes", "no"]) for _ in range(n)],
        "listed": [str(np.datetime64("2015-01-01") + int(v)) for v in rng.integers(0, 3000, n)],
    }
    pair = Pair.of(clean)
    rate = float(rng.uniform(0.01, 0.06))
    for row in np.flatnonzero(rng.random(n) < rate):
        ways = [
            f"{cents[row] / 100:.2f}",
            f"${cents[row] / 100:,.2f}",
            f"USD {cents[row] / 100:.2f}",
            f"{cents[row] / 100:.2f} dollars",
        ]
        pair.dirty["price"][row] = one(rng, ways)
    for row in np.flatnonzero(rng.random(n) < rate):
        pair.dirty["weight"][row] = (
            weighed(int(grams[row]), "g" if weight_way == "kg" else "kg")
            if weight_way != "lb"
            else clean["weight"][row].replace(" lb", one(rng, ["lbs", " pounds", " LB"]))
        )
    pair.harm(rng, "upc", rate, lambda text: one(rng, [text.lstrip("0"), f"{text[:6]}-{text[6:]}", f"'{text}"]))
    pair.harm(rng, "brand", rate, lambda text: one(rng, [text.upper(), text.lower(), f"{text}®", f"{text}, Inc."]))
    pair.harm(rng, "brand", rate / 2, typo(rng))
    pair.harm(rng, "model", rate, lambda text: one(rng, [text.replace("-", ""), text.replace("-", " "), text.lower()]))
    pair.harm(rng, "kind", rate, lambda text: one(rng, [f"{text}s", text.upper(), f"{text} "]))
    pair.harm(rng, "group", rate / 2, other(rng, list(groups)))
    pair.harm(rng, "group", rate / 2, emptied(rng, ["", "-", "NULL"]))
    pair.harm(
        rng,
        "made_in",
        rate,
        lambda text: {"USA": "United States", "China": "CN", "Germany": "DE"}.get(text, text.upper()),
    )
    pair.harm(
        rng,
        "size",
        rate,
        lambda text: one(rng, [text.replace(" x ", "x"), text.replace(" x ", " × "), text.replace(" cm", "")]),
    )
    pair.harm(
        rng,
        "discount",
        rate,
        lambda text: one(rng, [text.replace("%", ""), text.replace("%", " %"), text.replace("%", " percent")]),
    )
    pair.harm(
        rng,
        "in_stock",
        rate,
        lambda text: one(rng, [text.upper(), {"yes": "Y", "no": "N"}[text], {"yes": "true", "no": "false"}[text]]),
    )
    for row in np.flatnonzero(rng.random(n) < rate / 3):
        pair.dirty["brand"][row], pair.dirty["kind"][row] = pair.dirty["kind"][row], pair.dirty["brand"][row]
    return pair


def register(rng: Rng) -> Pair:
    """People: born and registered, accents, phones, states, wages, and each told by two or three offices."""
    n_people = int(rng.integers(400, 700))
    states = {"CA": "California", "TX": "Texas", "NY": "New York", "FL": "Florida", "OH": "Ohio", "WA": "Washington"}
    towns = names(rng, 60)
    state = {town: one(rng, list(states)) for town in towns}
    accented = [part for name in ACCENTED.split("|") for part in name.split()]
    firsts, lasts = names(rng, 80) + accented, names(rng, 200) + accented
    born_way = one(rng, ["{m}/{d}/{y}", "{m:02d}/{d:02d}/{y}", "{y}-{m:02d}-{d:02d}", "{d:02d}.{m:02d}.{y}"])
    short_way = one(rng, ["{m}/{d}/{s:02d}", "{m:02d}/{d:02d}/{s:02d}", "{d}-{M}-{s:02d}"])
    phone_way = one(rng, ["({}) {}-{}", "{}-{}-{}", "{}.{}.{}"])
    wage_way = one(rng, ["${:,}", "{}", "{:,}"])

    def date(at: np.datetime64, way: str) -> str:
        year, month, day = (int(part) for part in str(at).split("-"))
        return way.format(y=year, m=month, d=day, s=year % 100, M=MONTHS[month - 1])

    people = []
    for number in rng.choice(900_000, n_people, replace=False) + 100_000:
        town = one(rng, towns)
        phone = (rng.integers(200, 999), rng.integers(200, 999), f"{rng.integers(0, 9999):04d}")
        born = np.datetime64("1930-01-01") + int(rng.integers(0, 27_000))
        people.append(
            (
                str(number),
                one(rng, firsts),
                one(rng, lasts),
                one(rng, ["F", "M"]),
                born,
                town,
                state[town],
                phone,
                int(rng.integers(18, 150)) * 1000,
            )
        )
    offices = [f"Office {name}" for name in names(rng, 6)]
    rows = [(office, person) for person in people for office in rng.permutation(offices)[: int(rng.integers(2, 4))]]
    days = np.datetime64("2012-01-01") + rng.integers(0, 4000, len(rows))
    clean = {
        "office": [str(office) for office, _ in rows],
        "person": [p[0] for _, p in rows],
        "first": [p[1] for _, p in rows],
        "last": [p[2] for _, p in rows],
        "sex": [p[3] for _, p in rows],
        "born": [date(p[4], born_way) for _, p in rows],
        "registered": [date(day, born_way) for day in days],
        "town": [p[5] for _, p in rows],
        "state": [p[6] for _, p in rows],
        "phone": [phone_way.format(*p[7]) for _, p in rows],
        "wage": [wage_way.format(p[8]) for _, p in rows],
    }
    pair = Pair.of(clean)
    rate = float(rng.uniform(0.01, 0.06))
    for name, days_of in (("born", [p[4] for _, p in rows]), ("registered", list(days))):
        for row in np.flatnonzero(rng.random(len(rows)) < rate):
            pair.dirty[name][row] = date(days_of[row], short_way)
    for name in ("first", "last"):
        pair.harm(rng, name, 10 * rate, mojibake)
        pair.harm(rng, name, rate, lambda text: one(rng, [text.upper(), f"{text} ", text.lower()]))
        pair.harm(rng, name, rate / 2, typo(rng))
    pair.harm(rng, "sex", rate, lambda text: one(rng, [{"F": "Female", "M": "Male"}[text], text.lower()]))
    pair.harm(rng, "state", rate, lambda text: one(rng, [states[text], text.lower(), f"{text}."]))
    pair.harm(rng, "state", rate / 2, other(rng, list(states)))
    pair.harm(rng, "town", rate, typo(rng))
    pair.harm(
        rng,
        "phone",
        rate,
        lambda text: one(rng, ["".join(c for c in text if c.isdigit()), "+1 " + text, text.replace("-", " "), ""]),
    )
    pair.harm(
        rng,
        "wage",
        rate,
        lambda text: one(
            rng, [f"{int(text.strip('$').replace(',', '')) // 1000}k", f"{text}.00", f"{text} USD", f"{text}/yr"]
        ),
    )
    pair.harm(rng, "born", rate / 3, emptied(rng, ["", "01/01/1900", "unknown"]))
    return pair


MORE_KINDS: dict[str, Callable[[Rng], Pair]] = {kind.__name__: kind for kind in (calls, products, register)}
