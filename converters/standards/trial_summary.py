"""The parameters of TS: where their values come from, and which a study must have.

Facts of the TS codelists, SDTMIG 3.4 (7.4.2) and the titles of the published rules.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from converters.resources import folder


@dataclass(frozen=True)
class Parameter:
    """A trial summary parameter.

    ``codelist`` is the NCI code of its values' codelist, ``reference`` the TSVCDREF of values in an
    ISO form, ``kind`` that form (duration, date, country) or count; ``rule`` is the published rule
    on the value, ``absent`` the one that asks for the parameter, ``when`` another one has a value.
    """

    codelist: str = ""
    reference: str = ""
    kind: str = ""
    rule: str = ""
    absent: str = ""
    when: Mapping[str, str] = field(default_factory=dict)


@cache
def parameters() -> Mapping[str, Parameter]:
    """The parameters by TSPARMCD."""
    text = (folder("schemas") / "trial-summary.json").read_text("utf-8")
    return {name: Parameter(**item) for name, item in json.loads(text).items()}
