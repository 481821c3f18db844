"""Units that numbers may come in."""

from __future__ import annotations

from typing import NamedTuple


class Unit(NamedTuple):
    """A unit: the new value is ``scale * old + shift``."""

    scale: float
    shift: float
    told: str


SCALES = {
    1000.0: "thousands: g and kg, m and km, ms and s",
    1e6: "millions",
    100.0: "hundreds: cents, per cent, cm and m",
    10.0: "tens: mm and cm",
    2.54: "inches and centimetres",
    3.28084: "metres and feet",
    1.609344: "miles and kilometres",
    2.204623: "kilograms and pounds",
    28.349523: "ounces and grams",
    3.785412: "gallons and litres",
    60.0: "minutes and seconds, or hours and minutes",
    3600.0: "hours and seconds",
    24.0: "days and hours",
    86400.0: "days and seconds",
    7.0: "weeks and days",
    12.0: "years and months",
    30.4375: "months and days",
    365.25: "years and days",
    3.6: "m/s and km/h",
    1.15078: "knots and miles an hour",
    1.852: "knots and kilometres an hour",
}
"""Factors between units, and what they are between."""

UNITS = (
    *(Unit(scale, 0.0, f"multiplied by {scale:g} ({told})") for scale, told in SCALES.items()),
    *(Unit(1 / scale, 0.0, f"divided by {scale:g} ({told})") for scale, told in SCALES.items()),
    Unit(1.8, 32.0, "in Fahrenheit, no longer in Celsius"),
    Unit(1 / 1.8, -32 / 1.8, "in Celsius, no longer in Fahrenheit"),
    Unit(1.0, 273.15, "in Kelvin, no longer in Celsius"),
    Unit(1.0, -273.15, "in Celsius, no longer in Kelvin"),
)
