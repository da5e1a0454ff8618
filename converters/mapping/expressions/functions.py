"""The functions of the expression language: what they are called, take, give and say in words.

``FUNCTIONS`` is the whole list. An expression can call nothing else, and a function sees only the
vectors and constants it is given.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import reduce
from typing import Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from converters.iso8601 import DateOptions, compile_format, pack, to_iso8601
from converters.mapping.expressions import vectors
from converters.mapping.expressions.vectors import Number, Text, Truth, Vector

#: No text grows longer than SAS's longest character value; what would is missing.
LONGEST_TEXT = 32_767

#: The longest text that a SAS XPORT v5 variable holds, and so the widest padding.
WIDEST_PAD = 200

Gives = Literal["text", "number", "condition", "value"]
Constant = str | float | bool | None


@dataclass(frozen=True)
class Parameter:
    """What one argument is: ``kind`` says what the function computes with.

    ``text`` and ``number`` are vectors converted so, ``value`` a vector as it is, ``piece`` text or
    a literal, ``constant`` a literal only. ``check`` returns what is expected of a constant, or ""
    when it is fine. ``many`` stands for one argument or more.
    """

    name: str
    kind: Literal["text", "number", "value", "piece", "constant"]
    check: Callable[[Constant], str] = lambda value: ""
    optional: bool = False
    default: Constant = None
    many: bool = False


@dataclass(frozen=True)
class Function:
    """One function: its documentation, an example with its result, and how it is computed.

    ``doc`` is one sentence, ``result`` what ``example`` gives (None is missing). ``words`` makes a
    phrase from the words of the arguments: a template or a function.
    """

    name: str
    group: Literal["text", "number", "missing", "date"]
    parameters: tuple[Parameter, ...]
    gives: Gives
    doc: str
    example: str
    result: Constant
    words: str | Callable[..., str]
    compute: Callable[..., Vector]

    @property
    def signature(self) -> str:
        """How a call is written, as ``round(x, digits=0)``."""
        return f"{self.name}({', '.join(_written(item) for item in self.parameters)})"


def _written(parameter: Parameter) -> str:
    if parameter.many:
        return f"{parameter.name}, ..."
    if not parameter.optional:
        return parameter.name
    default = parameter.default
    return f"{parameter.name}=" + (f'"{default}"' if isinstance(default, str) else str(default))


# Text


def _length(x: Text) -> Number:
    return vectors.per_number(x, len)


def _substr(x: Text, start: int, n: int | None) -> Text:
    begin = start - 1 if start > 0 else start
    return vectors.per_text(x, lambda value: value[begin:][:n])


def _test_pair(test: Callable[[str, str], bool]) -> Callable[[Text, Text], Truth]:
    def compute(x: Text, piece: Text) -> Truth:
        def verdict(value: str | None, part: str | None) -> bool:
            return value is not None and part is not None and test(value, part)

        verdicts, places = vectors.per_tuple([x, piece], verdict)
        return np.asarray(np.array(verdicts, dtype=np.bool_)[places])

    return compute


def _replace(x: Text, old: str, new: str) -> Text:
    grows = len(new) - len(old)

    def replaced(value: str) -> str | None:
        if grows > 0 and len(value) + value.count(old) * grows > LONGEST_TEXT:
            return None
        return value.replace(old, new)

    return vectors.per_text(x, replaced)


def _concat(*pieces: Text | str) -> Text:
    return _join("", *pieces)


def _join(separator: str, *pieces: Text | str) -> Text:
    texts = [piece for piece in pieces if isinstance(piece, Text)]
    if not texts:
        return _constant_text(separator.join(str(piece) for piece in pieces if piece))

    def joined(*values: str | None) -> str | None:
        if not any(values):
            return None
        found = iter(values)
        parts = [next(found) if isinstance(piece, Text) else piece for piece in pieces]
        whole = separator.join(part for part in parts if part)
        return whole if len(whole) <= LONGEST_TEXT else None

    wholes, places = vectors.per_tuple(texts, joined)
    return vectors.encode(places, wholes)


def _constant_text(value: str) -> Text:
    return vectors.as_text(vectors.constant(value))


def _pad(x: Text, width: int, fill: str) -> Text:
    return vectors.per_text(x, lambda value: value.rjust(width, fill))


def _word(x: Text, n: int, separator: str) -> Text:
    def part(value: str) -> str | None:
        parts = value.split() if separator == " " else value.split(separator)
        place = n - 1 if n > 0 else n + len(parts)
        return parts[place] if 0 <= place < len(parts) else None

    return vectors.per_text(x, part)


def _matches(x: Text, pattern: str) -> Truth:
    found = pc.match_substring_regex(_arrow(x), pattern).to_numpy(zero_copy_only=False)
    return np.asarray(vectors.spread(found, False, np.bool_)[x.codes])


def _extract(x: Text, pattern: str) -> Text:
    group = pattern if _has_group(pattern) else f"({pattern})"
    values = _arrow(x)
    found = pc.match_substring_regex(values, pattern).to_pylist()
    taken = pc.replace_substring_regex(values, _around(group), r"\1").to_pylist()
    both = zip(taken, found, strict=True)
    return vectors.encode(x.codes, [part if hit else None for part, hit in both])


def _arrow(x: Text) -> Any:
    return pa.array(x.values, pa.large_string())


def _around(group: str) -> str:
    """A pattern that covers the whole text, so that replacing it by a group leaves the group."""
    return f"^(?s:.*?)(?:{group})(?s:.*)$"


def _has_group(pattern: str) -> bool:
    try:
        pc.replace_substring_regex(pa.array([""]), _around(pattern), r"\1")
    except pa.ArrowInvalid:
        return False
    return True


# Numbers


def _plain(function: Callable[[Number], Number]) -> Callable[[Number], Number]:
    def compute(x: Number) -> Number:
        with np.errstate(all="ignore"):
            return vectors.finite(function(x))

    return compute


def _round(x: Number, digits: int) -> Number:
    """Half away from zero; only what lies near a half needs its decimal text."""
    power = 10.0 ** abs(digits)
    with np.errstate(all="ignore"):
        size = np.abs(x) * power if digits >= 0 else np.abs(x) / power
        whole = np.floor(size + 0.5)
        rounded = np.copysign(whole / power if digits >= 0 else whole * power, x)
        unsure = (np.abs(size - np.floor(size) - 0.5) < 1e-4) | (size >= 2**40)
    if unsure.any():
        codes, distinct = pd.factorize(x[unsure])
        rounded[unsure] = np.array([_round_one(float(value), digits) for value in distinct])[codes]
    return vectors.finite(rounded + 0.0)


def _round_one(value: float, digits: int) -> float:
    number = Decimal(repr(value))
    if int(number.as_tuple().exponent) >= -digits:
        return value  # it has no more decimal places than that
    return float(number.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP))


def _lowest(*numbers: Number) -> Number:
    return reduce(np.fmin, numbers)


def _highest(*numbers: Number) -> Number:
    return reduce(np.fmax, numbers)


def _sum(*numbers: Number) -> Number:
    total, count = _total(numbers)
    return vectors.finite(np.where(count > 0, total, np.nan))


def _mean(*numbers: Number) -> Number:
    total, count = _total(numbers)
    with np.errstate(all="ignore"):
        return vectors.finite(total / count)


def _total(numbers: tuple[Number, ...]) -> tuple[Number, Number]:
    with np.errstate(all="ignore"):
        total = reduce(np.add, (np.nan_to_num(item, nan=0.0) for item in numbers))
    return total, reduce(np.add, ((~np.isnan(item)).astype(np.float64) for item in numbers))


# Missing values


def _coalesce(*values: Vector) -> Vector:
    return reduce(lambda no, yes: vectors.choose(~vectors.missing(yes), yes, no), values[::-1])


# Dates


def _date_part(x: Text) -> Text:
    _, precision = pack(x.values)
    pairs = zip(x.values, precision.tolist(), strict=True)
    return vectors.encode(x.codes, [value[:10] if known >= 3 else None for value, known in pairs])


def _time_part(x: Text) -> Text:
    _, precision = pack(x.values)
    pairs = zip(x.values, precision.tolist(), strict=True)
    times = [value.partition("T")[2] if known >= 4 else None for value, known in pairs]
    return vectors.encode(x.codes, times)


def _date_number(unit: int, base: int, precision: int) -> Callable[[Text], Number]:
    def compute(x: Text) -> Number:
        packed, known = pack(x.values)
        numbers = np.where(known >= precision, packed // unit % base, np.nan)
        return np.asarray(vectors.spread(numbers, np.nan, np.float64)[x.codes])

    return compute


def _day_count(x: Text) -> Number:
    packed, known = pack(x.values)
    date = np.where(known >= 3, packed, 19700101_000000) // 1_000_000
    months = (date // 10_000 - 1970) * 12 + date // 100 % 100 - 1
    days = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) + date % 100 - 1
    return np.asarray(
        vectors.spread(np.where(known >= 3, days, np.nan), np.nan, np.float64)[x.codes]
    )


def _days(a: Text, b: Text) -> Number:
    return np.asarray(_day_count(a) - _day_count(b))


def _years(a: Text, b: Text) -> Number:
    """Birthdays between two dates: 29 February counts as passed on 1 March of other years."""
    later, earlier = _date_key(a), _date_key(b)
    swapped = later < earlier
    whole = np.trunc(np.abs(later - earlier) / 10_000)
    return np.asarray(np.where(swapped, -whole, whole))


def _date_key(x: Text) -> Number:
    packed, known = pack(x.values)
    dates = np.where(known >= 3, packed // 1_000_000, np.nan)
    return np.asarray(vectors.spread(dates, np.nan, np.float64)[x.codes])


def _iso8601(x: Text, form: str) -> Text:
    return vectors.encode(x.codes, to_iso8601(x.values, None, _date_options(form)).values)


def _date_options(form: str) -> DateOptions:
    return DateOptions(formats=(compile_format(form),) if form else ())


def _date_form(value: Constant) -> str:
    if not isinstance(value, str):
        return 'a form in quotes, as "dd-mon-yyyy"'
    try:
        _date_options(value)
    except ValueError as error:
        return f"a form of dates ({error})"
    return ""


def _is_complete_date(x: Text) -> Truth:
    _, known = pack(x.values)
    return np.asarray(vectors.spread(known >= 3, False, np.bool_)[x.codes])


# Constants


def _whole(low: int, high: int, but: int | None = None) -> Callable[[Constant], str]:
    def check(value: Constant) -> str:
        whole = isinstance(value, int) and not isinstance(value, bool)
        if whole and low <= int(value or 0) <= high and value != but:
            return ""
        return f"a whole number from {low} to {high}" + (f", not {but}" if but is not None else "")

    return check


def _some_text(value: Constant) -> str:
    return "" if isinstance(value, str) and value else 'a text in quotes, as "-"'


def _any_text(value: Constant) -> str:
    return "" if isinstance(value, str) else 'a text in quotes, as "-" or ""'


def _one_sign(value: Constant) -> str:
    return "" if isinstance(value, str) and len(value) == 1 else 'one character in quotes, as "0"'


def _pattern(value: Constant) -> str:
    """RE2's syntax; the same pattern must also stand inside ``_around``."""
    if not isinstance(value, str) or not value:
        return 'a regular expression in quotes, as "[0-9]+"'
    try:
        pc.match_substring_regex(pa.array([""]), value)
        pc.match_substring_regex(pa.array([""]), _around(f"({value})"))
    except (pa.ArrowException, ValueError) as error:
        reason = str(error).partition("Invalid regular expression: ")[2] or "not accepted"
        return f"a regular expression that RE2 accepts ({reason.splitlines()[0]})"
    return ""


# Words


def _substr_words(x: str, start: str, n: str) -> str:
    first = int(start)
    size = int(n) if n.isdigit() else None
    if size is None:
        return f"last {-first} characters of {x}" if first < 0 else f"{x} from character {start} on"
    if first < 0:
        return f"first {n} of the last {-first} characters of {x}"
    if size == 1:
        return f"character {start} of {x}"
    return f"characters {start} to {first + size - 1} of {x}"


def _word_words(x: str, n: str, separator: str) -> str:
    place = int(n)
    which = f"part {n}" if place > 0 else "last part" if place == -1 else f"part {-place} from last"
    return f"{which} of {x}" + ("" if separator == '" "' else f" separated by {separator}")


def _round_words(x: str, digits: str) -> str:
    if digits == "0":
        return f"{x} rounded to a whole number"
    places = int(digits)
    if places < 0:
        return f"{x} rounded to the nearest {10**-places}"
    return f"{x} rounded to {digits} decimal place{'' if places == 1 else 's'}"


def _list_words(prefix: str) -> Callable[..., str]:
    def words(*items: str) -> str:
        return prefix + " and ".join(filter(None, (", ".join(items[:-1]), items[-1])))

    return words


def _join_words(separator: str, *items: str) -> str:
    return f"{_list_words('')(*items)} joined by {separator}"


_X_TEXT = Parameter("x", "text")
_X = Parameter("x", "number")
_NUMBERS = (Parameter("x", "number"), Parameter("y", "number", many=True))

_ALL = [
    Function(
        "upper",
        "text",
        (_X_TEXT,),
        "text",
        "The text in capital letters.",
        'upper("mild")',
        "MILD",
        "{} in upper case",
        lambda x: vectors.per_text(x, str.upper),
    ),
    Function(
        "lower",
        "text",
        (_X_TEXT,),
        "text",
        "The text in small letters.",
        'lower("MILD")',
        "mild",
        "{} in lower case",
        lambda x: vectors.per_text(x, str.lower),
    ),
    Function(
        "trim",
        "text",
        (_X_TEXT,),
        "text",
        "The text without blanks before and after it; blanks alone become missing.",
        'trim("  mild rash ")',
        "mild rash",
        "{} without surrounding blanks",
        lambda x: vectors.per_text(x, str.strip),
    ),
    Function(
        "squeeze",
        "text",
        (_X_TEXT,),
        "text",
        "The text without blanks before and after it, and with one space for each run inside.",
        'squeeze(" mild   rash")',
        "mild rash",
        "{} with runs of blanks made one",
        lambda x: vectors.per_text(x, lambda value: " ".join(value.split())),
    ),
    Function(
        "length",
        "text",
        (_X_TEXT,),
        "number",
        "The number of characters (not bytes); missing for missing text.",
        'length("mild")',
        4,
        "number of characters of {}",
        _length,
    ),
    Function(
        "substr",
        "text",
        (
            _X_TEXT,
            Parameter("start", "constant", _whole(-LONGEST_TEXT, LONGEST_TEXT, but=0)),
            Parameter("n", "constant", _whole(1, LONGEST_TEXT), optional=True),
        ),
        "text",
        "``n`` characters (or all) from ``start``; 1 is the first, -3 the third from the end.",
        'substr("01-701-1015", -4)',
        "1015",
        _substr_words,
        _substr,
    ),
    Function(
        "contains",
        "text",
        (_X_TEXT, Parameter("piece", "text")),
        "condition",
        "Whether the text holds the piece, in the same letters; false where either is missing.",
        'contains("SKIN RASH", "RASH")',
        True,
        "{} contains {}",
        _test_pair(lambda value, piece: piece in value),
    ),
    Function(
        "starts_with",
        "text",
        (_X_TEXT, Parameter("piece", "text")),
        "condition",
        "Whether the text begins with the piece; false where either is missing.",
        'starts_with("SCREEN 1", "SCREEN")',
        True,
        "{} starts with {}",
        _test_pair(str.startswith),
    ),
    Function(
        "ends_with",
        "text",
        (_X_TEXT, Parameter("piece", "text")),
        "condition",
        "Whether the text ends with the piece; false where either is missing.",
        'ends_with("DAY 1", "1")',
        True,
        "{} ends with {}",
        _test_pair(str.endswith),
    ),
    Function(
        "replace",
        "text",
        (
            _X_TEXT,
            Parameter("old", "constant", _some_text),
            Parameter("new", "constant", _any_text),
        ),
        "text",
        "The text with every ``old`` replaced by ``new``, as it stands and not as a pattern.",
        'replace("1,5", ",", ".")',
        "1.5",
        "{} with {} replaced by {}",
        _replace,
    ),
    Function(
        "concat",
        "text",
        (Parameter("x", "piece", many=True),),
        "text",
        "The texts one after another; missing ones are left out, and the result is missing where"
        " all that are not literals are.",
        'concat("01", "-", "701")',
        "01-701",
        lambda *items: " followed by ".join(items),
        _concat,
    ),
    Function(
        "join",
        "text",
        (Parameter("separator", "constant", _any_text), Parameter("x", "piece", many=True)),
        "text",
        "The texts with the separator between them; missing ones are left out with their separator,"
        " and the result is missing where all that are not literals are.",
        'join("-", "01", "", "1015")',
        "01-1015",
        _join_words,
        _join,
    ),
    Function(
        "pad",
        "text",
        (
            _X_TEXT,
            Parameter("width", "constant", _whole(1, WIDEST_PAD)),
            Parameter("fill", "constant", _one_sign, optional=True, default="0"),
        ),
        "text",
        "The text filled on the left to a width; longer text stays as it is.",
        'pad("7", 3)',
        "007",
        "{0} padded on the left with {2} to {1} characters",
        _pad,
    ),
    Function(
        "word",
        "text",
        (
            _X_TEXT,
            Parameter("n", "constant", _whole(-LONGEST_TEXT, LONGEST_TEXT, but=0)),
            Parameter("separator", "constant", _some_text, optional=True, default=" "),
        ),
        "text",
        "The n-th part between separators, -1 the last; the space stands for any run of blanks.",
        'word("01-701-1015", 2, "-")',
        "701",
        _word_words,
        _word,
    ),
    Function(
        "matches",
        "text",
        (_X_TEXT, Parameter("pattern", "constant", _pattern)),
        "condition",
        "Whether a regular expression (RE2) is found in the text; ^ and $ tie it to the ends.",
        'matches("V12", "^V[0-9]+$")',
        True,
        "{} matches the pattern {}",
        _matches,
    ),
    Function(
        "extract",
        "text",
        (_X_TEXT, Parameter("pattern", "constant", _pattern)),
        "text",
        "The first part of the text that a regular expression (RE2) finds, or its first group.",
        'extract("12.5 mg", "[0-9.]+ *([a-z]+)")',
        "mg",
        "part of {} that matches the pattern {}",
        _extract,
    ),
    Function(
        "number",
        "number",
        (_X,),
        "number",
        "Text as a number; what is no finite decimal number is missing.",
        'number("1.50")',
        1.5,
        "{} as a number",
        lambda x: x,
    ),
    Function(
        "text",
        "text",
        (_X_TEXT,),
        "text",
        "A number as text, whole numbers without a point, others in the shortest form.",
        "text(3.0)",
        "3",
        "{} as text",
        lambda x: x,
    ),
    Function(
        "abs",
        "number",
        (_X,),
        "number",
        "The number without its sign.",
        "abs(-2)",
        2,
        "absolute value of {}",
        np.abs,
    ),
    Function(
        "round",
        "number",
        (_X, Parameter("digits", "constant", _whole(-15, 15), optional=True, default=0)),
        "number",
        "Rounded to ``digits`` decimal places; halves, as the number is written, go from zero.",
        "round(2.675, 2)",
        2.68,
        _round_words,
        _round,
    ),
    Function(
        "floor",
        "number",
        (_X,),
        "number",
        "The whole number at or below.",
        "floor(-1.5)",
        -2,
        "{} rounded down",
        np.floor,
    ),
    Function(
        "ceil",
        "number",
        (_X,),
        "number",
        "The whole number at or above.",
        "ceil(1.2)",
        2,
        "{} rounded up",
        lambda x: np.ceil(x) + 0.0,
    ),
    Function(
        "sqrt",
        "number",
        (_X,),
        "number",
        "The square root; missing for negative numbers.",
        "sqrt(9)",
        3,
        "square root of {}",
        _plain(np.sqrt),
    ),
    Function(
        "exp",
        "number",
        (_X,),
        "number",
        "e to that power; missing where it is too large for a number.",
        "exp(0)",
        1,
        "e to the power of {}",
        _plain(np.exp),
    ),
    Function(
        "log",
        "number",
        (_X,),
        "number",
        "The natural logarithm; missing for zero and negative numbers.",
        "log(1)",
        0,
        "natural logarithm of {}",
        _plain(np.log),
    ),
    Function(
        "log10",
        "number",
        (_X,),
        "number",
        "The logarithm to base 10; missing for zero and negative numbers.",
        "log10(1000)",
        math.log10(1000),
        "logarithm to base 10 of {}",
        _plain(np.log10),
    ),
    Function(
        "min",
        "number",
        _NUMBERS,
        "number",
        "The lowest of the numbers that are not missing.",
        'min(3, "", 2)',
        2,
        _list_words("lowest of "),
        _lowest,
    ),
    Function(
        "max",
        "number",
        _NUMBERS,
        "number",
        "The highest of the numbers that are not missing.",
        'max(3, "", 2)',
        3,
        _list_words("highest of "),
        _highest,
    ),
    Function(
        "mean",
        "number",
        _NUMBERS,
        "number",
        "The mean of the numbers that are not missing.",
        'mean(3, "", 2)',
        2.5,
        _list_words("mean of "),
        _mean,
    ),
    Function(
        "sum",
        "number",
        _NUMBERS,
        "number",
        "The sum of the numbers that are not missing; missing where all are.",
        'sum(3, "", 2)',
        5,
        _list_words("sum of the non-missing of "),
        _sum,
    ),
    Function(
        "missing",
        "missing",
        (Parameter("x", "value"),),
        "condition",
        "Whether there is no value.",
        'missing("")',
        True,
        "{} is missing",
        vectors.missing,
    ),
    Function(
        "coalesce",
        "missing",
        (Parameter("x", "value"), Parameter("y", "value", many=True)),
        "value",
        "The first value that is not missing; text as soon as one of the arguments is text.",
        'coalesce("", "UNK")',
        "UNK",
        _list_words("first non-missing of "),
        _coalesce,
    ),
    Function(
        "date_part",
        "date",
        (_X_TEXT,),
        "text",
        "The date of an ISO 8601 date or datetime; missing where the date is not complete.",
        'date_part("2015-03-14T10:20")',
        "2015-03-14",
        "date part of {}",
        _date_part,
    ),
    Function(
        "time_part",
        "date",
        (_X_TEXT,),
        "text",
        "The time of an ISO 8601 datetime; missing where there is none.",
        'time_part("2015-03-14T10:20")',
        "10:20",
        "time part of {}",
        _time_part,
    ),
    Function(
        "year",
        "date",
        (_X_TEXT,),
        "number",
        "The year of an ISO 8601 date, which may be partial.",
        'year("2015-03")',
        2015,
        "year of {}",
        _date_number(10_000_000_000, 10_000, 1),
    ),
    Function(
        "month",
        "date",
        (_X_TEXT,),
        "number",
        "The month (1 to 12) of an ISO 8601 date; missing where it is not known.",
        'month("2015-03")',
        3,
        "month of {}",
        _date_number(100_000_000, 100, 2),
    ),
    Function(
        "day",
        "date",
        (_X_TEXT,),
        "number",
        "The day of the month of an ISO 8601 date; missing where it is not known.",
        'day("2015-03-14")',
        14,
        "day of the month of {}",
        _date_number(1_000_000, 100, 3),
    ),
    Function(
        "days",
        "date",
        (Parameter("a", "text"), Parameter("b", "text")),
        "number",
        "Whole days from ``b`` to ``a``, no day added; missing unless both dates are complete.",
        'days("2015-03-14", "2015-02-28T23:59")',
        14,
        "days from {1} to {0}",
        _days,
    ),
    Function(
        "years",
        "date",
        (Parameter("a", "text"), Parameter("b", "text")),
        "number",
        "Whole years from ``b`` to ``a``, as ages are counted; missing unless both are complete.",
        'years("2015-03-14", "1970-03-15")',
        44,
        "whole years from {1} to {0}",
        _years,
    ),
    Function(
        "iso8601",
        "date",
        (_X_TEXT, Parameter("form", "constant", _date_form, optional=True, default="")),
        "text",
        "A raw date in ISO 8601, missing where it cannot be read; for keys and conditions."
        " Variables have the rule ``datetime``, which reports what it cannot read.",
        'iso8601("14-mar-2015", "dd-mon-yyyy")',
        "2015-03-14",
        "{0} in ISO 8601",
        _iso8601,
    ),
    Function(
        "is_complete_date",
        "date",
        (_X_TEXT,),
        "condition",
        "Whether the text is an ISO 8601 date known to the day or finer.",
        'is_complete_date("2015-03")',
        False,
        "{} is a complete date",
        _is_complete_date,
    ),
]

#: Every function by its name, in the order of the reference page.
FUNCTIONS: Mapping[str, Function] = {item.name: item for item in _ALL}

#: What SAS, R and Python call these functions, for the message about an unknown one.
OTHER_NAMES: Mapping[str, str] = {
    "upcase": "upper",
    "toupper": "upper",
    "lowcase": "lower",
    "tolower": "lower",
    "strip": "trim",
    "left": "substr",
    "right": "substr",
    "substring": "substr",
    "compbl": "squeeze",
    "str_squish": "squeeze",
    "lengthn": "length",
    "len": "length",
    "nchar": "length",
    "index": "contains",
    "find": "contains",
    "grepl": "matches",
    "prxmatch": "matches",
    "regex": "matches",
    "tranwrd": "replace",
    "gsub": "replace",
    "cat": "concat",
    "cats": "concat",
    "paste0": "concat",
    "catx": "join",
    "paste": "join",
    "scan": "word",
    "split": "word",
    "zfill": "pad",
    "input": "number",
    "float": "number",
    "int": "number",
    "put": "text",
    "str": "text",
    "ceiling": "ceil",
    "ln": "log",
    "cmiss": "missing",
    "nmiss": "missing",
    "isna": "missing",
    "isnull": "missing",
    "ifelse": "a if condition else b",
    "ifc": "a if condition else b",
    "ifn": "a if condition else b",
    "datepart": "date_part",
    "timepart": "time_part",
    "intck": "days",
    "avg": "mean",
}
