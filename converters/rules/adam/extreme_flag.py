"""``extreme_flag``: Y in one record of each group (admiral: derive_var_extreme_flag).

For occurrence flags such as AOCCFL (OCCDS 1.1), and for analysis flags (ANLzzFL; ADaMIG 1.3, 3.3.8)
of the record that is used of several in a window, of the last, or of the worst.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from converters import columns
from converters.rules.extremes import (
    PROPERTIES,
    check_extremes,
    extremes,
    extremes_read,
    extremes_words,
)
from converters.rules.rule import Reads
from converters.rules.step import Analysis, Step, closed, where_reads


def _apply(args: Mapping[str, Any], table: Analysis, target: str) -> None:
    flag = np.full(table.rows, -1)
    flag[extremes(args, table)] = 0
    table.put(target, columns.from_codes(flag, ["Y"]))


STEP = Step(
    name="extreme_flag",
    summary="Y in the first, last, lowest, worst ... record of each group, missing in the others.",
    schema=closed(PROPERTIES, "pick"),
    apply=_apply,
    variable=True,
    reads=lambda args, _: Reads(columns=extremes_read(args), expressions=where_reads(args)),
    check=check_extremes,
    words=lambda args, _: f'"Y" for the {extremes_words(args)}; else missing.',
    kinds=lambda *_: "Char",
)
