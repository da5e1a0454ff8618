"""What ``date`` and ``datetime`` share: partial dates are completed within bounds, and flagged."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from converters import columns, iso8601
from converters.iso8601 import Imputed
from converters.mapping.expressions import parse
from converters.rules.rule import Problems, Reads
from converters.rules.step import NAME, NAMES

Numbers = npt.NDArray[np.float64]

#: The parts of a date and time by their number in ``Imputed``, and the flag of each.
PARTS = ("year", "month", "day", "hour", "minute", "second")
FLAGS = ("Y", "M", "D", "H", "M", "S")
_BOUNDS = ("not_before", "not_after")
#: What is imputed, with the bound that gives a date where nothing is known of it.
_BOUND = {"first": "not_before", "last": "not_after"}


def imputes(args: Any) -> bool:
    """Whether partial dates are completed at all."""
    return isinstance(args, Mapping) and args["highest_imputation"] != "none"


def source(args: Any) -> str:
    """The expression that gives the dates."""
    return str(args["from"] if isinstance(args, Mapping) else args)


def lowest(args: Mapping[str, Any]) -> int:
    """The number of the first part that may be unknown."""
    return PARTS.index(args["highest_imputation"]) + 1


def completed(args: Mapping[str, Any], column: pd.Series, *, times: bool) -> Imputed:
    """The dates of a text column, row by row, with what is not known imputed."""
    codes, values = columns.parts(column)
    to, time = args.get("to", "first"), args.get("time", "first")
    found = iso8601.impute([*values, ""], to, time, preserve=args.get("preserve", False))
    found.day[:-1][~iso8601.is_valid(values)] = np.nan  # wrong, and not unknown
    return (found if times else found.whole_days()).at(codes)


def within(
    args: Mapping[str, Any], found: Imputed, read: Callable[[str, bool], Numbers]
) -> Numbers:
    """SAS datetimes within the bounds; NaN where more is unknown than may be imputed.

    ``read`` gives the SAS datetimes of an expression, and is told whether they are upper bounds.
    """
    moment = found.moment
    wrong = np.isnan(found.day)
    for key, _, text in bound_texts(args):
        before = key == "not_before"
        moment = found.bounded(moment, read(text, not before), before=before)
    unknown = np.where(found.date > PARTS.index("day") + 1, found.time, found.date)
    moment[wrong | (unknown < lowest(args)) | np.isinf(moment)] = np.nan
    return moment


def bound_texts(args: Mapping[str, Any]) -> Iterator[tuple[str, int, str]]:
    """The bounds of a spec: the key, the place in its list, the expression."""
    for key in _BOUNDS:
        yield from ((key, number, text) for number, text in enumerate(args.get(key, ())))


def flag(numbers: npt.NDArray[Any], made: npt.NDArray[np.bool_], end: int) -> pd.Series:
    """A flag: the first part that was unknown, of those up to number ``end``."""
    told = made & (numbers <= end)
    return columns.from_codes(np.where(told, numbers - 1, -1), FLAGS)


def reads(args: Any, _: str) -> Reads:
    """The dates, and the bounds."""
    if isinstance(args, str):
        return Reads(expressions=(((), args),))
    bounds = (((key, number), text) for key, number, text in bound_texts(args))
    return Reads(expressions=((("from",), args["from"]), *bounds))


def check(args: Any) -> Problems:
    """What only goes together."""
    if not isinstance(args, Mapping):
        return
    if not imputes(args):
        for key in ("to", "time", *_BOUNDS, "preserve", "flag", "ignore_seconds_flag"):
            if key in args:
                yield (key,), f"nothing is imputed: '{key}' needs another 'highest_imputation'"
    elif args["highest_imputation"] == "year":
        to = args.get("to", "first")
        needed = _BOUND.get(to)
        if needed is None:
            yield ("to",), "where the year may be missing, 'to' is first or last"
        elif needed not in args:
            text = f"a date without a year, imputed to the {to}, needs '{needed}'"
            yield ("highest_imputation",), text


def words(args: Mapping[str, Any], kind: str, parts: Sequence[str]) -> str:
    """How the date or datetime is made; ``parts`` are those that it has, from the greatest."""
    missing = [part for part in parts if PARTS.index(part) + 1 >= lowest(args)]
    hows = []
    if "day" in missing:
        hows.append(_which(args.get("to", "first"), "day"))
    if parts[-1] == "second":
        hows.append(_which(args.get("time", "first"), "time"))
    text = " and ".join(hows)
    for key, word in zip(_BOUNDS, ("before", "after"), strict=True):
        if key in args:
            bounds = " or ".join(parse(item).words() for item in args[key])
            text += f", not {word} {bounds} where that is possible"
    if args.get("preserve"):
        text += ", keeping the parts that are known"
    if "year" not in missing:
        text += "; otherwise missing if incomplete"
    listed = ", ".join(reversed(missing[1:])) + " or " if len(missing) > 1 else ""
    what = "Date part" if kind == "date" else "Date and time"
    value = f"{what} of {parse(args['from']).words()} as a SAS {kind}"
    return f"{value}; if its {listed}{missing[0]} is missing, {text}."


def _which(to: str, what: str) -> str:
    how = {"first": "earliest", "last": "latest", "mid": "middle"}.get(to)
    return f"the {how} {what} that is possible" if how else f"{what} {to}"


def flag_words(args: Mapping[str, Any], parts: Sequence[str]) -> str:
    """How a flag of these parts is made."""
    told = [part for part in parts if PARTS.index(part) + 1 >= lowest(args)]
    listed = [f'"{FLAGS[PARTS.index(part)]}" if the {part}' for part in told]
    return f"Imputation flag: {', '.join(listed)} was imputed." if listed else ""


HIGHEST = "The greatest part that may be missing; none: incomplete dates are missing."
#: The arguments of both.
PROPERTIES: Mapping[str, Any] = {
    "from": {**NAME, "description": "The date: an expression."},
    "to": {
        "type": "string",
        "pattern": "^(first|last|mid|(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01]))$",
        "$comment": "is not first, last, mid or a month and day such as 06-15",
        "description": "The day that is taken: first, last, mid or MM-DD; first if not given.",
    },
    "not_before": {**NAMES, "description": "Dates that an imputed date is not before."},
    "not_after": {**NAMES, "description": "Dates that an imputed date is not after."},
    "preserve": {
        "type": "boolean",
        "description": "Whether a day that is known without its month is kept; false.",
    },
}
