"""``toxicity_grade``: ATOXGRL, ATOXGRH and ATOXGR by a table of criteria, such as CTCAE's (ADaMIG
1.3, 3.3.7; admiral: derive_var_atoxgr_dir, derive_var_atoxgr).

A grade's criterion is a number or expression that the value must go beyond, or a condition. The
highest grade that holds counts, and 0 where none does. Where a criterion that would decide cannot
be told, because of a missing limit or baseline, there is no grade.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from converters import columns
from converters.columns import Rows
from converters.findings import Severity
from converters.mapping.document import Path_, scalar_text
from converters.mapping.expressions import ExpressionError, Ref, parse
from converters.rules.limits import above, below
from converters.rules.rule import Problems, Reads
from converters.rules.step import FILE, NAME, Analysis, Kind, Step, closed

Items = Sequence[Mapping[str, Any]]
Floats = npt.NDArray[np.float64]
_GRADES = ("1", "2", "3", "4")
_ENDS = {"LOW": "L", "HIGH": "H"}
_UNIT = re.compile(r"\(([^()]*)\)\s*$")


def _apply(args: Mapping[str, Any], table: Analysis, _: str) -> None:
    codes = columns.parts(table.column("PARAMCD"))
    units = columns.parts(_units(args, table))
    found: dict[str, Floats] = {}
    unserved = np.zeros(table.rows, dtype=bool)
    for direction, end in _directions(args).items():
        grade = np.full(table.rows, np.nan)
        judged = np.full(table.rows, -1)
        for number, item in enumerate(args["table"]):
            if item["direction"] == direction:
                mask = _equal(codes, item["PARAMCD"]) & (judged < 0)
                right = _equal(units, item["unit"]) if "unit" in item else mask
                unserved |= mask & ~right
                mask &= right
                if "where" in item:
                    mask &= table.condition(item["where"])
                judged[mask] = number
                rows = np.flatnonzero(mask)
                grade[rows] = _grades(item, table, rows)
        unserved &= judged < 0
        found[end] = grade
        _put(args, table, f"ATOXGR{end}", grade)
        if f"ATOXDSC{end}" in _makes(args):
            terms = [item.get("term") for item in args["table"]]
            table.put(f"ATOXDSC{end}", columns.from_codes(judged, terms))
    if args.get("combine"):
        _put(args, table, "ATOXGR", _combined(found, table.rows))
    _report_units(table, unserved, args)


def _units(args: Mapping[str, Any], table: Analysis) -> pd.Series:
    """The unit of each record: as the spec says, else what PARAM ends with in parentheses."""
    if "unit" in args:
        return table.formula(args["unit"])
    if not any("unit" in item for item in args["table"]):
        return columns.constant(None, table.rows)
    return columns.map_text(table.column("PARAM"), lambda values: list(map(_unit_of, values)))


def _unit_of(param: str) -> str | None:
    found = _UNIT.search(param)
    return found[1] if found else None


def _equal(parts: columns.Parts, text: str) -> npt.NDArray[np.bool_]:
    number = parts.values.index(text) if text in parts.values else len(parts.values)
    return np.equal(parts.codes, number)


def _grades(item: Mapping[str, Any], table: Analysis, rows: Rows) -> Floats:
    """The grade of each of the rows; NaN where it cannot be told."""

    def numbers(text: str) -> Floats:
        return columns.floats(columns.to_number(table.formula(text, rows)))

    value = numbers("AVAL")
    grade = np.zeros(len(rows))
    for number in _stated(item):
        text = scalar_text(item[number])
        if parse(text).is_condition:
            met = table.condition(text, rows)
            absent = [columns.missing(table.formula(_name(ref), rows)) for ref in parse(text).refs]
            unknown = np.logical_or.reduce([np.zeros(len(rows), dtype=bool), *absent])
        else:
            bound = numbers(text)
            met = (above if item["direction"] == "HIGH" else below)(value, bound)
            unknown = np.isnan(bound)
        grade = np.where(met, float(number), np.where(unknown, np.nan, grade))
    return np.where(np.isnan(value), np.nan, grade)


def _name(ref: Ref) -> str:
    return f"{ref.scope}.{ref.name}" if ref.scope else ref.name


def _combined(found: Mapping[str, Floats], rows: int) -> Floats:
    """Both directions in one: low grades are negative; without either, that of the other."""
    low, high = (found.get(end, np.full(rows, np.nan)) for end in ("L", "H"))
    one = np.where(np.isnan(high), low, high)
    combined = np.where((low > 0) & ~(high > 0), -low, np.where(high > 0, high, one))
    return combined + 0.0


def _put(args: Mapping[str, Any], table: Analysis, name: str, grade: Floats) -> None:
    table.put(name, columns.map_text(pd.Series(grade), list))
    if args.get("numbers"):
        table.put(f"{name}N", pd.Series(grade))


def _report_units(
    table: Analysis, unserved: npt.NDArray[np.bool_], args: Mapping[str, Any]
) -> None:
    """Values in a unit that the table has no criteria for."""
    rows = np.flatnonzero(unserved & ~columns.missing(table.column("AVAL")))
    by = [columns.take(column, rows) for column in (table.column("PARAMCD"), _units(args, table))]
    ids = np.full(table.rows, -1)
    distinct = columns.tuples(by, len(rows))
    ids[rows] = distinct.ids
    pairs = zip(*(columns.to_list(columns.take(c, distinct.first)) for c in by), strict=True)
    cases = {
        n: (unit or "", f"the table has no criteria for {code} in {unit or 'no unit'}")
        for n, (code, unit) in enumerate(pairs)
    }
    table.report_groups("toxicity-unit", Severity.WARNING, ids, cases)


def _directions(args: Mapping[str, Any]) -> dict[str, str]:
    stated = {item.get("direction") for item in args["table"]}
    return {direction: end for direction, end in _ENDS.items() if direction in stated}


def _stated(item: Mapping[str, Any]) -> list[str]:
    return [number for number in _GRADES if number in item]


def _makes(args: Mapping[str, Any], _: str = "") -> list[str]:
    ends = _directions(args).values()
    grades = [f"ATOXGR{end}" for end in ends] + (["ATOXGR"] if args.get("combine") else [])
    made = [name + n for name in grades for n in (("", "N") if args.get("numbers") else ("",))]
    termed = {_ENDS[item["direction"]] for item in args["table"] if "term" in item}
    return [*made, *(f"ATOXDSC{end}" for end in ends if end in termed)]


def _reads(args: Mapping[str, Any], _: str) -> Reads:
    found: list[tuple[Path_, str]] = [(("unit",), args["unit"])] if "unit" in args else []
    for number, item in enumerate(args["table"]):
        keys = [*_stated(item), *(["where"] if "where" in item else [])]
        found += [(("table", number, key), scalar_text(item[key])) for key in keys]
    param = "unit" not in args and any("unit" in item for item in args["table"])
    own = ("PARAMCD", "AVAL", *(("PARAM",) if param else ()))
    return Reads(columns=tuple((("table",), name) for name in own), expressions=tuple(found))


def _check(args: Mapping[str, Any]) -> Problems:
    seen = set()
    for number, item in enumerate(args["table"]):
        place = ("table", number)
        if not _stated(item):
            yield place, f"{item['PARAMCD']} has no grade: state 1, 2, 3 or 4"
        key = (item["PARAMCD"], item["direction"], item.get("unit"))
        if key in seen:
            shown = " ".join(filter(None, key))
            yield place, f"{shown} is there already: what is said here is never used"
        if "where" not in item:
            seen.add(key)
        yield from _check_bounds(place, item)


def _check_bounds(place: Path_, item: Mapping[str, Any]) -> Problems:
    """Bounds that are numbers go further from grade to grade; expressions give numbers."""
    before: float | None = None
    for number in _stated(item):
        text = scalar_text(item[number])
        try:
            kind = parse(text).gives
        except ExpressionError:
            continue  # told as an expression
        if kind == "text":
            yield (*place, number), f"'{text}' is text, and neither a number nor a condition"
        bound = columns.parse_number(text)
        if before is not None and not np.isnan(bound):
            further = bound > before if item["direction"] == "HIGH" else bound < before
            if not further:
                yield (*place, number), f"grade {number} is no further than the one before it"
        before = bound if not np.isnan(bound) else before


def _told(args: Mapping[str, Any], direction: str) -> Iterator[str]:
    sign = "if above" if direction == "HIGH" else "if below"
    for item in args["table"]:
        if item["direction"] == direction:
            grades = []
            for number in _stated(item):
                expression = parse(scalar_text(item[number]))
                word = "if" if expression.is_condition else sign
                grades.append(f"{number} {word} {expression.words()}")
            unit = f" ({item['unit']})" if "unit" in item else ""
            where = f" where {parse(item['where']).words()}" if "where" in item else ""
            yield f"{item['PARAMCD']}{unit}{where}: {', '.join(grades)}"


def _words(args: Mapping[str, Any], name: str) -> str:
    of = {f"ATOXGR{end}": direction for direction, end in _ENDS.items()}
    if name in of:
        start = (
            f"Toxicity grade of {of[name].lower()} values: the highest grade that holds, 0 if none"
            " does, missing where a limit is. "
        )
        if isinstance(args["table"], Mapping):
            return f"{start}By the criteria of {args['table']['file']}."
        return f"{start}{'; '.join(_told(args, of[name]))}."
    if name.startswith("ATOXDSC"):
        return "Toxicity by whose criteria the value is graded."
    if name == "ATOXGR":
        return "Toxicity grade: ATOXGRH; ATOXGRL with a minus sign if that is 1 or higher."
    return f"Numeric value of {name.removesuffix('N')}."


def _about(args: Mapping[str, Any], code: str) -> Mapping[str, Any] | None:
    items = [item for item in args["table"] if item["PARAMCD"] == code]
    return {**args, "table": items} if items else None


def _kinds(_: Mapping[str, Any], name: str) -> Kind:
    return "Num" if name.endswith("N") else "Char"


_BOUND = {"oneOf": [{"type": "number"}, NAME]}

STEP = Step(
    name="toxicity_grade",
    summary="ATOXGRL, ATOXGRH, ATOXGR: the toxicity grade by a table of criteria.",
    schema=closed(
        {
            "table": {
                "description": "The criteria, one row a parameter, direction and unit.",
                "oneOf": [
                    FILE,
                    {
                        "type": "array",
                        "minItems": 1,
                        "items": closed(
                            {
                                "PARAMCD": {**NAME, "description": "The parameter's code."},
                                "direction": {
                                    "enum": list(_ENDS),
                                    "description": "Whether low or high values are graded.",
                                },
                                "unit": {**NAME, "description": "Only values in this unit."},
                                "term": {**NAME, "description": "The toxicity, for ATOXDSCx."},
                                "where": {**NAME, "description": "Only records that meet it."},
                                **{
                                    number: {**_BOUND, "description": f"Beyond it: {number}."}
                                    for number in _GRADES
                                },
                            },
                            "PARAMCD",
                            "direction",
                        ),
                    },
                ],
            },
            "unit": {**NAME, "description": "The unit; what PARAM ends with in parentheses."},
            "combine": {"type": "boolean", "description": "Whether ATOXGR is made; false."},
            "numbers": {"type": "boolean", "description": "Whether ATOXGRHN ... are made; false."},
        },
        "table",
    ),
    apply=_apply,
    makes=_makes,
    reads=_reads,
    check=_check,
    words=_words,
    about=_about,
    kinds=_kinds,
)
