"""Four kinds of made-up pairs after the tables on which the literature on error detection and repair is measured.

Inspections of places to eat, players of football clubs by season, answers to a census and a list of the rich by year.
They are harmed as those benchmarks are: the value of another row where a rule determines it (by one column, by two, by
several that agree), misspellings, values that changed places within a row, nothing or a sentinel where a value should
be, another way of writing, wrong years and impossible amounts. Rules have exceptions here, as in life: a chain has
several addresses, a club moves, a husband need not be a man in a table. Nothing is taken from a real table.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pair_kinds import Columns, Pair, Rng, emptied, names, one, other, typo


def _table(rows: list[dict[str, str]]) -> Columns:
    return {name: [row[name] for row in rows] for name in rows[0]}


def _changed_places(pair: Pair, rng: Rng, share: float, one_name: str, other_name: str) -> None:
    """Two cells of a row hold each other's value."""
    a, b = pair.dirty[one_name], pair.dirty[other_name]
    for row in np.flatnonzero(rng.random(pair.n_rows) < share):
        a[row], b[row] = b[row], a[row]


def inspections(rng: Rng) -> Pair:
    """Visits of inspectors to places to eat: what is known of a place stands in each of its visits."""
    n_places = int(rng.integers(150, 300))
    city, state = names(rng, 1)[0].upper(), one(rng, ["IL", "OH", "PA"])
    zips = {
        f"{v}": (rng.uniform(41, 42), rng.uniform(-88, -87)) for v in rng.choice(np.arange(60601, 60699), 30, False)
    }
    streets = [
        f"{one(rng, list('NSEW'))} {name.upper()} {one(rng, ['ST', 'AVE', 'BLVD', 'RD'])}" for name in names(rng, 60)
    ]
    chains = [name.upper() for name in names(rng, 12)]
    kinds = {"Restaurant": "Risk 1 (High)", "Grocery Store": "Risk 2 (Medium)", "School": "Risk 1 (High)"}
    kinds |= {"Bakery": "Risk 2 (Medium)", "Liquor": "Risk 3 (Low)", "Tavern": "Risk 3 (Low)"}
    places = []
    licences = rng.choice(2_500_000, n_places, replace=False) + 10_000
    for number in range(n_places):
        name = (
            one(rng, chains)
            if rng.random() < 0.25
            else f"{names(rng, 1)[0].upper()} {one(rng, ['CAFE', 'GRILL', 'FOODS', 'DELI'])}"
        )
        code = one(rng, list(zips))
        lat, lon = zips[code][0] + rng.normal() / 200, zips[code][1] + rng.normal() / 200
        kind = one(rng, list(kinds))
        risk = kinds[kind] if rng.random() < 0.93 else one(rng, list(kinds.values()))
        places.append(
            {
                "dba_name": name,
                "aka_name": name if rng.random() < 0.8 else name.split()[0],
                "license": str(licences[number]),
                "facility_type": kind,
                "risk": risk,
                "address": f"{rng.integers(1, 9900)} {one(rng, streets)}",
                "city": city,
                "state": state,
                "zip": code,
                "latitude": f"{lat:.6f}",
                "longitude": f"{lon:.6f}",
            }
        )
    rows = []
    for place in places:
        for _ in range(int(rng.integers(2, 12))):
            day = np.datetime64("2010-01-04") + int(rng.integers(0, 3000))
            year, month, date = str(day).split("-")
            rows.append(
                {"inspection_id": ""}
                | place
                | {
                    "inspection_date": f"{month}/{date}/{year}",
                    "inspection_type": one(
                        rng, ["Canvass", "Canvass", "Canvass Re-Inspection", "License", "Complaint"]
                    ),
                    "results": one(rng, ["Pass", "Pass", "Pass", "Fail", "Pass w/ Conditions", "Out of Business"]),
                    "violations": str(int(rng.poisson(3))),
                }
            )
    rows = [rows[k] for k in rng.permutation(len(rows))]
    for row, number in zip(rows, rng.choice(900_000, len(rows), replace=False), strict=True):
        row["inspection_id"] = str(number + 100_000)
    pair = Pair.of(_table(rows))
    rate = float(rng.uniform(0.005, 0.03))
    pair.harm(rng, "dba_name", rate, typo(rng))
    pair.harm(rng, "dba_name", rate / 2, lambda t: one(rng, [f"{t} INC", f"{t}, LLC", t.title(), f"{t} #2"]))
    pair.harm(rng, "aka_name", rate, emptied(rng))
    pair.harm(rng, "facility_type", rate, other(rng, list(kinds)))
    pair.harm(rng, "facility_type", rate / 2, typo(rng))
    pair.harm(rng, "risk", rate, lambda t: one(rng, [t[:6], t.lower(), t.split("(")[1][:-1], "All"]))
    pair.harm(rng, "risk", rate / 2, other(rng, list(kinds.values())))
    pair.harm(rng, "address", rate, typo(rng))
    pair.harm(
        rng,
        "address",
        rate / 2,
        lambda t: one(rng, [t.title(), f"{t}.", t.replace(" AVE", " AVENUE").replace(" ST", " STREET")]),
    )
    pair.harm(rng, "city", rate, lambda t: one(rng, [t.title(), t[0] + t, t.lower(), f"{t} "]))
    pair.harm(rng, "state", rate / 2, lambda t: one(rng, ["", t.lower(), "IN", "NY"]))
    pair.harm(rng, "zip", rate, other(rng, list(zips)))
    pair.harm(rng, "zip", rate / 2, lambda t: one(rng, [f"{t}-{rng.integers(1000, 9999)}", t[:4], f"{t}.0"]))
    _changed_places(pair, rng, rate / 2, "latitude", "longitude")
    pair.harm(rng, "latitude", rate / 2, lambda t: one(rng, ["0", "", t.replace(".", "")]))
    pair.harm(rng, "license", rate / 2, lambda t: one(rng, ["0", t[:-1], f"{t}.0"]))
    pair.harm(
        rng,
        "inspection_date",
        rate,
        lambda t: one(rng, [f"{t[6:]}-{t[:2]}-{t[3:5]}", f"{t} 12:00:00 AM", f"{int(t[:2])}/{int(t[3:5])}/{t[8:]}"]),
    )
    pair.harm(
        rng, "results", rate / 2, lambda t: one(rng, [t.upper(), t.lower(), f"{t}ed" if t != "Fail" else "Failed"])
    )
    pair.harm(rng, "inspection_type", rate / 2, typo(rng))
    return pair


def players(rng: Rng) -> Pair:
    """Contracts of footballers: facts of the player, of the club, and of the club in a season stand in each row."""
    countries = names(rng, 12)
    clubs = [f"{one(rng, ['FC', 'AC', 'Real', 'Sporting'])} {name}" for name in names(rng, int(rng.integers(18, 30)))]
    towns = names(rng, 20)
    home = {club: one(rng, towns) for club in clubs}
    land = {town: one(rng, countries[:5]) for town in towns}
    ground = {
        club: f"{name} {one(rng, ['Park', 'Arena', 'Stadium'])}"
        for club, name in zip(clubs, names(rng, len(clubs)), strict=True)
    }
    room = {club: str(int(rng.integers(12, 80)) * 1000 + int(rng.integers(0, 999))) for club in clubs}
    seasons = [f"{y}/{(y + 1) % 100:02d}" for y in range(2008, 2017)]
    coaches = [f"{a} {b}" for a, b in zip(names(rng, 60), names(rng, 60), strict=True)]
    coach = {(club, season): one(rng, coaches) for club in clubs for season in seasons}
    firsts, lasts = names(rng, 90), names(rng, 500)
    rows = []
    for number in range(int(rng.integers(250, 450))):
        born = int(rng.integers(1974, 1996))
        who = {
            "player_id": str(41_000 + number * 3),
            "name": one(rng, firsts),
            "surname": one(rng, lasts),
            "birthyear": str(born),
            "birthplace": one(rng, towns) if rng.random() < 0.5 else one(rng, countries),
            "nationality": one(rng, countries),
            "position": one(rng, ["Goalkeeper", "Defender", "Defender", "Midfielder", "Midfielder", "Forward"]),
            "height": f"{rng.integers(165, 203)} cm",
        }
        start, club = int(rng.integers(0, len(seasons) - 1)), one(rng, clubs)
        for season in seasons[start : start + int(rng.integers(2, 8))]:
            club = one(rng, clubs) if rng.random() < 0.25 else club
            rows.append(
                who
                | {
                    "season": season,
                    "club": club,
                    "city": home[club],
                    "country": land[home[club]],
                    "stadium": ground[club],
                    "capacity": room[club],
                    "manager": coach[club, season],
                    "shirt": str(rng.integers(1, 40)),
                    "matches": str(rng.integers(0, 38)),
                    "salary": str(int(rng.lognormal(13, 1) // 1000 * 1000)),
                }
            )
    rows = [rows[k] for k in rng.permutation(len(rows))]
    clean = _table(rows)
    pair = Pair.of(clean)
    rate = float(rng.uniform(0.005, 0.03))
    for name in ("city", "stadium", "manager", "position", "birthyear", "country"):
        pair.harm(rng, name, rate, other(rng, clean[name]))
    pair.harm(rng, "club", rate / 2, other(rng, clubs))
    for name in ("club", "stadium", "manager", "surname", "birthplace"):
        pair.harm(rng, name, rate / 2, typo(rng))
    pair.harm(rng, "season", rate, lambda t: one(rng, [t.replace("/", "-"), f"{t[:5]}20{t[5:]}", t[:4], t[2:]]))
    pair.harm(
        rng, "height", rate, lambda t: one(rng, [f"{int(t[:3]) / 100:.2f} m", t[:3], t.replace(" ", ""), f"{t[:3]} in"])
    )
    pair.harm(
        rng, "salary", rate, lambda t: one(rng, [f"€{int(t):,}", f"{int(t) / 1e6:.2f}M", f"{int(t) // 1000}K", f"-{t}"])
    )
    pair.harm(rng, "capacity", rate, lambda t: one(rng, [f"{int(t):,}", f"{t} seats", f"{int(t) // 1000}k"]))
    pair.harm(rng, "birthyear", rate / 2, lambda t: one(rng, [t[2:], f"{t}.0", f"19{t}", "0"]))
    pair.harm(rng, "position", rate, lambda t: one(rng, [t[:2].upper(), t[:3], t.lower(), f"{t}s"]))
    pair.harm(rng, "nationality", rate, emptied(rng, ["", "unknown", "-"]))
    pair.harm(rng, "shirt", rate / 2, lambda t: one(rng, [f"#{t}", f"{t}0{t}", f"No. {t}"]))
    _changed_places(pair, rng, rate / 2, "name", "surname")
    _changed_places(pair, rng, rate / 2, "city", "country")
    return pair


def census(rng: Rng) -> Pair:
    """Answers to a census: words and their numbers, a relation to the head of the house that fits the sex mostly."""
    n = int(rng.integers(2000, 4000))
    schools = ["Preschool", "1st-4th", "5th-6th", "7th-8th", "9th", "10th", "11th", "12th", "HS-grad", "Some-college"]
    schools += ["Assoc-voc", "Assoc-acdm", "Bachelors", "Masters", "Prof-school", "Doctorate"]
    usual = np.array([1, 3, 5, 10, 8, 15, 20, 7, 160, 110, 21, 17, 80, 26, 8, 6], float)
    level = rng.choice(16, n, p=usual / usual.sum())
    male = rng.random(n) < 0.66
    married = rng.random(n) < np.where(male, 0.6, 0.2)
    relation = np.where(
        married, np.where(male, "Husband", "Wife"), rng.choice(["Not-in-family", "Own-child", "Unmarried"], n)
    )
    relation = np.where(rng.random(n) < 0.004, rng.choice(["Husband", "Wife", "Other-relative"], n), relation)
    state = np.where(
        np.isin(relation, ["Husband", "Wife"]),
        "Married-civ-spouse",
        rng.choice(["Never-married", "Divorced", "Widowed"], n),
    )
    lands = ["United-States"] * 40 + [
        "Mexico",
        "Philippines",
        "Germany",
        "Canada",
        "Puerto-Rico",
        "India",
        "Cuba",
        "England",
    ]
    jobs = [
        "Prof-specialty",
        "Craft-repair",
        "Exec-managerial",
        "Adm-clerical",
        "Sales",
        "Other-service",
        "Transport-moving",
    ]
    pay = rng.random(n) < 1 / (1 + np.exp(-(level - 11) / 2 - married))
    clean = {
        "age": [str(v) for v in rng.integers(17, 90, n)],
        "workclass": [
            one(rng, ["Private"] * 7 + ["Self-emp-not-inc", "Local-gov", "State-gov", "Federal-gov"]) for _ in range(n)
        ],
        "fnlwgt": [str(v) for v in rng.integers(12_000, 900_000, n)],
        "education": [schools[k] for k in level],
        "education_num": [str(k + 1) for k in level],
        "marital_status": state.tolist(),
        "occupation": [one(rng, jobs) for _ in range(n)],
        "relationship": relation.tolist(),
        "race": [one(rng, ["White"] * 17 + ["Black", "Black", "Asian-Pac-Islander"]) for _ in range(n)],
        "sex": np.where(male, "Male", "Female").tolist(),
        "capital_gain": [str(int(rng.lognormal(8, 1)) if rng.random() < 0.08 else 0) for _ in range(n)],
        "hours_per_week": [str(v) for v in np.clip(rng.normal(40, 12, n).round().astype(int), 1, 99)],
        "native_country": [one(rng, lands) for _ in range(n)],
        "income": np.where(pay, ">50K", "<=50K").tolist(),
    }
    pair = Pair.of(clean)
    rate = float(rng.uniform(0.005, 0.03))
    pair.harm(rng, "education", rate, other(rng, schools))
    pair.harm(rng, "education", rate, typo(rng))
    pair.harm(rng, "education_num", rate, lambda t: one(rng, ["", f"{t}.0", "99", str(17 - int(t))]))
    pair.harm(rng, "age", rate, lambda t: one(rng, [f"{t}0", f"-{t}", f"{t} years", "999"]))
    pair.harm(rng, "workclass", rate, lambda t: one(rng, [t.lower(), t.replace("-", " "), f" {t}"]))
    pair.harm(rng, "workclass", rate / 2, typo(rng))
    pair.harm(rng, "marital_status", rate / 2, typo(rng))
    pair.harm(rng, "occupation", rate, typo(rng))
    pair.lose(rng, "occupation", rate, ["?"])
    pair.harm(rng, "sex", rate, lambda t: one(rng, [t[0], t.lower(), t.upper()]))
    pair.harm(rng, "sex", rate / 2, other(rng, ["Male", "Female"]))
    _changed_places(pair, rng, rate / 2, "race", "sex")
    _changed_places(pair, rng, rate / 2, "occupation", "workclass")
    pair.harm(rng, "race", rate / 2, typo(rng))
    pair.harm(rng, "hours_per_week", rate, lambda t: one(rng, [f"{t}h", f"{t} hours", f"{t}00", "0"]))
    pair.harm(
        rng,
        "native_country",
        rate,
        lambda t: {"United-States": one(rng, ["USA", "United States", "U.S.", "Unted-States"])}.get(t, t.lower()),
    )
    pair.harm(rng, "income", rate, lambda t: one(rng, [f"{t}.", t.replace("K", "k"), t.replace("50K", "50000")]))
    pair.harm(rng, "capital_gain", rate / 2, lambda t: one(rng, ["99999", "", f"${t}", f"-{t}" if t != "0" else "-1"]))
    return pair


def fortunes(rng: Rng) -> Pair:
    """The rich by year: facts of the person, of the firm, of the country and of the country in a year."""
    lands = names(rng, 30)
    code = {land: f"{land[:3].upper()}" if k % 7 else f"{land[0]}{land[-2:]}".upper() for k, land in enumerate(lands)}
    region = {land: one(rng, ["North America", "Europe", "East Asia", "Latin America", "South Asia"]) for land in lands}
    years = ["1996", "2001", "2014"]
    gdp = {(land, year): str(int(rng.lognormal(27, 1)) // 10**6 * 10**6) for land in lands for year in years}
    sectors = {
        "Real Estate": "Non-Traded",
        "Media": "New Sectors",
        "Retail": "Traded Sectors",
        "Oil": "Resource Related",
        "Banking": "Financial",
    }
    firms = []
    for name in names(rng, 260):
        sector = one(rng, list(sectors))
        firms.append(
            {
                "company_name": f"{name} {one(rng, ['Group', 'Holdings', 'Inc', 'Industries'])}",
                "company_founded": str(rng.integers(1820, 1999)),
                "company_sector": sector,
                "company_type": one(rng, ["new", "acquired", "privatization"]),
                "wealth_category": sectors[sector],
            }
        )
    rows = []
    for _ in range(int(rng.integers(500, 800))):
        land, firm, born = one(rng, lands), one(rng, firms), int(rng.integers(1915, 1965))
        heir = one(rng, ["not inherited", "not inherited", "inherited", "father", "3rd generation"])
        who = f"{names(rng, 1)[0]} {names(rng, 1)[0]}"
        sex = one(rng, ["male"] * 8 + ["female"])
        for year in years:
            if rng.random() < 0.7:
                worth = rng.lognormal(0.8, 0.7)
                rows.append(
                    {"name": who, "rank": "", "year": year}
                    | firm
                    | {
                        "relationship": one(rng, ["founder", "founder", "relation", "chairman"]),
                        "age": str(int(year) - born),
                        "gender": sex,
                        "citizenship": land,
                        "country_code": code[land],
                        "region": region[land],
                        "gdp": gdp[land, year],
                        "worth_billions": f"{worth:.1f}",
                        "inherited": heir,
                        "is_founder": one(rng, ["True", "False"]),
                    }
                )
    for year in years:
        mine = [row for row in rows if row["year"] == year]
        for place, row in enumerate(sorted(mine, key=lambda row: -float(row["worth_billions"])), 1):
            row["rank"] = str(place)
    clean = _table(rows)
    pair = Pair.of(clean)
    rate = float(rng.uniform(0.005, 0.03))
    pair.harm(rng, "citizenship", rate, other(rng, lands))
    pair.harm(rng, "citizenship", rate / 2, typo(rng))
    pair.harm(rng, "country_code", rate, lambda t: one(rng, [t.lower(), t[:2], "", f"{t}."]))
    pair.harm(rng, "region", rate, other(rng, list(region.values())))
    pair.harm(rng, "region", rate / 2, lambda t: one(rng, [t.upper(), t.replace(" ", "-"), t.split()[0]]))
    pair.harm(rng, "gdp", rate, lambda t: one(rng, [f"{float(t):.2E}", "0", f"{int(t):,}", f"{int(t) / 1e9:.1f} bn"]))
    pair.harm(rng, "company_founded", rate, lambda t: one(rng, ["0", f"{t}.0", f"{int(t) + 100}", f"c. {t}", t[2:]]))
    pair.harm(rng, "company_sector", rate, other(rng, list(sectors)))
    pair.harm(rng, "company_sector", rate / 2, typo(rng))
    pair.harm(rng, "wealth_category", rate, lambda t: one(rng, [t.lower(), t.replace("-", " "), t + "s"]))
    pair.harm(rng, "wealth_category", rate / 2, other(rng, list(sectors.values())))
    pair.harm(
        rng,
        "company_name",
        rate,
        lambda t: one(rng, [t.upper(), t.replace("Group", "Grp"), t.replace("Inc", "Inc."), t.split()[0]]),
    )
    pair.harm(rng, "company_name", rate / 2, typo(rng))
    pair.harm(rng, "age", rate, lambda t: one(rng, ["-1", "0", f"{t}.0", f"{t}{t[-1]}"]))
    pair.harm(rng, "gender", rate, lambda t: one(rng, [t[0].upper(), t.capitalize(), "married couple", ""]))
    pair.harm(
        rng,
        "worth_billions",
        rate,
        lambda t: one(rng, [f"${t}", f"{t} billion", t.replace(".", ","), f"{float(t) * 1000:.0f} million"]),
    )
    pair.harm(rng, "year", rate / 2, lambda t: one(rng, [f"{t}.0", t[2:], f"{t[:2]}{t[3]}{t[2]}"]))
    pair.harm(
        rng,
        "is_founder",
        rate,
        lambda t: one(rng, [t.upper(), t[0], "1" if t == "True" else "0", "yes" if t == "True" else "no"]),
    )
    pair.harm(rng, "relationship", rate, typo(rng))
    pair.harm(rng, "name", rate, lambda t: one(rng, [t.upper(), ", ".join(reversed(t.split())), f"{t}  "]))
    pair.harm(rng, "inherited", rate / 2, lambda t: one(rng, [t.replace(" ", "_"), t.title(), f"{t} "]))
    return pair


FIELD_KINDS: dict[str, Callable[[Rng], Pair]] = {
    kind.__name__: kind for kind in (inspections, players, census, fortunes)
}
