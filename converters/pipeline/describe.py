"""The metadata of a converted dataset: from the standard, the definitions and the data."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from converters import columns, iso8601
from converters.dataset import Metadata, Term, UsedCodelist, Variable, comment_of
from converters.mapping.document import scalar_text
from converters.mapping.metadata import comment, completed, method
from converters.mapping.metadata import origin as stated_origin
from converters.mapping.settings import Settings
from converters.pipeline.metadata import with_codelist
from converters.pipeline.methods import definitions, method_of, origin
from converters.rules.definition import Definition
from converters.rules.sdtm.multiple import several
from converters.standards.sdtmig import Domain, DomainVariable
from converters.standards.terminology import Codelist, Terminology

if TYPE_CHECKING:
    from converters.pipeline.plan import DatasetPlan

_NUMBER_BYTES = 8
#: Dates that differ in digits only are of one data type.
_DIGITS = str.maketrans("123456789", "000000000")
_MOST_DIGITS = 12


def describe(plan: DatasetPlan, frame: pd.DataFrame, settings: Settings) -> Metadata:
    """The metadata of a dataset with the columns of ``frame``, in their order."""
    domain, spec = plan.domain, plan.spec
    split = spec.name != domain.name
    return Metadata(
        name=spec.name,
        label=spec.label or domain.label,
        dataset_class=domain.dataset_class,
        structure=spec.structure or domain.structure or "One record per finding per subject",
        keys=_keys(plan, frame),
        variables=tuple(_variable(plan, str(name), frame, settings) for name in frame),
        domain=domain.name,
        repeating=domain.repeating,
        reference_data=domain.reference_data,
        comment=spec.comment,
        domain_label=domain.label if split else "",
        standard=guide_of(domain),
    )


def _keys(plan: DatasetPlan, frame: pd.DataFrame) -> tuple[str, ...]:
    """The keys that the spec states; of the standard's those that have data."""
    if plan.spec.keys or frame.empty:
        return plan.keys
    return tuple(key for key in plan.keys if not columns.missing(frame[key]).all())


def guide_of(domain: Domain) -> str:
    """The guide as ``Metadata.standard`` names it: SDTMIG is the package's first."""
    return "" if domain.standard == "SDTMIG" else domain.standard


def _variable(plan: DatasetPlan, name: str, frame: pd.DataFrame, settings: Settings) -> Variable:
    column = frame[name]
    stated = definitions(plan, name)
    standard = plan.known[name]
    said = plan.spec.metadata.get(name, {})
    label = str(said_of(stated, "label") or said.get("label") or standard.label)
    variable = Variable(
        name=name,
        label=label,
        kind=standard.kind,
        format=scalar_text(said.get("format", "")),
        role=said.get("role", standard.role),
        core=standard.core,
        mandatory=said.get("mandatory", standard.core == "Req"),
        codelist=_dictionary(stated, standard, settings)
        or codelist_of(stated, name, label, column, settings, said.get("codelist", {})),
        comment=comment(said_of(stated, "comment") or said.get("comment"))
        or comment_of(_assignment(plan, name)),
        **source_of(plan, name, said),
    )
    variable = with_codelist(
        variable, said.get("codelist", {}), column, frame, settings.output.terms
    )
    return with_type(variable, column, standard.described)


def said_of(definitions: Sequence[Definition], key: str) -> Any:
    """What the first definition says beside its rule that says so; None if none does."""
    attributes = (item.attributes or {} for item in definitions)
    return next((said[key] for said in attributes if key in said), None)


def source_of(plan: DatasetPlan, name: str, said: Mapping[str, Any]) -> dict[str, Any]:
    """Origin and method of what a plan makes; ``said`` goes before what its definitions say."""
    found = origin(plan, name)
    if "origin" in said:
        found = stated_origin(said["origin"], found)
    if found.type != "Derived":
        return {"origin": found, "method": None}
    own = said_of(definitions(plan, name), "method")
    made = completed(own, method_of(plan, name))
    return {"origin": found, "method": method(said.get("method"), made)}


def codelist_of(
    definitions: Sequence[Definition],
    name: str,
    label: str,
    column: pd.Series,
    settings: Settings,
    said: Mapping[str, Any],
) -> UsedCodelist | None:
    """The codelist of the terminology that definitions give a variable."""
    codelists = [codelist for item in definitions for codelist in item.target.codelists]
    several = _several(definitions)
    every = said.get("terms", settings.output.terms) == "all"
    return used_codelist(name, label, codelists, column, settings.terminology, several, every=every)


def _assignment(plan: DatasetPlan, name: str) -> str:
    """How a visit's number, which counts as assigned in all datasets, is found by a derivation."""
    if name != "VISITNUM" or origin(plan, name).type != "Assigned":
        return ""
    made = definitions(plan, name)
    if all(item.rule.origin(item.args, item.target).type != "Derived" for item in made):
        return ""
    method = method_of(plan, name)
    return method.words if method else ""


def with_type(variable: Variable, column: pd.Series, described: str = "") -> Variable:
    """The variable with the data type, length and digits that its values have."""
    if variable.kind == "Num":
        return _number_type(variable, column.to_numpy(dtype=np.float64, na_value=np.nan))
    values = columns.parts(column).values
    length = _longest(values)
    if described.startswith("ISO 8601"):
        alike = {value.translate(_DIGITS): value for value in values}
        data_type = iso8601.data_type(list(alike.values())) if values else "datetime"
        return replace(variable, data_type=data_type, length=length)
    return replace(variable, data_type="text", length=length)


def _longest(values: Sequence[str]) -> int:
    """The length in bytes of the longest value, at least 1."""
    if "".join(values).isascii():
        return max(map(len, values), default=1)
    return max(len(value.encode()) for value in values)


def _number_type(variable: Variable, values: np.ndarray) -> Variable:
    present = pd.unique(values)
    present = present[~np.isnan(present)]
    if (present == np.trunc(present)).all():
        return replace(variable, data_type="integer", length=_NUMBER_BYTES, significant_digits=None)
    digits = max(_decimals(value) for value in present)
    return replace(
        variable,
        data_type="float",
        length=_NUMBER_BYTES,
        significant_digits=min(digits, _MOST_DIGITS),
    )


def _decimals(value: float) -> int:
    text = f"{value:.15g}"
    mantissa, _, exponent = text.partition("e")
    return max(len(mantissa.partition(".")[2]) - int(exponent or 0), 0)


def _dictionary(
    definitions: Sequence[Definition], standard: DomainVariable, settings: Settings
) -> UsedCodelist | None:
    """The dictionary that a variable is coded with, or that the standard names for it."""
    coded = next((used for item in definitions if (used := dictionary_of(item))), None)
    # The classes of events go with MedDRA's terms, though the standard leaves the dictionary open.
    described = "MedDRA" if standard.name.endswith("BODSYS") else standard.described
    if coded is not None or described not in settings.dictionaries:
        return coded
    return _external(described, settings.dictionaries[described])


def dictionary_of(definition: Definition) -> UsedCodelist | None:
    """The dictionary that a definition takes its words from."""
    if definition.rule.name != "coding":
        return None
    return _external(definition.args["dictionary"], definition.args["version"])


def _external(name: str, version: str) -> UsedCodelist:
    return UsedCodelist(name, name, dictionary=name, dictionary_version=version)


def _several(definitions: Sequence[Definition]) -> tuple[str, ...]:
    """The words that stand for several responses, beside the terms."""
    multiple = (several(item.args) for item in definitions if item.rule.name == "multiple")
    return tuple(value for value in dict.fromkeys(multiple) if value is not None)


def used_codelist(
    name: str,
    label: str,
    codelists: Sequence[Codelist],
    column: pd.Series,
    terminology: Terminology,
    also: tuple[str, ...] = (),
    *,
    every: bool = False,
) -> UsedCodelist | None:
    """The codelist that a variable uses, with the terms that the data use, or with ``every`` one.

    Where the values come from several (test codes of several questionnaires), these are joined.
    """
    values = sorted(columns.parts(column).values)
    candidates = {item.label: item for item in codelists}
    used = _needed(list(candidates.values()), values)
    if not used:
        return None
    if every:
        known = (term.value for codelist in used for term in codelist.terms)
        values = list(dict.fromkeys((*known, *values)))
    terms = tuple(_term(used, value, terminology) for value in values)
    if len(used) > 1:
        joined = tuple(item.code or item.name for item in used)
        return UsedCodelist(name, label, terms=terms, joined=joined, also=also)
    (only,) = used
    return UsedCodelist(
        only.name or only.code,
        only.label,
        only.code,
        only.extensible,
        terms,
        only.standard,
        also=also,
    )


def _needed(candidates: Sequence[Codelist], values: Sequence[str]) -> list[Codelist]:
    """Of the candidates those that know a value which no better one knows; at least the first."""
    rest = list(values)
    needed: list[Codelist] = []
    ranked = sorted(candidates, key=lambda item: -sum(value in item for value in values))
    for codelist in ranked:
        if not needed or any(value in codelist for value in rest):
            needed.append(codelist)
            rest = [value for value in rest if value not in codelist]
    return needed


def _term(codelists: Sequence[Codelist], value: str, terminology: Terminology) -> Term:
    codelist = next((item for item in codelists if value in item), None)
    if codelist is None:
        return Term(value, extended=True)
    term = codelist.find(value)
    decode = terminology.decode(codelist, value)
    return Term(value, term.code if term else "", decode, value in codelist.extended)


def result_type(variable: Variable, values: pd.Series) -> Variable:
    """Text that holds only numbers is described as integer or float."""
    texts = columns.parts(values).values
    numbers = [columns.parse_number(text) for text in texts]
    length = _longest(texts)
    if not texts or np.isnan(numbers).any():
        return replace(variable, data_type="text", length=length, significant_digits=None)
    if all(re.fullmatch(r"\s*[-+]?[0-9]+\s*", text) for text in texts):
        return replace(variable, data_type="integer", length=length, significant_digits=None)
    digits = max(
        len(text.partition(".")[2]) if "e" not in text.lower() else _decimals(number)
        for text, number in zip(texts, numbers, strict=True)
    )
    return replace(variable, data_type="float", length=length, significant_digits=digits)


def share_lengths(metadata: Mapping[str, Metadata]) -> dict[str, Metadata]:
    """A text variable of several datasets gets one length, the longest; SUPP-- keep their own.

    (FDA, Study Data Technical Conformance Guide, on the length of character variables.)
    """
    longest: dict[str, int] = {}
    for item in metadata.values():
        if not item.name.startswith("SUPP"):
            for variable in item.variables:
                longest[variable.name] = max(longest.get(variable.name, 1), variable.length)
    return {
        name: item
        if name.startswith("SUPP")
        else replace(
            item,
            variables=tuple(replace(v, length=longest[v.name]) for v in item.variables),
        )
        for name, item in metadata.items()
    }
