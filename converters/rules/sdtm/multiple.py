"""``multiple``: a variable to which several responses may be given (SDTMIG 4.2.8)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from converters import columns
from converters.dataset import Origin
from converters.findings import Severity
from converters.mapping.document import scalar_text
from converters.rules.rule import Problems, Reads, Records, Rule, Target
from converters.rules.values.codelist import submission_value
from converters.rules.values.recode import fold, recoder

#: How many responses one text may hold.
MOST = 20

SEVERAL = "MULTIPLE"
_CHECKED = ("Y", "Yes", "1", "X", "true", "Checked")
_UNCHECKED = ("N", "No", "0", "false", "Unchecked")

#: The responses of one record, from its raw values.
Read = Callable[[Sequence[str | None]], list[str]]


def most(args: Mapping[str, Any]) -> int:
    """How many responses a record may have."""
    return len(args["columns"]) if "columns" in args else MOST


def several(args: Mapping[str, Any]) -> str | None:
    """What the variable holds where there are several responses; None: these, joined."""
    stated = args.get("several", SEVERAL)
    return None if isinstance(stated, Mapping) else scalar_text(stated)


def _apply(args: Mapping[str, Any], records: Records, target: Target) -> pd.Series:
    """The one response, or what stands for several; with ``response`` that one of several.

    ``recode``, ``uppercase`` and ``response`` are arguments that no spec states: the first two are
    the modifiers, which go for each response.
    """
    raw = [_text(records.column(name)) for name in _names(args)]
    term, problems = recoder(args.get("recode", {}), target.codelists)
    read = _boxes(args["columns"], args) if "columns" in args else _parts(args["separator"])

    def responses(values: Sequence[str | None]) -> list[str]:
        found = (term(value) for value in read(values)) if "recode" in args else read(values)
        known = (value.upper() if "uppercase" in args else value for value in found if value)
        return list(dict.fromkeys(submission_value(target.codelists, value) for value in known))

    if "response" not in args:
        _report(args, records, target, raw, responses)
        _report_recode(records, raw, read, problems)

    def values(*lists: Sequence[str | None]) -> list[str | None]:
        return [_value(args, responses(row)) for row in zip(*lists, strict=True)]

    return columns.map_tuples(raw, records.rows, values)


def _value(args: Mapping[str, Any], found: Sequence[str]) -> str | None:
    number = args.get("response")
    if number is not None:
        return found[number - 1] if len(found) > 1 and number <= len(found) else None
    if len(found) < 2:
        return found[0] if found else None
    return several(args) or str(args["several"]["join"]).join(found)


def _names(args: Mapping[str, Any]) -> list[str]:
    return list(args.get("columns", ())) or [args[key] for key in ("column",) if key in args]


def _text(column: pd.Series) -> pd.Series:
    return columns.map_text(column, list) if columns.is_number(column) else column


def _words(args: Mapping[str, Any], name: str, usual: Sequence[str]) -> set[str]:
    return {fold(scalar_text(word)) for word in args.get(name, usual)}


def _boxes(meanings: Mapping[str, Any], args: Mapping[str, Any]) -> Read:
    """Check boxes: what each stands for that is checked, by a word or by what it stands for."""
    stands_for = [scalar_text(value) for value in meanings.values()]
    checked = _words(args, "checked", _CHECKED)

    def read(values: Sequence[str | None]) -> list[str]:
        pairs = zip(stands_for, values, strict=True)
        return [to for to, value in pairs if value and fold(value) in {*checked, fold(to)}]

    return read


def _parts(separator: str) -> Read:
    """One text: its parts, without the blanks around them."""

    def read(values: Sequence[str | None]) -> list[str]:
        (value,) = values
        return [part.strip() for part in (value or "").split(separator) if part.strip()]

    return read


# Findings


def _report(
    args: Mapping[str, Any],
    records: Records,
    target: Target,
    raw: Sequence[pd.Series],
    responses: Read,
) -> None:
    for (name, meaning), column in zip(args.get("columns", {}).items(), raw, strict=False):
        _report_boxes(args, records, name, fold(scalar_text(meaning)), column)
    ids, first = columns.tuples(raw, records.rows)
    several_of = [
        found if len(found) > 1 else [] for found in map(responses, _distinct(raw, first))
    ]
    if target.codelists:
        unknown = [[r for r in found if not _known(r, target)] for found in several_of]
        names = " or ".join(item.name for item in target.codelists)
        messages = {r: f"'{r}' is no term of {names}" for found in unknown for r in found}
        extensible = any(item.extensible for item in target.codelists)
        severity = Severity.WARNING if extensible else Severity.ERROR
        _report_each(records, "response-not-in-codelist", severity, ids, unknown, messages)
    too_many = [number for number, found in enumerate(several_of) if len(found) > most(args)]
    rows = np.flatnonzero(np.isin(ids, too_many))
    if len(rows) and args.get("supplemental") != "none":
        message = f"more than {MOST} responses in one text: make records of them"
        records.report("too-many-responses", Severity.ERROR, message, rows)


def _report_boxes(
    args: Mapping[str, Any], records: Records, name: str, meaning: str, column: pd.Series
) -> None:
    known = _words(args, "checked", _CHECKED) | _words(args, "unchecked", _UNCHECKED) | {meaning}
    problems = {
        value: f"'{value}' in '{name}' says neither that it is checked nor that it is not"
        for value in columns.parts(column).values
        if value.strip() and fold(value) not in known
    }
    records.report_values("unknown-check-value", Severity.ERROR, column, problems)


def _known(response: str, target: Target) -> bool:
    return any(response in codelist for codelist in target.codelists)


def _report_recode(
    records: Records, raw: Sequence[pd.Series], read: Read, problems: Mapping[str, str]
) -> None:
    if problems:
        ids, first = columns.tuples(raw, records.rows)
        wrong = [[r for r in read(row) if r in problems] for row in _distinct(raw, first)]
        _report_each(records, "recode-without-term", Severity.ERROR, ids, wrong, problems)


def _distinct(raw: Sequence[pd.Series], first: Any) -> Iterator[tuple[str | None, ...]]:
    return zip(*(columns.to_list(column.iloc[first]) for column in raw), strict=True)


def _report_each(
    records: Records,
    rule: str,
    severity: Severity,
    ids: Any,
    wrong: Sequence[Sequence[str]],
    messages: Mapping[str, str],
) -> None:
    """A finding for each response; ``wrong`` has those of each distinct row."""
    for place in range(max(map(len, wrong), default=0)):
        here = columns.text(items[place] if place < len(items) else None for items in wrong)
        records.report_values(rule, severity, columns.take(here, ids), messages)


# What a spec may say


def _check(args: Mapping[str, Any]) -> Problems:
    if ("columns" in args) == ("column" in args):
        yield (), "'multiple' names either 'columns', check boxes, or one 'column' with several"
    if ("column" in args) != ("separator" in args):
        yield (), "'column' and 'separator' go together"
    for key in ("checked", "unchecked"):
        if key in args and "columns" not in args:
            yield (key,), f"'{key}' is said of check boxes: 'columns'"
    both = _words(args, "checked", _CHECKED) & _words(args, "unchecked", _UNCHECKED)
    if both and ("checked" in args or "unchecked" in args):
        key = "checked" if "checked" in args else "unchecked"
        yield (key,), f"'{sorted(both)[0]}' means both checked and unchecked"


def _reads(args: Mapping[str, Any], _: Target) -> Reads:
    place = "columns" if "columns" in args else "column"
    return Reads(columns=tuple(((place,), name) for name in _names(args)))


def _said(args: Mapping[str, Any], _: Target) -> str:
    where = ", ".join(_names(args))
    if "response" in args:
        return f"Response {args['response']} of several in {where}."
    stands = several(args)
    joined = f'"{stands}"' if stands else "all of them"
    return f"Response in {where}; {joined} where there are several."


_NAME = {"type": "string", "minLength": 1}
_SCALAR = {"type": ["string", "number"]}
_LIST = {"type": "array", "minItems": 1, "items": _SCALAR}

RULE = Rule(
    name="multiple",
    kind="value",
    summary="The response of check boxes or of a text with several; MULTIPLE for several.",
    schema={
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "columns": {
                "description": "Check boxes: each raw column, and the value it stands for.",
                "type": "object",
                "minProperties": 1,
                "additionalProperties": _SCALAR,
            },
            "checked": {**_LIST, "description": "What a checked box holds."},
            "unchecked": {**_LIST, "description": "What an unchecked box holds, if anything."},
            "column": {**_NAME, "description": "One raw column with several responses."},
            "separator": {**_NAME, "description": "The text between them."},
            "several": {
                "description": "The value where there are several responses, or how to join them.",
                "oneOf": [
                    _SCALAR,
                    {
                        "type": "object",
                        "additionalProperties": False,
                        "required": ["join"],
                        "properties": {"join": {**_NAME, "description": "The text between."}},
                    },
                ],
            },
            "supplemental": {
                "type": "string",
                "pattern": "^(none|[A-Z][A-Z0-9_]{0,7})$",
                "$comment": "is not a name of a qualifier, nor none",
                "description": "What the qualifiers with the responses are called, or none.",
            },
        },
    },
    apply=_apply,
    reads=_reads,
    check=_check,
    words=_said,
    origin=lambda *_: Origin("Collected", "Investigator"),
)
