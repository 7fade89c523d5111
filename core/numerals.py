"""How the figures of a bulletin are rounded and written: every rule of it, here alone.

- `ABOUT`, single enclaves and lengths: to tens from 1,000 on, whole from 10 on, else tenths.
- `WHOLE`, sums and what changed hands: whole from 10 on, else tenths.
- `SHARE`, per cent: whole from 1 on, else tenths; tenths again just under 100.
- `EXACT`, counts and dates: never rounded.

Halves go up. What is not nothing never reads 0, nor what is not all 100: it is `<0.1` or `>99.9`.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum

__all__ = [
    "ARABIC_INDIC",
    "Numerals",
    "Rounded",
    "Rounding",
    "Unit",
    "number_text",
    "rounded",
    "written",
]


class Unit(str, Enum):
    """What a figure counts."""

    KM2 = "km2"
    KM = "km"
    PERCENT = "percent"
    COUNT = "count"
    DATE = "date"


class Rounding(str, Enum):
    """How exactly a figure is told; the rules are at the top of this module."""

    ABOUT = "about"
    WHOLE = "whole"
    SHARE = "share"
    EXACT = "exact"


@dataclass(frozen=True)
class Rounded:
    """A number as it is told.

    Attributes
    ----------
    decimals : digits after the point
    bound : `<` or `>` where the number is only a bound of the value, else ''
    """

    number: Decimal
    decimals: int
    bound: str = ""


@dataclass(frozen=True)
class Numerals:
    """The signs that a language writes numbers with, and its digits 0 to 9."""

    thousands: str = ","
    decimal: str = "."
    digits: str = "0123456789"


ARABIC_INDIC = Numerals(thousands="٬", decimal="٫", digits="٠١٢٣٤٥٦٧٨٩")

_TENTH = Decimal("0.1")
_TEN = Decimal(10)
_THOUSAND = Decimal(1000)
_HUNDRED = Decimal(100)


def rounded(value: float, rounding: Rounding) -> Rounded:
    """Return `value` as it is told under a rule."""
    # the shortest text of a float is the number that the tables show: 0.45 is no 0.4500000001
    exact = Decimal(repr(float(value)))
    size = abs(exact)
    if rounding is Rounding.EXACT:
        decimals = 0 if exact == exact.to_integral_value() else 1
        return Rounded(_to(exact, _TENTH if decimals else Decimal(1)), decimals)
    if 0 < size < _TENTH / 2:
        return Rounded(_TENTH, 1, "<")
    if rounding is Rounding.SHARE:
        return _share(exact)
    return _measure(exact, rounding)


def number_text(value: float, decimals: int, numerals: Numerals) -> str:
    """Return a number with so many decimals, as table cells show it: never a false zero."""
    exact, step = Decimal(repr(float(value))), Decimal(1).scaleb(-decimals)
    if 0 < exact < step / 2:
        return _signs(f"<{step:f}", numerals)
    return _signs(f"{_to(exact, step):,f}", numerals)


def written(told: Rounded, numerals: Numerals) -> str:
    """Return a rounded number in digits, with its bound."""
    return told.bound + _signs(f"{told.number:,.{told.decimals}f}", numerals)


def _measure(exact: Decimal, rounding: Rounding) -> Rounded:
    size = abs(exact)
    if _to(size, _TENTH) < _TEN:
        decimals = 0 if size == 0 else 1
        return Rounded(_to(exact, _TENTH), decimals)
    if rounding is Rounding.ABOUT and _to(size, Decimal(1)) >= _THOUSAND:
        return Rounded(_to(exact / _TEN, Decimal(1)) * _TEN, 0)
    return Rounded(_to(exact, Decimal(1)), 0)


def _share(exact: Decimal) -> Rounded:
    if _to(exact, _TENTH) < 1 and exact != 0:
        return Rounded(_to(exact, _TENTH), 1)
    if exact < _HUNDRED <= _to(exact, Decimal(1)):
        if _to(exact, _TENTH) >= _HUNDRED:
            return Rounded(Decimal("99.9"), 1, ">")
        return Rounded(_to(exact, _TENTH), 1)
    return Rounded(_to(exact, Decimal(1)), 0)


def _to(value: Decimal, step: Decimal) -> Decimal:
    # adding 0 takes the sign off a rounded nothing
    return value.quantize(step, rounding=ROUND_HALF_UP) + 0


def _signs(text: str, numerals: Numerals) -> str:
    signs = {",": numerals.thousands, ".": numerals.decimal}
    return "".join(
        numerals.digits[int(sign)] if sign.isdigit() else signs.get(sign, sign) for sign in text
    )
