"""Three kinds of made-up pairs by a third way of thinking: what people and devices do, not what a cure can mend.

School statistics (facts of a school in each of its rows), a staff list that many hands keep, and the log of sensors of
several makers. They hold what such tables are known for: years of schooling and grades that a spreadsheet took for
dates, shares as percent and as parts of one, suppressed figures, names and addresses written short, addresses of mail
that do not fit the name, hours of work in words, swapped names, readings in another unit or with it, codes of broken
probes, clocks in seconds since 1970, identifiers with O for 0. Nothing is taken from a real table.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pair_kinds import MONTHS, Columns, Pair, Rng, emptied, names, one, other, typo


def schools(rng: Rng) -> Pair:
    """Indicators of schools by year: what is known of the school and of the indicator stands in each row."""
    districts = names(rng, 12)
    county = {d: f"{name} County" for d, name in zip(districts, names(rng, 12), strict=True)}
    towns = {d: names(rng, 4) for d in districts}
    codes = {d: f"{v:04d}" for d, v in zip(districts, rng.choice(9000, 12, replace=False), strict=True)}
    principals = [f"{a} {b}" for a, b in zip(names(rng, 90), names(rng, 90), strict=True)]
    levels = {"Elementary School": "K-5", "Middle School": "6-8", "High School": "9-12"}
    facts: list[Columns] = []
    for at, name in enumerate(names(rng, int(rng.integers(40, 80)), 2)):
        district, level = one(rng, districts), one(rng, list(levels))
        saint = "Saint " if rng.random() < 0.15 else ""
        facts.append(
            {
                "school_id": [f"{rng.integers(1000, 99_000):06d}"],
                "school": [f"{saint}{name} {level}"],
                "address": [
                    f"{rng.integers(1, 2500)} {one(rng, towns[district])} {one(rng, ['Road', 'Street', 'Lane'])}"
                ],
                "town": [one(rng, towns[district])],
                "zip": [f"{rng.integers(1000, 9999):05d}"],
                "county": [county[district]],
                "district": [f"{district} Unified"],
                "district_code": [codes[district]],
                "phone": [f"({rng.integers(200, 999)}) {rng.integers(200, 999)}-{rng.integers(1000, 9999)}"],
                "type": [one(rng, ["Public", "Public", "Public", "Charter", "Private"])],
                "grades": [levels[level]],
                "principal": [principals[at]],
            }
        )
    indicators = {
        f"{a}{k}": (f"{text} - {who}", group)
        for a, (text, group) in {
            "RD": ("Students proficient in reading", "Achievement"),
            "MA": ("Students proficient in mathematics", "Achievement"),
            "AT": ("Average daily attendance", "Engagement"),
            "SU": ("Students suspended at least once", "Climate"),
        }.items()
        for k, who in enumerate(["All", "Girls", "Boys", "English Learners"], 1)
    }
    years = [f"{y}-{(y + 1) % 100:02d}" for y in range(2014, 2020)]
    clean: Columns = {}
    for fact in facts:
        for year in years:
            for code in rng.permutation(list(indicators))[: int(rng.integers(4, 9))]:
                text, group = indicators[str(code)]
                row = {name: values[0] for name, values in fact.items()} | {
                    "year": year,
                    "indicator_code": str(code),
                    "indicator": text,
                    "category": group,
                    "value": f"{rng.uniform(20, 99):.1f}%",
                    "tested": str(rng.integers(12, 400)),
                }
                for name, value in row.items():
                    clean.setdefault(name, []).append(value)
    pair = Pair.of(clean)
    rate = float(rng.uniform(0.005, 0.04))

    def shortened(text: str) -> str:
        short = {
            "Elementary School": ["Elem. School", "Elementary", "ES"],
            "Middle School": ["Middle", "MS", "Mid. School"],
        }
        short |= {"High School": ["HS", "High", "H.S."], "Saint ": ["St. ", "St "]}
        long = one(rng, [part for part in short if part in text])
        return text.replace(long, one(rng, short[long]))

    def excelled(text: str) -> str:
        low, _, high = text.partition("-")
        return text if low == "K" else f"{int(high)}-{MONTHS[int(low) - 1]}"

    pair.harm(rng, "school", rate, shortened)
    pair.harm(rng, "school", rate, typo(rng))
    pair.harm(rng, "grades", 2 * rate, excelled)
    pair.harm(rng, "year", rate, lambda t: one(rng, [f"{t[:5]}20{t[5:]}", f"{t[:4]}/{t[5:]}", t[2:], f"SY {t}"]))
    pair.harm(rng, "value", rate, lambda t: one(rng, [t.rstrip("%"), f"{float(t[:-1]) / 100:.3f}", f"{t[:-1]} %"]))
    pair.lose(rng, "value", rate / 2, ["*", "N<10", "suppressed"])
    pair.harm(rng, "zip", rate, lambda t: one(rng, [t.lstrip("0"), f"{t}-{rng.integers(1000, 9999)}"]))
    pair.harm(rng, "school_id", rate / 2, lambda t: t.lstrip("0"))
    pair.harm(
        rng, "county", rate, lambda t: one(rng, [t.removesuffix(" County"), t.replace("County", "Co."), t.upper()])
    )
    pair.harm(rng, "district", rate, lambda t: one(rng, [t.removesuffix(" Unified"), f"{t} School District", f"{t}  "]))
    pair.harm(rng, "district_code", rate / 2, other(rng, clean["district_code"]))
    pair.harm(rng, "phone", rate, lambda t: one(rng, [t.replace("(", "").replace(") ", "-"), t[6:], "n/a"]))
    pair.harm(rng, "type", rate / 2, other(rng, ["Public", "Charter", "Private"]))
    pair.harm(rng, "principal", rate, lambda t: one(rng, [f"Mr. {t}", f"{t.split()[1]}, {t.split()[0]}", t.upper()]))
    pair.harm(rng, "principal", rate / 2, other(rng, clean["principal"]))
    pair.harm(rng, "town", rate, typo(rng))
    pair.harm(rng, "indicator", rate, lambda t: one(rng, [t.replace(" - ", "-"), t.replace(" - ", " – "), t.lower()]))
    pair.harm(rng, "indicator_code", rate / 2, emptied(rng))
    pair.harm(rng, "category", rate / 2, typo(rng))
    pair.harm(rng, "tested", rate / 2, lambda t: one(rng, [f"{t} students", f"n={t}", f"{t}.0"]))
    return pair


def staff(rng: Rng) -> Pair:
    """A staff list: people with addresses, mail, dates, hours and pay, kept by many hands."""
    n, domain = int(rng.integers(800, 2000)), f"{names(rng, 1)[0].lower()}.org"
    firsts, lasts, streets = names(rng, 120), names(rng, 400), names(rng, 150)
    places = {
        f"{v:05d}": town for v, town in zip(rng.choice(90_000, 45, replace=False) + 1000, names(rng, 45), strict=True)
    }
    units = {f"{a}{b}0": f"{name} {kind}" for (a, b), name, kind in _units(rng)}
    heads = {code: f"{one(rng, lasts)}, {one(rng, firsts)}" for code in units}
    site = {code: one(rng, ["Main Building", "North Annex", "Harbour Office"]) for code in units}
    date_way = one(rng, ["{d:02d}/{m:02d}/{y}", "{m:02d}/{d:02d}/{y}", "{y}-{m:02d}-{d:02d}", "{d:02d}.{m:02d}.{y}"])
    other_way = one(rng, ["{d} {M} {y}", "{M} {d}, {y}", "{y}/{m:02d}/{d:02d}", "{y}{m:02d}{d:02d}"])

    def written(day: np.datetime64, way: str) -> str:
        year, month, date = (int(part) for part in str(day).split("-"))
        return way.format(y=year, m=month, d=date, M=MONTHS[month - 1])

    first, last = [one(rng, firsts) for _ in range(n)], [one(rng, lasts) for _ in range(n)]
    code, post = [one(rng, list(units)) for _ in range(n)], [one(rng, list(places)) for _ in range(n)]
    born = np.datetime64("1956-01-01") + rng.integers(0, 16_000, n)
    hired = np.datetime64("2001-01-01") + rng.integers(0, 8_000, n)
    share = rng.choice([1.0, 0.8, 0.75, 0.6, 0.5], n, p=[0.6, 0.15, 0.05, 0.1, 0.1])
    scale = {f"P{k}": 31_000 + 4_250 * k for k in range(1, 12)}
    grade = [one(rng, list(scale)) for _ in range(n)]
    clean = {
        "staff_no": [f"S{v:06d}" for v in rng.choice(400_000, n, replace=False)],
        "title": [one(rng, ["Ms", "Mr", "Dr", "Ms", "Mr"]) for _ in range(n)],
        "first_name": first,
        "last_name": last,
        "email": [f"{a}.{b}@{domain}".lower() for a, b in zip(first, last, strict=True)],
        "born": [written(day, date_way) for day in born],
        "street": [
            f"{one(rng, streets)} {one(rng, ['Street', 'Road', 'Close'])} {rng.integers(1, 200)}" for _ in range(n)
        ],
        "postcode": post,
        "town": [places[p] for p in post],
        "unit": code,
        "unit_name": [units[c] for c in code],
        "head": [heads[c] for c in code],
        "site": [site[c] for c in code],
        "hired": [written(day, date_way) for day in hired],
        "contract": [one(rng, ["permanent", "permanent", "permanent", "fixed-term", "trainee"]) for _ in range(n)],
        "hours": [f"{s:.0%}" for s in share],
        "grade": grade,
        "full_pay": [str(scale[g]) for g in grade],
        "pay": [f"{scale[g] * s:.2f}" for g, s in zip(grade, share, strict=True)],
        "extension": [f"-{rng.integers(1000, 9999)}" for _ in range(n)],
        "remote_days": [str(v) for v in rng.integers(0, 4, n)],
    }
    pair = Pair.of(clean)
    rate = float(rng.uniform(0.005, 0.04))
    for name, days in (("born", born), ("hired", hired)):
        for row in np.flatnonzero(rng.random(n) < rate):
            pair.dirty[name][row] = written(days[row], other_way)
    for row in np.flatnonzero(rng.random(n) < rate / 2):
        pair.dirty["first_name"][row], pair.dirty["last_name"][row] = last[row], first[row]
    in_words = {"100%": ["full time", "FT", "1.0"], "80%": ["0.8", "4 days"], "50%": ["half time", "0.5"]}
    pair.harm(rng, "hours", rate, lambda t: one(rng, [*in_words.get(t, []), t.rstrip("%"), f"{t[:-1]} %"]))
    pair.harm(rng, "title", rate, lambda t: one(rng, [f"{t}.", t.upper(), t.lower()]))
    pair.harm(rng, "last_name", rate, lambda t: one(rng, [t.upper(), f" {t}", t.lower()]))
    pair.harm(
        rng, "email", rate, lambda t: one(rng, [t.upper(), t.replace("@", " at "), f"mailto:{t}", t.split("@")[0]])
    )
    pair.harm(
        rng, "email", rate / 2, lambda t: t.replace(domain, one(rng, [domain.replace(".org", ".com"), domain[:-4]]))
    )
    pair.harm(rng, "street", rate, lambda t: t.replace("Street", "St.").replace("Road", "Rd").replace("Close", "Cl."))
    pair.harm(rng, "postcode", rate / 2, other(rng, list(places)))
    pair.harm(rng, "postcode", rate, lambda t: one(rng, [t.lstrip("0"), f"D-{t}", f"{t[:2]} {t[2:]}"]))
    pair.harm(rng, "town", rate, typo(rng))
    pair.harm(rng, "town", rate, lambda t: one(rng, [t.upper(), f"{t} (City)", f"{t},"]))
    pair.harm(rng, "unit", rate, lambda t: one(rng, [t.lower(), f"{t[0]}-{t[1:]}", t.replace("0", "O")]))
    pair.harm(
        rng, "unit_name", rate, lambda t: one(rng, [t.replace(" & ", " and "), t.lower(), t[:12].rstrip() + "..."])
    )
    pair.harm(rng, "unit_name", rate / 2, typo(rng))
    pair.harm(rng, "head", rate, lambda t: " ".join(reversed(t.split(", "))))
    pair.harm(rng, "head", rate, emptied(rng, ["", "vacant", "tbd"]))
    pair.harm(rng, "site", rate, lambda t: one(rng, [t.split()[0], t.replace("Building", "Bldg"), t.lower()]))
    pair.harm(rng, "site", rate / 2, other(rng, list(dict.fromkeys(site.values()))))
    pair.harm(rng, "contract", rate, lambda t: one(rng, [t[:4], t.capitalize(), t.replace("-", " ")]))
    pair.harm(rng, "pay", rate, lambda t: one(rng, [f"{float(t):,.2f}", f"EUR {t}", t.replace(".", ","), f"{t} p.a."]))
    pair.harm(rng, "full_pay", rate / 2, other(rng, clean["full_pay"]))
    pair.harm(rng, "full_pay", rate, lambda t: one(rng, [f"{int(t):,}", f"{int(t) / 1000:g}k", f"{t}.-"]))
    pair.harm(rng, "remote_days", rate, lambda t: one(rng, [f"{t} days", {"1": "one", "2": "two"}.get(t, f"{t}d")]))
    pair.lose(rng, "remote_days", rate / 2, ["none yet", "-", "?"])
    return pair


def _units(rng: Rng) -> list[tuple[tuple[str, str], str, str]]:
    kinds = ["Research & Data", "Finance & Control", "Library", "Estates", "Human Resources", "Legal & Compliance"]
    pairs = [(a, b) for a in "ABCDEFGH" for b in "135"]
    return [(pair, name, one(rng, kinds)) for pair, name in zip(pairs, names(rng, len(pairs)), strict=True)]


def sensors(rng: Rng) -> Pair:
    """Readings of probes at stations: what is fixed for a probe stands in each of its rows."""
    n_stations, start = int(rng.integers(8, 15)), np.datetime64("2021-03-01T00:00:00")
    stations = [
        f"{name} {kind}"
        for name, kind in zip(names(rng, n_stations), ["Dam", "Bridge", "Weir", "Well"] * 4, strict=False)
    ]
    basin = {s: one(rng, ["Upper Basin", "Lower Basin", "East Branch"]) for s in stations}
    place = {s: (f"{rng.uniform(46, 48):.4f}", f"{rng.uniform(7, 9):.4f}") for s in stations}
    kinds = {"T": ("water temperature", "°C", 11, 4), "P": ("pressure", "hPa", 1010, 9), "L": ("level", "m", 3, 0.7)}
    makers = {"OTT": "2.1.0", "Vaisala": "5.0.4", "Keller": "1.12"}
    rows: list[dict[str, str]] = []
    stamps: list[np.datetime64] = []
    comma = bool(rng.random() < 0.4)
    for number, station in enumerate(stations):
        for letter, (quantity, unit, mean, spread) in kinds.items():
            maker = one(rng, list(makers))
            installed = str((start - np.timedelta64(int(rng.integers(40, 900)), "D")).astype("datetime64[D]"))
            level = mean + spread * rng.normal() / 2
            for hour in range(int(rng.integers(50, 90))):
                at = start + np.timedelta64(3600 * hour, "s")
                level += spread * rng.normal() * 0.1
                stamps.append(at)
                rows.append(
                    {
                        "time": str(at).replace("T", " "),
                        "probe": f"{letter}{10_100 + number * 10}",
                        "station": station,
                        "basin": basin[station],
                        "lat": place[station][0],
                        "lon": place[station][1],
                        "quantity": quantity,
                        "unit": unit,
                        "reading": f"{level:.2f}",
                        "maker": maker,
                        "firmware": makers[maker],
                        "installed": installed,
                        "battery": f"{rng.uniform(3.4, 4.2):.2f} V",
                        "signal": f"{-int(rng.integers(50, 110))} dBm",
                        "quality": one(rng, ["good", "good", "good", "good", "estimated"]),
                    }
                )
    clean = {name: [row[name] for row in rows] for name in rows[0]}
    pair = Pair.of(clean)
    rate = float(rng.uniform(0.005, 0.04))
    way = one(rng, ["epoch", "Z", "day first", "half"])
    for row in np.flatnonzero(rng.random(len(rows)) < rate):
        pair.dirty["time"][row] = _stamped(stamps[row], way)
    for row in np.flatnonzero(rng.random(len(rows)) < rate):
        value, unit = float(clean["reading"][row]), clean["unit"][row]
        stuck = f"{value:.2f} {unit}" if rng.random() < 0.5 else f"{value:.2f}{unit}"
        pair.dirty["reading"][row] = one(rng, [stuck, f"{value:.2f}".replace(".", ",")]) if not comma else stuck
    for row in np.flatnonzero(rng.random(len(rows)) < rate / 2):
        if clean["unit"][row] == "°C":
            pair.dirty["reading"][row] = f"{float(clean['reading'][row]) * 1.8 + 32:.2f}"
        elif clean["unit"][row] == "m":
            pair.dirty["reading"][row] = f"{float(clean['reading'][row]) * 100:.0f}"
    pair.lose(rng, "reading", rate / 2, ["-999", "-9999.0"] if rng.random() < 0.5 else ["ERR", "NaN", "---"])
    pair.harm(
        rng,
        "unit",
        rate,
        lambda t: {"°C": one(rng, ["C", "degC", "Â°C"]), "hPa": one(rng, ["hpa", "mbar"])}.get(t, "meter"),
    )
    pair.harm(rng, "probe", rate, lambda t: one(rng, [t.lower(), t.replace("0", "O", 1), f"{t[0]}-{t[1:]}", f"#{t}"]))
    pair.harm(rng, "station", rate, lambda t: one(rng, [t.upper(), t.replace(" ", "_"), t.split()[0], f"{t} "]))
    pair.harm(rng, "station", rate / 2, typo(rng))
    pair.harm(
        rng, "basin", rate, lambda t: one(rng, [t.replace("Basin", "Bsn"), t.split()[0].lower(), t.replace(" ", "")])
    )
    pair.harm(rng, "basin", rate / 2, emptied(rng))
    pair.harm(rng, "lat", rate, lambda t: one(rng, [t.replace(".", ""), f"-{t}", t[:5], f"{t}N"]))
    pair.harm(rng, "lon", rate / 2, lambda t: one(rng, ["0", "", f"{t}E"]))
    pair.harm(rng, "quantity", rate, lambda t: one(rng, [t.capitalize(), t[:4] + ".", t.replace(" ", "_")]))
    pair.harm(rng, "maker", rate, lambda t: one(rng, [t.upper(), t.lower(), f"{t} GmbH"]))
    pair.harm(rng, "firmware", rate, lambda t: one(rng, [f"v{t}", t.rpartition(".")[0], f"FW {t}"]))
    pair.harm(rng, "installed", rate, lambda t: one(rng, ["/".join(reversed(t.split("-"))), t[2:], f"{t} 00:00:00"]))
    pair.harm(
        rng, "battery", rate, lambda t: one(rng, [t.rstrip(" V"), f"{float(t[:-2]) * 1000:.0f} mV", t.replace(" ", "")])
    )
    pair.harm(
        rng, "signal", rate, lambda t: one(rng, [t.lstrip("-"), t.removesuffix(" dBm"), t.replace(" dBm", "dbm")])
    )
    pair.harm(rng, "quality", rate, lambda t: one(rng, ["ok" if t == "good" else "est.", t.upper(), t[0]]))
    return pair


def _stamped(at: np.datetime64, way: str) -> str:
    """A moment as another device writes it."""
    day, clock = str(at).split("T")
    year, month, date = day.split("-")
    hour = int(clock[:2])
    return {
        "epoch": str(int(at.astype("datetime64[s]").astype(int))),
        "Z": f"{day}T{clock}Z",
        "day first": f"{date}.{month}.{year} {clock[:5]}",
        "half": f"{int(month)}/{int(date)}/{year} {(hour - 1) % 12 + 1}:{clock[3:5]} {'PM' if hour >= 12 else 'AM'}",
    }[way]


FRESH_KINDS: dict[str, Callable[[Rng], Pair]] = {kind.__name__: kind for kind in (schools, staff, sensors)}
