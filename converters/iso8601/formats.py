"""The forms in which dates and times are written in raw data, compiled from format strings.

A format is written as programmers write it: ``dd-mon-yyyy hh:mm``, ``m/d/y``, ``yyyymmdd``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from converters.errors import nearest

#: What a format can be made of, and the part of a date or time that each stands for.
TOKENS = {
    "yyyy": "year",
    "yy": "year",
    "y": "year",
    "month": "month",
    "mmmm": "month",
    "mmm": "month",
    "mon": "month",
    "mm": "month",
    "m": "month",
    "dd": "day",
    "d": "day",
    "hh24": "hour",
    "hh": "hour",
    "h": "hour",
    "mi": "minute",
    "ss": "second",
    "s": "second",
    "am/pm": "half",
    "am": "half",
    "pm": "half",
}
DATE_PARTS = ("year", "month", "day")
_NEEDS = {"day": "month", "month": "year", "minute": "hour", "second": "minute", "half": "hour"}
_ADVICE = (
    "a format is made of yyyy yy y mon mm m dd d hh h mi ss am and the signs - / . , : space T"
)
_TOKEN = re.compile("|".join(sorted(TOKENS, key=len, reverse=True)), re.IGNORECASE)
_LETTERS = re.compile(r"[^\W\d_]+")


class Step(NamedTuple):
    """A part of a form and an expression for the signs before it.

    ``text`` is the part as the format writes it; both are empty for signs at the end.
    """

    signs: str
    part: str
    text: str

    @property
    def is_name(self) -> bool:
        """Whether the part is a month's name."""
        return self.text in ("mon", "month", "mmm", "mmmm")


@dataclass(frozen=True)
class DateFormat:
    """A form of dates, times or both; ``text`` is what a message calls it.

    ``blanks`` says that nothing at all between two signs (``3//2015``) is an unknown part, as it is
    only where the form was declared.
    """

    text: str
    steps: tuple[Step, ...]
    blanks: bool = True

    @property
    def has_date(self) -> bool:
        """Whether the form has a year."""
        return any(step.part == "year" for step in self.steps)

    @property
    def has_time(self) -> bool:
        """Whether the form has an hour."""
        return any(step.part == "hour" for step in self.steps)


def compile_format(text: str) -> DateFormat:
    """The form that a format string describes; upper and lower case mean the same.

    ``yyyy yy mm dd hh mi ss`` are padded parts (read without padding too, where a sign stands
    between them), ``y m d h`` unpadded ones (``y`` has two or four digits), ``mon`` an English
    month name, short or long, ``am`` AM or PM. ``mm`` after hours is minutes. The signs
    ``- / . , : T``, spaces and digits stand for themselves.

    Raises:
        ValueError: the text is no format; the message says why and names the nearest word.
    """
    steps = tuple(_steps(text.strip()))
    problem = _problem(steps)
    if problem:
        raise ValueError(f"date format '{text}': {problem}")
    return DateFormat(text.strip(), steps)


def _steps(text: str) -> Iterator[Step]:
    at = 0
    signs = ""
    before = ""
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found:
            token = found.group().lower()
            part = "minute" if token in ("mm", "m") and before == "hour" else TOKENS[token]
            yield Step(signs, part, token.removesuffix("24"))
            signs, before, at = "", part, found.end()
        elif text[at] in "-/.,:tT0123456789" or text[at].isspace():
            signs += _sign(text[at])
            at += 1
        else:
            raise ValueError(f"date format '{text}': {_unknown_word(text, at)}; {_ADVICE}")
    if signs:
        yield Step(signs, "", "")


def _sign(sign: str) -> str:
    if sign.isspace():
        return r"\s+"
    if sign == ",":
        return r"\s*(?:,|(?=\s))\s*"
    return re.escape(sign) if sign in ":tT" or sign.isdigit() else rf"\s*{re.escape(sign)}\s*"


def _unknown_word(text: str, at: int) -> str:
    for found in _LETTERS.finditer(text):
        if found.start() <= at < found.end():
            return f"'{found.group()}' is not known{nearest(found.group(), TOKENS)}"
    return f"'{text[at]}' is not known"


def _problem(steps: tuple[Step, ...]) -> str:
    """What is wrong with a format, or an empty text."""
    parts = [step.part for step in steps if step.part]
    if not parts:
        return f"it has no part of a date or time; {_ADVICE}"
    for part in parts:
        if parts.count(part) > 1:
            hint = " (minutes are 'mi', or 'mm' right after the hours)" if part == "month" else ""
            return f"the {part} stands twice{hint}"
        needed = _NEEDS.get(part)
        if needed and needed not in parts:
            return f"'{part}' needs a part for the {needed}; {_ADVICE}".replace(
                "'half'", "AM or PM"
            )
    dates = [part in DATE_PARTS for part in parts]
    if sum(one != two for one, two in pairwise(dates)) > 1:
        return "the parts of the date and of the time are mixed"
    for one, two in pairwise(steps):
        if len(one.text) == len(two.text) == 1 and not two.signs:
            return f"'{one.text}{two.text}' can be read in several ways; put a sign between them"
    return ""


def _form(name: str, *pieces: str) -> DateFormat:
    """A form of our own: tokens with the expression for the signs before them in between."""
    signs = ""
    steps = []
    for piece in pieces:
        part = "minute" if piece == "mi" else TOKENS.get(piece.rstrip("?"))
        if part is None:
            signs = piece
        else:
            steps.append(Step(signs, part, piece))
            signs = ""
    # A blank would make a day of the month in the ISO 8601 text --03.
    return DateFormat(name, tuple(steps), blanks=False)


_ANY = r"\s*[-/.,]?\s*"
_TIME = (r"(?:T|\s+|:)", "hh", ":", "mi", ":", "ss", r"\s*", "am?")
#: The forms that are read when a spec names none: those that cannot be taken for another date.
DEFAULT_DATES = (
    _form("yyyy-mm-dd", "yyyy", "[-/.]", "mm", "[-/.]", "dd", *_TIME),
    _form("dd-mon-yyyy", "dd", _ANY, "mon", _ANY, "yyyy", *_TIME),
    _form("yyyymmdd", "yyyy", "mm", "dd", r"(?:T|\s+|:)", "hh", ":?", "mi", ":?", "ss"),
    _form("mon dd, yyyy", "mon", r"\s*", "dd", r"[\s,]+", "yyyy", *_TIME),
    _form("yyyy-mon-dd", "yyyy", _ANY, "mon", _ANY, "dd", *_TIME),
    _form("dd-mon-yy", "dd", _ANY, "mon", _ANY, "yy", *_TIME),
)
DEFAULT_TIMES = (
    _form("hh:mm:ss", "T?", "hh", ":", "mi", ":", "ss", r"\s*", "am?"),
    _form("hhmm", "T?", "hh", "mi", "ss"),
)
