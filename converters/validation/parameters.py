"""Records of parameters (BDS): baselines, changes, criteria, censoring (ADaMIG 1.3, 3.3)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from converters import columns
from converters.findings import Finding, Severity
from converters.validation.structure import duplicates
from converters.validation.table import (
    Case,
    Fault,
    Mask,
    Rows,
    Rule,
    Table,
    described,
    number,
    quoted,
)

_SEVERAL = Rule("several-baselines", Severity.ERROR, ("ADaM-154", "ADaM-155"))
_NO_BASELINE = Rule("base-without-baseline", Severity.ERROR)
_OTHER_BASE = Rule("base-not-of-baseline", Severity.ERROR)
_NO_TYPE = Rule("baseline-type-missing", Severity.ERROR, ("ADaM-735",))
_DERIVED = Rule("derived-baseline", Severity.WARNING)
_NOT_CHANGE = Rule("change-not-as-defined", Severity.ERROR)
_NO_BASE = Rule("change-without-base", Severity.ERROR)
_CODE = Rule("invalid-parameter-code", Severity.ERROR, ("ADaM-143", "ADaM-144", "ADaM-145"))
_CRITERION = Rule("criterion-incomplete", Severity.ERROR)
_CENSOR = Rule("censoring-missing", Severity.ERROR, ("ADaM-373",))
_CENSOR_VALUE = Rule("invalid-censoring", Severity.ERROR, ("ADaM-169",))

#: What a baseline is one of: the results of a subject (or device), parameter and type of baseline.
_KEYS = ("STUDYID", "USUBJID", "SPDEVID", "PARAMCD", "BASETYPE")
#: Baseline variables, what they are copies of, and the published rules.
_COPIES = (
    (re.compile("BASE"), "AVAL", ("ADaM-152", "ADaM-181")),
    (re.compile("BASEC"), "AVALC", ()),
    (re.compile("BNRIND"), "ANRIND", ("ADaM-183", "ADaM-745")),
    (re.compile("BTOXGR([LH]?)"), r"ATOXGR\1", ("ADaM-182", "ADaM-744")),
    (re.compile(r"B(\d+)IND"), r"A\1IND", ("ADaM-353", "ADaM-354")),
)
#: Published rules on a baseline value without a baseline record.
_UNFLAGGED = {"BASE": ("ADaM-127",), "BASEC": ("ADaM-128",)}
#: Derived records that may well be a baseline: summaries of several results.
_SUMMARIES = ("AVERAGE", "MAXIMUM", "MINIMUM")

Numbers = npt.NDArray[np.float64]


class _Change(NamedTuple):
    """A change: what it is made of, how, in words, and the published rule.

    ``exact`` changes may differ by the noise of floating point, others by rounding to three digits.
    """

    of: str
    made: Callable[[Numbers, Numbers], Numbers]
    words: str
    published: str
    exact: bool = False


_CHANGES = {
    "CHG": _Change("BASE", lambda a, b: a - b, "AVAL - BASE", "ADaM-223", exact=True),
    "PCHG": _Change(
        "BASE", lambda a, b: (a - b) / b * 100, "(AVAL - BASE) / BASE * 100", "ADaM-225"
    ),
    "R2BASE": _Change("BASE", lambda a, b: a / b, "AVAL / BASE", "ADaM-132"),
    "BCHG": _Change("BASE", lambda a, b: b - a, "BASE - AVAL", "ADaM-582", exact=True),
    "PBCHG": _Change(
        "BASE", lambda a, b: (b - a) / a * 100, "(BASE - AVAL) / AVAL * 100", "ADaM-586"
    ),
}
_RATIO = re.compile(r"R2(A\d+(LO|HI))")
_RATIO_RULES = {"LO": "ADaM-133", "HI": "ADaM-134"}
_ROUNDING, _NOISE = 1e-3, 1e-9

_CODE_FORM = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,7}")
_CRITERIA = (
    (re.compile(r"CRIT\d+"), "FL", "ADaM-336", "ADaM-335", "ADaM-137"),
    (re.compile(r"MCRIT\d+"), "ML", "ADaM-338", "ADaM-337", "ADaM-339"),
)


def check_parameters(table: Table) -> Iterator[Finding]:
    """What is wrong with the records of a dataset with PARAMCD."""
    if "PARAMCD" not in table:
        return
    yield from _codes(table)
    yield from _criteria(table)
    if table.rows:
        yield from _baselines(table)
        yield from _changes(table)
        yield from _censoring(table)


def _codes(table: Table) -> Iterator[Finding]:
    values = table.column("PARAMCD").texts()
    wrong = [place for place, value in enumerate(values) if not _CODE_FORM.fullmatch(value)]
    words = "is no parameter code: a letter, then up to 7 letters, digits and underscores"
    yield from table.value_findings(
        "PARAMCD", wrong, lambda v: Fault(_CODE, f"{quoted(v)} {words}")
    )


def _baselines(table: Table) -> Iterator[Finding]:
    """One record is the baseline, and the baseline variables are copies of its values."""
    if "ABLFL" not in table:
        return
    flagged = table.where("ABLFL", lambda value: value == "Y")
    keys = [key for key in _KEYS if key in table]
    yield from duplicates(table, keys, _SEVERAL, flagged)
    yield from _types(table)
    if "DTYPE" in table:
        yield from _derived(table, flagged)
    groups = table.groups(keys)
    counts = np.bincount(groups.ids[flagged], minlength=len(groups.first))
    baseline = np.full(len(groups.first), -1, dtype=np.int64)
    baseline[groups.ids[flagged]] = np.flatnonzero(flagged)
    for name in table.names:
        for pattern, copied, published in _COPIES:
            found = pattern.fullmatch(name)
            source = found.expand(copied) if found else ""
            if source in table:
                has_one = (counts == 1)[groups.ids]
                rule = _OTHER_BASE._replace(published=published)
                rows = baseline[groups.ids]
                wrong = has_one & ~_same(table, name, source, rows) & ~table.missing(name)
                yield from _other_base(table, name, source, rows, wrong, keys, rule)
        if name in _UNFLAGGED:
            wrong = (counts == 0)[groups.ids] & ~table.missing(name)
            yield from _unflagged(table, name, np.flatnonzero(wrong), keys)


def _same(table: Table, name: str, source: str, rows: Rows) -> Mask:
    """Where a variable has the value that another has in ``rows`` (-1 is none)."""
    mine, theirs = table.frame[name], table.frame[source]
    if columns.is_number(mine) != columns.is_number(theirs):
        return np.zeros(table.rows, dtype=bool)
    if columns.is_number(mine):
        taken = np.append(columns.floats(theirs), np.nan)[rows]
        return _near(columns.floats(mine), taken, np.abs(taken) * _NOISE)
    places = {value: place for place, value in enumerate(table.column(name).values)}
    codes = np.array([*(places.get(v, -2) for v in table.column(source).values), -1])
    return np.asarray(table.codes(name) == np.append(codes[table.codes(source)], -1)[rows])


def _near(one: Numbers, other: Numbers, limit: Numbers | float) -> Mask:
    with np.errstate(invalid="ignore"):
        return np.asarray((np.abs(one - other) <= limit) | (np.isnan(one) & np.isnan(other)))


def _other_base(
    table: Table, name: str, source: str, rows: Rows, wrong: Mask, keys: list[str], rule: Rule
) -> list[Finding]:
    def told(row: int) -> tuple[Any, str]:
        value, baseline = table.value(name, row), table.value(source, int(rows[row]))
        where = described(table.record(keys, row))
        words = f"but {source} of the baseline record is {quoted(baseline)}: {where}"
        return value, f"{name}: {quoted(value)}, {words}"

    chosen = np.flatnonzero(wrong)
    return table.group_findings(rule, name, table.groups(keys, chosen), told)


def _unflagged(table: Table, name: str, rows: Rows, keys: list[str]) -> list[Finding]:
    rule = _NO_BASELINE._replace(published=_UNFLAGGED[name])

    def told(row: int) -> tuple[Any, str]:
        where = described(table.record(keys, row))
        value = table.value(name, row)
        return value, f"{name}: {quoted(value)}, but no record has ABLFL 'Y': {where}"

    return table.group_findings(rule, name, table.groups(keys, rows), told)


def _types(table: Table) -> Iterator[Finding]:
    """A parameter for which BASETYPE is used has it wherever there is a baseline value."""
    if "BASETYPE" not in table:
        return
    absent = table.missing("BASETYPE")
    codes = table.codes("PARAMCD")
    used = np.zeros(len(table.column("PARAMCD").values) + 1, dtype=bool)
    used[codes[~absent]] = True
    has_base = np.zeros(table.rows, dtype=bool)
    for name in ("BASE", "BASEC"):
        if name in table:
            has_base |= ~table.missing(name)
    rows = np.flatnonzero(used[codes] & absent & has_base)

    def told(row: int) -> tuple[Any, str]:
        code = table.value("PARAMCD", row)
        return None, f"BASETYPE: no value, though other records of PARAMCD {quoted(code)} have one"

    yield from table.group_findings(_NO_TYPE, "BASETYPE", table.groups(["PARAMCD"], rows), told)


def _derived(table: Table, flagged: Mask) -> Iterator[Finding]:
    """A baseline that was imputed deserves a second look; a summary of results is usual."""
    imputed = table.where("DTYPE", lambda value: value not in _SUMMARIES)
    rows = np.flatnonzero(flagged & imputed)

    def told(row: int) -> tuple[Any, str]:
        value = table.value("DTYPE", row)
        return value, f"DTYPE: a record derived by {quoted(value)} is flagged as baseline"

    yield from table.group_findings(_DERIVED, "DTYPE", table.groups(["DTYPE"], rows), told)


def _changes(table: Table) -> Iterator[Finding]:
    """Changes from baseline, and ratios to baseline and range limits, are what they are called."""
    for name in table.names:
        change = _CHANGES.get(name)
        if found := _RATIO.fullmatch(name):
            limit = found[1]
            rule = _RATIO_RULES[found[2]]
            change = _Change(limit, lambda a, b: a / b, f"AVAL / {limit}", rule)
        if change is None or not columns.is_number(table.frame[name]):
            continue
        if change.of not in table or "AVAL" not in table:
            message = f"{name}: it is made of AVAL and {change.of}, and one of these is absent"
            yield table.finding(_NO_BASE, Case(None, 1, -1, message), name)
            continue
        yield from _change(table, name, change)


def _change(table: Table, name: str, change: _Change) -> Iterator[Finding]:
    value, result, base = (
        columns.floats(table.frame[column]) for column in (name, "AVAL", change.of)
    )
    incomplete = np.flatnonzero(~np.isnan(value) & (np.isnan(result) | np.isnan(base)))
    by_parameter = table.groups(["PARAMCD"], incomplete)

    def lacking(row: int) -> tuple[Any, str]:
        where = described(table.record(("PARAMCD", "AVAL", change.of), row))
        value = table.value(name, row)
        return value, f"{name}: {quoted(value)}, but it is made of AVAL and {change.of}: {where}"

    yield from table.group_findings(_NO_BASE, name, by_parameter, lacking)
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = change.made(result, base)
        expected[~np.isfinite(expected)] = np.nan
    limit = np.maximum(np.abs(result), np.abs(base)) * _NOISE if change.exact else _ROUNDING
    known = ~np.isnan(expected) & ~np.isnan(value)
    fits = _near(value, expected, limit)
    if name == "PCHG":  # of a negative baseline many take the size
        fits |= _near(value, expected * np.sign(base), limit)
    wrong = np.flatnonzero(known & ~fits)
    rule = _NOT_CHANGE._replace(published=(change.published,))

    def told(row: int) -> tuple[Any, str]:
        where = described(table.record(("PARAMCD", "AVAL", change.of), row))
        value, wanted = table.value(name, row), quoted(float(expected[row]))
        return value, f"{name}: {quoted(value)} is not {change.words} = {wanted}: {where}"

    yield from table.group_findings(rule, name, table.groups(["PARAMCD"], wrong), told)


def _criteria(table: Table) -> Iterator[Finding]:
    """A criterion and its result stand together, and a parameter has one criterion of a number."""
    for pattern, ending, no_result, no_criterion, no_value in _CRITERIA:
        for name in table.names:
            root = name.removesuffix(ending)
            if not pattern.fullmatch(root) or name not in (root, root + ending):
                continue
            other, rule = (root + ending, no_result) if name == root else (root, no_criterion)
            if other not in table:
                message = f"{name}: {other} goes with it, and is absent"
                case = Case(None, 1, -1, message)
                yield table.finding(_CRITERION._replace(published=(rule,)), case, name)
            elif name != root:
                yield from _unnamed(table, root, name, no_value)
            else:
                yield from _one_criterion(table, name)


def _unnamed(table: Table, criterion: str, result: str, published: str) -> Iterator[Finding]:
    rows = np.flatnonzero(table.missing(criterion) & ~table.missing(result))
    if len(rows):
        message = f"{criterion}: {number(len(rows), 'record')} with {result} and no criterion"
        rule = _CRITERION._replace(published=(published,))
        yield table.finding(rule, Case(None, len(rows), int(rows[0]), message), criterion)


def _one_criterion(table: Table, name: str) -> Iterator[Finding]:
    if not re.fullmatch(r"CRIT\d+", name):
        return
    present = np.flatnonzero(~table.missing(name))
    pairs = table.groups(["PARAMCD", name], present)
    codes = table.groups(["PARAMCD"], pairs.first)
    rule = Rule("several-criteria", Severity.ERROR, ("ADaM-151",))
    for code in np.flatnonzero(codes.counts > 1).tolist():
        rows = pairs.first[codes.ids == code].tolist()
        texts = " and ".join(quoted(table.value(name, row)) for row in rows[:3])
        where = described(table.record(("PARAMCD",), rows[0]))
        count = int(pairs.counts[codes.ids == code].sum())
        message = f"{name}: several criteria with {where}: {texts}"
        yield table.finding(rule, Case(None, count, rows[1], message), name)


def _censoring(table: Table) -> Iterator[Finding]:
    """Times to events have CNSR: 0 for an event, and a positive integer for censoring."""
    if table.metadata.subclass == "TIME-TO-EVENT":
        absent = table.missing("CNSR") if "CNSR" in table else np.ones(table.rows, dtype=bool)
        if "AVAL" in table:
            absent = absent & ~table.missing("AVAL")
        rows = np.flatnonzero(absent)
        if len(rows):
            what = number(len(rows), "record")
            message = f"CNSR: {what} of a time to an event without censoring"
            yield table.finding(_CENSOR, Case(None, len(rows), int(rows[0]), message), "CNSR")
    if "CNSR" in table and columns.is_number(table.frame["CNSR"]):
        values = table.column("CNSR").values
        wrong = [place for place, v in enumerate(values) if v < 0 or v != int(v)]
        words = "is neither 0, for an event, nor a positive integer"
        yield from table.value_findings(
            "CNSR", wrong, lambda v: Fault(_CENSOR_VALUE, f"{quoted(v)} {words}")
        )
