"""Columns ``<item>_DECODE``: what the codes of a column mean, where its source knows it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from converters import columns as text_columns
from converters.findings import Finding, Severity
from converters.sources.table import Source

SUFFIX = "_DECODE"
_SHOWN = 5  # codes without a decode that the finding names


def decode_columns(
    names: Sequence[str], decodes: Mapping[str, Mapping[str, str]]
) -> dict[str, str]:
    """Decode column -> coded column; a column of the source that has such a name stays its own."""
    made = {f"{name}{SUFFIX}": name for name in names if name in decodes}
    return {name: coded for name, coded in made.items() if name not in set(names)}


def with_coded(asked: Collection[str] | None) -> Collection[str] | None:
    """The columns to be read so that those ``asked`` for can be made."""
    return None if asked is None else {*asked, *(name.removesuffix(SUFFIX) for name in asked)}


def with_decodes(source: Source, asked: Collection[str] | None) -> Source:
    """The source with the columns ``asked`` for (None: its own), decodes of codes made.

    A code without a decode gives a missing value and a finding.
    """
    if asked is None or not any(name.endswith(SUFFIX) for name in asked):
        return source
    made = decode_columns(source.all_columns, source.decodes)
    frame = {str(name): source.frame[name] for name in source.frame if name in asked}
    findings: list[Finding] = []
    for name, coded in made.items():
        if name in asked:
            codes, known = source.frame[coded], source.decodes[coded]
            frame[name] = text_columns.map_text(codes, partial(_decode, known))
            findings += _unknown(source, coded, codes, frame[name])
    return replace(
        source,
        frame=pd.DataFrame(frame, index=source.frame.index),
        findings=(*source.findings, *findings),
    )


def _decode(known: Mapping[str, str], codes: Sequence[str]) -> list[str | None]:
    return [known.get(code.strip()) or None for code in codes]


def _unknown(source: Source, name: str, codes: pd.Series, decoded: pd.Series) -> Iterator[Finding]:
    """What there is to say of the codes that have no decode."""
    rows = np.flatnonzero(text_columns.missing(decoded) & ~text_columns.missing(codes))
    if not len(rows):
        return
    values = sorted(text_columns.parts(codes.iloc[rows]).values)
    more = f" and {len(values) - _SHOWN} more" if len(values) > _SHOWN else ""
    yield Finding(
        "code-without-decode",
        Severity.WARNING,
        f"{name}: no decode for {', '.join(values[:_SHOWN])}{more}",
        variable=name,
        value=values[0],
        count=len(rows),
        file=source.files[source.file_codes[rows[0]]],
        record=int(source.records[rows[0]]),
    )
