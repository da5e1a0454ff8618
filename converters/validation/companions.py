"""Analysis variables that go together: number and text, flag and its number, unit and parameter."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from converters import columns
from converters.findings import Finding, Severity
from converters.validation.pairs import check_one_to_one
from converters.validation.table import Case, Rule, Table, quoted

_ALONE = Rule("companion-without-primary", Severity.ERROR)
_NUMBER = Rule("flag-number-not-0-1", Severity.ERROR, ("ADaM-6",))
_DIFFER = Rule("flag-and-number-differ", Severity.ERROR, ("ADaM-10", "ADaM-11", "ADaM-12"))
_UNITS = Rule("several-units-of-parameter", Severity.ERROR)


class _Pair(NamedTuple):
    """Two variables that are one to one within equal values of others, and the published rules.

    ``one`` is the rule on one value of the second a value of the first, ``other`` the reverse.
    """

    first: str
    second: str
    within: tuple[str, ...] = ()
    one: str = ""
    other: str = ""


_PARAMETER = ("PARAMCD",)
_PAIRS = (
    _Pair("PARAMCD", "PARAM", (), "ADaM-738", "ADaM-739"),
    _Pair("PARAM", "PARAMN", (), "ADaM-741", "ADaM-740"),
    _Pair("AVISIT", "AVISITN", _PARAMETER, "ADaM-727", "ADaM-728"),
    _Pair("ATPT", "ATPTN", _PARAMETER, "ADaM-118", "ADaM-117"),
    _Pair("AVAL", "AVALC", _PARAMETER, "ADaM-742", "ADaM-743"),
    _Pair("BASE", "BASEC", ("USUBJID", *_PARAMETER), "ADaM-733", "ADaM-732"),
    _Pair("ANRLO", "ANRLOC", _PARAMETER, "ADaM-343", "ADaM-342"),
    _Pair("ANRHI", "ANRHIC", _PARAMETER, "ADaM-345", "ADaM-344"),
    _Pair("APERIOD", "APERIODC", (), "ADaM-725", "ADaM-726"),
    _Pair("ASPER", "ASPERC", ("APERIOD",), "ADaM-326", "ADaM-325"),
    _Pair("APHASE", "APHASEN", (), "ADaM-323", "ADaM-324"),
    _Pair("TRTP", "TRTPN", (), "ADaM-721", "ADaM-722"),
    _Pair("TRTA", "TRTAN", (), "ADaM-723", "ADaM-724"),
    _Pair("TRTSEQP", "TRTSEQPN", (), "ADaM-753", "ADaM-752"),
    _Pair("TRTSEQA", "TRTSEQAN", (), "ADaM-755", "ADaM-754"),
    _Pair("AESEV", "AESEVN", (), "ADaM-770", "ADaM-769"),
    _Pair("ASEV", "ASEVN", (), "ADaM-772", "ADaM-771"),
    _Pair("AEREL", "AERELN", (), "ADaM-776", "ADaM-775"),
    _Pair("AREL", "ARELN", (), "ADaM-778", "ADaM-777"),
    _Pair("DTHCAUS", "DTHCAUSN", (), "ADaM-360", "ADaM-359"),
)
_KNOWN: Mapping[str, _Pair] = {pair.second: pair for pair in _PAIRS}

#: How the number of a category is named where the text's name leaves no place for an N.
_SHORTENED = (
    (re.compile(r"(AVAL|BASE|PCHG|BCHG)CA(\d+)N"), r"\1CAT\2"),
    (re.compile(r"PBCHGC(\d+)N"), r"PBCHGCA\1"),
    (re.compile(r"(MCRIT\d+)MN"), r"\1ML"),
)
#: Categories of results and of changes: one to one within a parameter.
_OF_PARAMETER = re.compile(
    r"(AVAL|BASE|P?CHG|P?BCHG)CAT?\d+|SHIFT\d+|MCRIT\d+ML|[AB]TOXGR[LH]?|[AB]NRIND"
)
#: Published rules on a number that stands without its text.
_PRESENCE = {
    "TRTPN": "556",
    "TRTAN": "555",
    "AVISITN": "548",
    "ATPTN": "542",
    "APHASEN": "540",
    "AESEVN": "529",
    "ASEVN": "530",
    "AERELN": "532",
    "ARELN": "533",
    "AETOXGRN": "535",
    "ATOXGRN": "536",
    "BTOXGRN": "522",
    "TRTSEQPN": "527",
    "TRTSEQAN": "528",
    "APERIODC": "539",
    "ASPERC": "541",
    "DTHCAUSN": "551",
}
_FLAG_NUMBERS = {"Y": 1.0, "N": 0.0, None: None}
_UNIT = re.compile(r"\(([^()]*)\)+\s*$")


def check_companions(table: Table) -> Iterator[Finding]:
    """Variables that are not one to one though they must be, or lack the one they belong to."""
    for pair in _PAIRS:
        if {pair.first, pair.second} <= set(table.names):
            yield from _one_to_one(table, pair)
    for name in table.names:
        yield from _companion(table, name)
    yield from _units(table)


def _one_to_one(table: Table, pair: _Pair) -> Iterator[Finding]:
    within = [name for name in pair.within if name in table]
    for code, decode, published in (
        (pair.first, pair.second, pair.one),
        (pair.second, pair.first, pair.other),
    ):
        rule = Rule("not-one-to-one", Severity.ERROR, (published,) if published else ())
        yield from check_one_to_one(table, code, decode, rule, within)


def _companion(table: Table, name: str) -> Iterator[Finding]:
    """A number without its text; a flag's number; the pairs that no list names."""
    primary = _primary(table, name)
    if not primary:
        return
    if primary not in table:
        published = {"FN": "7"}.get(name[-2:]) or _PRESENCE.get(name, "")
        message = f"{name}: it goes with {primary}, which is absent"
        rule = _ALONE._replace(published=(f"ADaM-{published}",) if published else ())
        yield table.finding(rule, Case(None, 1, -1, message), name)
    elif name.endswith("FN"):
        yield from _flag_numbers(table, primary, name)
    elif name not in _KNOWN:
        within = _PARAMETER if _OF_PARAMETER.fullmatch(primary) else ()
        yield from _one_to_one(table, _Pair(primary, name, within))


def _primary(table: Table, name: str) -> str:
    """The variable that this one is the number of (or, of periods, the text); else nothing."""
    if name in ("APERIODC", "ASPERC"):
        return name[:-1]
    if not columns.is_number(table.frame[name]):
        return ""
    if name.endswith("FN"):
        return f"{name[:-1]}L"
    for pattern, text in _SHORTENED:
        if found := pattern.fullmatch(name):
            return found.expand(text)
    is_text = name[:-1] in table and not columns.is_number(table.frame[name[:-1]])
    return name[:-1] if name.endswith("N") and (is_text or name in _PRESENCE) else ""


def _flag_numbers(table: Table, flag: str, name: str) -> Iterator[Finding]:
    """The number of a flag is 1 for Y, 0 for N, and missing where the flag is."""
    values = table.column(name).values
    wrong = [place for place, value in enumerate(values) if value not in (0.0, 1.0)]
    for place in wrong:
        found = table.column(name)
        message = f"{name}: {quoted(values[place])} is not 1, 0 or missing"
        case = Case(
            quoted(values[place]), int(found.counts[place]), int(found.first[place]), message
        )
        yield table.finding(_NUMBER, case, name)
    groups = table.groups([flag, name])
    for row, count in zip(groups.first.tolist(), groups.counts.tolist(), strict=True):
        text, number = table.value(flag, row), table.value(name, row)
        expected = _FLAG_NUMBERS.get(text, number)
        if number != expected and number in (0.0, 1.0, None):
            message = f"{name}: {quoted(number)} stands with {flag} {quoted(text)}"
            value = None if number is None else quoted(number)
            yield table.finding(_DIFFER, Case(value, count, row, message), name)


def _units(table: Table) -> Iterator[Finding]:
    """The results of a parameter are in one unit, as AVALU or the end of PARAM says."""
    if "PARAMCD" not in table:
        return
    if "AVALU" in table:
        yield from check_one_to_one(table, "PARAMCD", "AVALU", _UNITS)
    if "PARAM" not in table:
        return
    groups = table.groups(["PARAMCD", "PARAM"])
    units: dict[Any, dict[str, int]] = {}
    for row in groups.first.tolist():
        found = _UNIT.search(table.value("PARAM", row) or "")
        if found:
            units.setdefault(table.value("PARAMCD", row), {}).setdefault(found[1], row)
    for code, places in units.items():
        if code is not None and len(places) > 1:
            listed = " and ".join(quoted(unit) for unit in places)
            message = f"PARAM: {quoted(code)} is in several units: {listed}"
            column = table.column("PARAMCD")
            count = int(column.counts[column.values.index(code)])
            case = Case(None, count, list(places.values())[1], message)
            yield table.finding(_UNITS, case, "PARAM")
