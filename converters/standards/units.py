"""Conversions between units of the same dimension: mass, volume, amount, length and so on.

What needs a substance's molecular weight, or any other knowledge of the test, is not here: a spec
states such a factor.
"""

from __future__ import annotations

from fractions import Fraction

_PREFIXES = {"": 0, "k": 3, "d": -1, "c": -2, "m": -3, "u": -6, "n": -9, "p": -12, "f": -15}
_BASES = {"g": "mass", "L": "volume", "mol": "amount", "m": "length", "s": "time", "Pa": "pressure"}


def _atoms() -> dict[str, tuple[str, Fraction]]:
    atoms = {
        prefix + base: (dimension, Fraction(10) ** power)
        for base, dimension in _BASES.items()
        for prefix, power in _PREFIXES.items()
    }
    atoms |= {
        "LB": ("mass", Fraction("453.59237")),
        "oz": ("mass", Fraction("28.349523125")),
        "in": ("length", Fraction("0.0254")),
        "ft": ("length", Fraction("0.3048")),
        "sec": ("time", Fraction(1)),
        "min": ("time", Fraction(60)),
        "HOURS": ("time", Fraction(3600)),
        "h": ("time", Fraction(3600)),
        "DAYS": ("time", Fraction(86400)),
        "WEEKS": ("time", Fraction(604800)),
        "mmHg": ("pressure", Fraction("133.322387415")),
        "U": ("activity", Fraction(1)),
        "mU": ("activity", Fraction(1, 1000)),
        "IU": ("international units", Fraction(1)),
        "mIU": ("international units", Fraction(1, 1000)),
        "uIU": ("international units", Fraction(1, 1000000)),
        "kIU": ("international units", Fraction(1000)),
        "%": ("fraction", Fraction(1, 100)),
        "fraction of 1": ("fraction", Fraction(1)),
    }
    for power in (3, 6, 9, 12):
        atoms[f"10^{power}"] = ("count", Fraction(10) ** power)
    return atoms


_ATOMS = _atoms()


def conversion(unit: str, standard: str) -> tuple[Fraction, Fraction] | None:
    """``(factor, offset)`` such that value x factor + offset is in ``standard``; None: unknown.

    Units are CDISC submission values such as ``mg/dL``, ``10^9/L``, ``LB`` or ``F``.
    """
    if unit == standard:
        return Fraction(1), Fraction(0)
    if (unit, standard) == ("F", "C"):
        return Fraction(5, 9), Fraction(-160, 9)
    if (unit, standard) == ("C", "F"):
        return Fraction(9, 5), Fraction(32)
    one, other = _parse(unit), _parse(standard)
    if one is None or other is None or one[0] != other[0]:
        return None
    return one[1] / other[1], Fraction(0)


def _parse(unit: str) -> tuple[tuple[str, ...], Fraction] | None:
    """The dimensions of a unit (numerator first) and its size in base units."""
    above, _, below = unit.partition("/")
    dimensions, size = [], Fraction(1)
    for place, piece in enumerate([above or "10^0", *below.split("/")] if below else [above]):
        atom = ("count", Fraction(1)) if piece == "10^0" else _ATOMS.get(piece)
        if atom is None:
            return None
        dimensions.append(atom[0])
        size = size / atom[1] if place else size * atom[1]
    return tuple(dimensions), size
