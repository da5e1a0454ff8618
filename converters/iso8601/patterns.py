"""From a form of dates to the regular expressions that read it, with words for unknown parts."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from converters.iso8601.formats import DATE_PARTS, DateFormat, Step

#: Words for a part that is not known; runs of hyphens, question marks and X are read so too.
UNKNOWN = ("UNKNOWN", "UNKN", "UNK", "UN", "UK", "NK", "NA", "ND")

#: The parts of a date and time in the order in which a pattern gives them.
PARTS = ("year", "month", "day", "hour", "minute", "second", "fraction", "half", "zone")
Texts = tuple[str | None, ...]

_HALF = r"(?P<half>[AP]\.?M\.?)"
# Without a colon only after minutes, and never hours alone: 14-05 may be a time with a hyphen.
_ZONE = (
    r"(?:\s*(?P<zone>Z|UTC|GMT"
    r"|[+-](?:0[0-9]|1[0-4])(?::[0-5][0-9]|(?(minute)[0-5][0-9]|(?!)))))?"
)


class Patterns(NamedTuple):
    """The patterns of a form: for values as it says, and for values cut short (``MAR-2014``).

    Each takes a text and gives the texts of its ``PARTS``, or None when the text does not fit.
    """

    whole: Callable[[str], Texts | None]
    cut: tuple[Callable[[str], Texts | None], ...]


@lru_cache(maxsize=256)
def patterns(form: DateFormat, unknown: tuple[str, ...]) -> Patterns:
    """The patterns of a form; ``unknown`` are words for unknown parts beside the usual ones.

    A word for unknown may stand in place of every part, and in forms with blanks so may nothing at
    all where signs enclose a part. The time may be cut short after any part, or be absent behind a
    date; a date may be cut short to month and year or to the year, which then has four digits:
    ``JAN-31`` is more likely a day than a year.
    """
    words = _words(unknown)
    whole = _pattern(form.steps, words, form.blanks)
    if not form.has_date:
        return Patterns(whole, ())
    date = tuple(
        step._replace(text="yyyy") if step.part == "year" else step
        for step in form.steps
        if step.part in DATE_PARTS
    )
    year = (Step("", "year", "yyyy"),)
    year_month = (*year, Step("-", "month", "mm"))
    shorter = [_without(date, "day"), year_month, year] if len(date) > 1 else [year]
    if not form.blanks and not any(step.signs for step in date):
        shorter = [year]  # six digits may be any date unless a format is declared
    distinct = [steps for steps in dict.fromkeys(shorter) if steps != form.steps]
    return Patterns(whole, tuple(_pattern(steps, words, form.blanks) for steps in distinct))


def unknown_expression(extra: tuple[str, ...]) -> str:
    """An expression for a text that says unknown."""
    return rf"(?:{_words(extra)}|{_runs('{1,4}')})"


def _words(extra: tuple[str, ...]) -> str:
    """An expression for a word that says unknown, longest first so that ``UNK`` is not ``UN``."""
    words = sorted({*UNKNOWN, *extra}, key=lambda word: (-len(word), word))
    return "|".join(map(re.escape, words))


def _runs(count: str) -> str:
    return rf"-{count}|\?{count}|X{count}"


def _without(steps: tuple[Step, ...], part: str) -> tuple[Step, ...]:
    kept = [step for step in steps if step.part != part]
    return (kept[0]._replace(signs=""), *kept[1:])


def _pattern(steps: tuple[Step, ...], words: str, blanks: bool) -> Callable[[str], Texts | None]:
    expression = re.compile(_expression(steps, words, blanks), re.IGNORECASE | re.ASCII)
    fullmatch = expression.fullmatch
    # A part that the form lacks is read from one place behind the last group.
    places = [expression.groupindex.get(part, expression.groups + 1) - 1 for part in PARTS]
    pick = itemgetter(*places)

    def read(text: str) -> Texts | None:
        found = fullmatch(text)
        return None if found is None else pick((*found.groups(), None))

    return read


def _expression(steps: tuple[Step, ...], words: str, blanks: bool) -> str:
    """An expression for the steps; a time behind a date may be absent, as may trailing parts."""
    text = ""
    bodies = [(step, step.signs + _part(steps, at, words, blanks)) for at, step in enumerate(steps)]
    for kind, run in groupby(bodies, key=lambda body: _is_time(body[0])):
        if not kind:
            text += "".join(body for _, body in run)
        elif text:
            text += f"(?:{_time(list(run))})?"
        else:
            text = _time(list(run))
    return text


def _is_time(step: Step) -> bool:
    return step.part not in (*DATE_PARTS, "")


def _time(bodies: list[tuple[Step, str]]) -> str:
    """An expression for a time that may be cut short after any part."""
    half = ""
    clock = []
    for step, body in bodies:
        if step.part == "half":
            half = rf"(?:\s*{_HALF})" + ("?" if step.text.endswith("?") else "")
        else:
            clock.append(body)
    return "(?:".join(clock) + ")?" * (len(clock) - 1) + half + _ZONE * (len(clock) > 1)


def _part(steps: tuple[Step, ...], at: int, words: str, blanks: bool) -> str:
    """An expression for one part: known, said to be unknown, or nothing between two signs."""
    step = steps[at]
    if step.part in ("", "half"):
        return ""
    before = steps[at - 1] if at else None
    after = steps[at + 1] if at + 1 < len(steps) else None
    tight_before = before is not None and _is_tight(step)
    tight_after = after is not None and _is_tight(after)
    glued = (tight_before and before is not None and not before.is_name) or (
        tight_after and after is not None and not after.is_name and after.part != "half"
    )
    nothing = "|" if blanks and len(steps) > 1 and not (tight_before or tight_after) else ""
    # Where no sign must stand between parts, a hyphen may be a sign: 05-2014 has no unknown month.
    width = 3 if step.is_name else max(2, len(step.text))
    runs = _runs(f"{{{width}}}" if glued or tight_before else "{1,4}")
    piece = f"(?P<{step.part}>{_known(step, glued)}|{words}|{runs}{nothing})"
    return piece + r"(?:[.,](?P<fraction>[0-9]+))?" if step.part == "second" else piece


def _is_tight(step: Step) -> bool:
    """Whether the part may follow the one before without a sign."""
    return re.fullmatch(step.signs, "") is not None


def _known(step: Step, glued: bool) -> str:
    """An expression for a known part; a padded one may lack its padding unless glued to digits."""
    if step.part == "year":
        return {"yyyy": "[0-9]{4}", "yy": "[0-9]{2}", "y": "[0-9]{4}|[0-9]{2}"}[step.text]
    if step.is_name:
        return r"[A-Z]{3,9}\.?"
    padded = len(step.text) > 1 and (glued or step.part in ("minute", "second"))
    return "[0-9]{2}" if padded else "[0-9]{1,2}"
