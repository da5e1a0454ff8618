"""``baseline_flag``: --LOBXFL and --BLFL, the last result before treatment (sdtm.oak: derive_blfl).

The records are narrowed step by step: (A) those with a result, not NOT DONE, and a date that is
complete; (B) of A those before the reference date or time of the subject; (C) of B the last one by
date, visit number and time point for each subject and test. C gets the flag.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from converters import columns, iso8601
from converters.dataset import Origin
from converters.keys import ends, in_order
from converters.rules.english import listed
from converters.rules.rule import Reads, Records, Rule, Target

_GROUPING = ("CAT", "SCAT", "SPEC", "LOC", "LAT", "DIR", "POS", "METHOD")
_DAY = 3


def _reference(args: Mapping[str, Any], target: Target) -> str:
    default = "DM.RFXSTDTC" if target.name.endswith("LOBXFL") else "DM.RFSTDTC"
    return str(args.get("reference", default))


def _by(args: Mapping[str, Any], target: Target) -> list[str]:
    names = [target.prefix + name for name in ("TESTCD", *_GROUPING)]
    return ["USUBJID", *args.get("by", names)]


def _apply(args: Mapping[str, Any], records: Records, target: Target) -> pd.Series:
    candidate = _with_result(records, target) & _before(args, records, target)
    rows = np.flatnonzero(candidate)
    by = [columns.take(records.variable(name), rows) for name in _by(args, target)]
    group = columns.tuples(by, len(rows)).ids
    last = _last(records, target, rows, group)
    flag = np.full(records.rows, -1, dtype=np.int32)
    flag[rows[last]] = 0
    return columns.from_codes(flag, ["Y"])


def _with_result(records: Records, target: Target) -> npt.NDArray[np.bool_]:
    present = np.zeros(records.rows, dtype=bool)
    for name in ("ORRES", "STRESC"):
        present |= ~columns.missing(records.variable(target.prefix + name))
    return present & columns.missing(records.variable(target.prefix + "STAT"))


def _before(args: Mapping[str, Any], records: Records, target: Target) -> npt.NDArray[np.bool_]:
    date, precision = iso8601.pack_column(records.variable(f"{target.prefix}DTC"))
    stated = records.formula(_reference(args, target))
    reference, reference_precision = iso8601.pack_column(stated)
    shared = np.minimum(precision, reference_precision)
    unit = 100 ** (6 - shared.astype(np.int64))
    date, reference = date // unit, reference // unit
    before = date < reference
    if args.get("same_day", "before") == "before":
        unknown = (shared == _DAY) | (precision != reference_precision)
        before |= (date == reference) & unknown
    return before & (shared >= _DAY)


def _last(
    records: Records, target: Target, rows: npt.NDArray[np.int64], group: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Of each group the place (in ``rows``) of the last record."""

    def place(found: Iterable[pd.Series]) -> npt.NDArray[np.int64]:
        return columns.sort_key([columns.take(column, rows) for column in found], len(rows))

    names = (f"{target.prefix}DTC", "VISITNUM", f"{target.prefix}TPTNUM")
    by = place(records.variable(name) for name in names)
    order = in_order([group, by], lambda: place(records.made()))
    return order[ends(group[order])]


def _reads(args: Mapping[str, Any], target: Target) -> Reads:
    own = ("ORRES", "STRESC", "STAT", "TPTNUM")
    names = ["VISITNUM", *_by(args, target), *(target.prefix + name for name in own)]
    return Reads(
        variables=tuple((("by",), name) for name in (f"{target.prefix}DTC", *names)),
        needed=tuple((("by",), name) for name in args.get("by", ())),
        expressions=((("reference",), _reference(args, target)),),
    )


def _words(args: Mapping[str, Any], target: Target) -> str:
    reference = _reference(args, target)
    flag = "Last observation before exposure" if target.name.endswith("LOBXFL") else "Baseline flag"
    known = "" if "by" in args else ", as far as the dataset has them"
    same_day = args.get("same_day", "before") == "before"
    day = "; a result of that day without a time counts as before it" if same_day else ""
    return (
        f'{flag}: "Y" for the last result before {reference}, of those with a complete date, within'
        f" {listed(_by(args, target))}{known}{day}."
    )


RULE = Rule(
    name="baseline_flag",
    kind="value",
    summary="Y for the last result before the reference date, for each subject and test.",
    schema={
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "reference": {
                "type": "string",
                "minLength": 1,
                "description": "DM.RFXSTDTC for --LOBXFL and DM.RFSTDTC for --BLFL unless given.",
            },
            "by": {
                "type": "array",
                "items": {"type": "string", "minLength": 1},
                "description": "What has its own baseline beside the subject.",
            },
            "same_day": {
                "enum": ["before", "after"],
                "description": "What a result of the reference day is whose order is not known.",
            },
        },
    },
    apply=_apply,
    reads=_reads,
    words=_words,
    origin=lambda *_: Origin("Derived", "Sponsor"),
    whole=True,
)
