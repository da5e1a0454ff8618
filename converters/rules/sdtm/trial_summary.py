"""``trial_summary``: TSVALCD, TSVCDREF and TSVCDVER of a trial summary parameter (SDTMIG 7.4.2)."""

from __future__ import annotations

from typing import Any

import pandas as pd

from converters import columns
from converters.dataset import Origin
from converters.rules.rule import Reads, Records, Rule, Target
from converters.standards.terminology import Terminology
from converters.standards.trial_summary import parameters

_NAMES = ("TSVALCD", "TSVCDREF", "TSVCDVER")


def _apply(_: Any, records: Records, target: Target) -> pd.Series:
    """A term's NCI code, or the ISO standard; what the records themselves state goes before it."""
    terminology, place = records.settings.terminology, _NAMES.index(target.name)

    def codes(names: list[Any], values: list[Any], *stated: list[Any]) -> list[str | None]:
        found = []
        for name, value, *own in zip(names, values, *stated, strict=True):
            known = _known(name, value, terminology)
            alike = all(own[part] in (None, known[part]) for part in (0, 1))
            found.append(own[place] or (known[place] if alike else None))
        return found

    stated = [records.formula(f'raw["{name}"]') for name in _NAMES]
    read = [records.variable("TSPARMCD"), records.variable("TSVAL"), *stated]
    return columns.map_tuples(read, records.rows, codes)


def _known(name: str, value: str | None, terminology: Terminology) -> tuple[str | None, ...]:
    parameter = parameters().get(name)
    if parameter is None or value is None:
        return None, None, None
    codelist = terminology.get(parameter.codelist) if parameter.codelist else None
    term = codelist.find(value) if codelist and value in codelist else None
    if term is not None and term.code:
        return term.code, "CDISC CT", terminology.version
    return None, parameter.reference or None, None


_WORDS = {
    "TSVALCD": "NCI code of the term in TSVAL, where the parameter has a codelist.",
    "TSVCDREF": "CDISC CT where TSVAL is a term of its codelist, or the ISO standard of its form.",
    "TSVCDVER": "Date of the terminology where TSVCDREF is CDISC CT.",
}

RULE = Rule(
    name="trial_summary",
    kind="value",
    summary="TSVALCD, TSVCDREF or TSVCDVER, by the parameter and its value.",
    schema={"const": True},
    apply=_apply,
    reads=lambda *_: Reads(needed=(((), "TSPARMCD"), ((), "TSVAL"))),
    words=lambda _, target: _WORDS.get(target.name),
    origin=lambda *_: Origin("Assigned", "Sponsor"),
)
