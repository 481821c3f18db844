"""Units that people write behind numbers, and how they convert."""

from __future__ import annotations

from mlwright.data.kinds.names import listed

_DIMENSIONS: dict[str, dict[str, float]] = {
    "mass": {"mg": 0.001, "g": 1.0, "kg": 1_000.0, "t": 1e6, "oz": 28.349523125, "lb": 453.59237},
    "length": {
        "mm": 0.001,
        "cm": 0.01,
        "m": 1.0,
        "km": 1_000.0,
        "in": 0.0254,
        "ft": 0.3048,
        "yd": 0.9144,
        "mi": 1609.344,
    },
    "volume": {"ml": 0.001, "cl": 0.01, "dl": 0.1, "l": 1.0, "gal": 3.785411784},
    "area": {"cm²": 1e-4, "m²": 1.0, "ft²": 0.09290304, "acre": 4046.8564224, "ha": 1e4, "km²": 1e6},
    "time": {"ms": 0.001, "s": 1.0, "min": 60.0, "h": 3_600.0, "d": 86_400.0, "week": 604_800.0},
    "months": {"month": 1.0, "year": 12.0},
    "memory": {
        "byte": 1.0,
        "kb": 1e3,
        "mb": 1e6,
        "gb": 1e9,
        "tb": 1e12,
        "kib": 2.0**10,
        "mib": 2.0**20,
        "gib": 2.0**30,
    },
    "share": {"%": 1.0},
    "pressure": {"pa": 1.0, "hpa": 100.0, "mbar": 100.0, "kpa": 1_000.0, "bar": 1e5, "psi": 6894.757293168},
    "voltage": {"mv": 0.001, "v": 1.0, "kv": 1_000.0},
    "energy": {"wh": 1.0, "kwh": 1_000.0, "mwh": 1e6},
    "frequency": {"hz": 1.0, "khz": 1e3, "mhz": 1e6, "ghz": 1e9},
    "speed": {"m/s": 1.0, "km/h": 1 / 3.6, "mph": 0.44704, "kn": 1852 / 3600},
    "level": {"dbm": 1.0},
    "celsius": {"°c": 1.0},
    "fahrenheit": {"°f": 1.0},
}
_ALIASES = {
    "mg": "milligram milligrams",
    "g": "gr gram grams gramme grammes",
    "kg": "kgs kilo kilos kilogram kilograms",
    "t": "ton tons tonne tonnes",
    "oz": "ounce ounces ozs",
    "lb": "lbs pound pounds",
    "mm": "millimeter millimeters millimetre millimetres",
    "cm": "centimeter centimeters centimetre centimetres",
    "m": "meter meters metre metres",
    "km": "kms kilometer kilometers kilometre kilometres",
    "in": "inch inches \" ''",
    "ft": "foot feet '",
    "yd": "yard yards",
    "mi": "mile miles",
    "ml": "milliliter milliliters millilitre millilitres",
    "cl": "centiliter centiliters centilitre centilitres",
    "l": "lt ltr liter liters litre litres",
    "gal": "gallon gallons",
    "cm²": "cm2 sqcm",
    "m²": "m2 sqm qm square-metres square-meters sq-m",
    "ft²": "ft2 sqft sq-ft square-feet",
    "acre": "acres ac",
    "ha": "hectare hectares hektar",
    "km²": "km2 sqkm",
    "month": "months mo mos monat monate monaten mois meses mesi",
    "year": "years yr yrs jahr jahre jahren ans années años anni",
    "byte": "bytes b",
    "ms": "millisecond milliseconds",
    "s": "sec secs second seconds",
    "min": "mins minute minutes minuten",
    "h": "hr hrs hour hours std stunde stunden heure heures hora horas ore",
    "d": "day days tag tage tagen jour jours día días giorni",
    "week": "weeks woche wochen semaine semaines",
    "%": "percent pct",
    "mbar": "mbars millibar millibars",
    "v": "volt volts",
    "°c": "degc celsius",
    "°f": "degf fahrenheit",
    "km/h": "kmh kph",
    "kn": "knot knots kt kts",
    "$": "usd us$ dollar dollars",
    "€": "eur euro euros",
    "£": "gbp",
    "¥": "jpy yen",
    "₹": "inr rs rupees",
}
SCALES = {
    "k": 1e3,
    "thousand": 1e3,
    "mn": 1e6,
    "mio": 1e6,
    "million": 1e6,
    "m": 1e6,
    "bn": 1e9,
    "b": 1e9,
    "billion": 1e9,
}
"""What stands behind amounts of money, and what it multiplies by."""

CURRENCIES = frozenset("$€£¥₹₩₽")
_KNOWN = {alias.replace("-", " "): unit for unit, aliases in _ALIASES.items() for alias in listed(aliases)}
_DIMENSION = {unit: name for name, units in _DIMENSIONS.items() for unit in units}


def base_unit(unit: str) -> str:
    """The unit that a spelling means; the spelling itself if it is not known.

    Words behind a known unit are left out (``oz. can``).

    >>> base_unit("ounces"), base_unit("oz. can"), base_unit("usd"), base_unit("patients")
    ('oz', 'oz', '$', 'patients')
    """
    if (found := _known(unit)) is not None:
        return found
    first = unit.split()[0].rstrip(".,;") if unit else unit
    return unit if (found := _known(first)) is None else found


def _known(unit: str) -> str | None:
    if unit in _DIMENSION or unit in CURRENCIES:
        return unit
    return _KNOWN.get(unit)


def spellings(sort: str) -> dict[str, str]:
    """The units of a dimension by all ways to write them.

    >>> spellings("frequency")
    {'hz': 'hz', 'khz': 'khz', 'mhz': 'mhz', 'ghz': 'ghz'}
    """
    others = {spelling: unit for spelling, unit in _KNOWN.items() if _DIMENSION.get(unit) == sort}
    return {unit: unit for unit in _DIMENSIONS[sort]} | others


def dimension(unit: str) -> str | None:
    """What a unit measures; None if that is not known."""
    return _DIMENSION.get(unit)


def factor(unit: str, into: str) -> float:
    """What a number in one unit is multiplied by to be one in another of the same dimension.

    >>> factor("h", "min"), factor("kg", "kg")
    (60.0, 1.0)
    """
    sizes = _DIMENSIONS[_DIMENSION[unit]]
    return 1.0 if unit == into else sizes[unit] / sizes[into]
