"""What special-purpose and trial design datasets hold unasked, beside what every dataset holds."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from converters.mapping.document import as_yaml
from converters.mapping.spec import BlockSpec, DatasetSpec
from converters.mapping.special import Element

#: What goes with a value of TS; rows may state it of some parameters.
SUMMARY_CODES = ("TSVALCD", "TSVCDREF", "TSVCDVER")


def special_rules(
    domain: str, names: Collection[str], specs: Mapping[str, DatasetSpec]
) -> Iterator[tuple[str, tuple[str, Any]]]:
    """(variable, (rule, arguments)) for the domain, of a study with these ``specs``."""
    planned = {name: spec.stated for name, spec in specs.items() if name in ("TA", "TI", "DM")}
    if domain == "TS" and "TSPARMCD" in names:
        yield "TSPARM", ("decode", "TSPARMCD")
        if "TSVAL" in names:
            yield from ((name, ("trial_summary", True)) for name in SUMMARY_CODES)
    elif domain == "IE" and "IETESTCD" in names:
        for name in ("IETEST", "IECAT", "IESCAT"):
            if name in planned.get("TI", ()):
                yield name, ("lookup", {"dataset": "TI", "by": "IETESTCD", "take": name})
    elif domain == "DM":
        for code, arm in (("ARMCD", "ARM"), ("ACTARMCD", "ACTARM")):
            if code in names and {"ARMCD", "ARM"} <= planned.get("TA", frozenset()):
                yield arm, ("lookup", {"dataset": "TA", "by": {code: "ARMCD"}, "take": "ARM"})
    elif domain == "SE" and {"ETCD", "SESTDTC"} <= {*names}:
        arms = [f"DM.{name}" for name in ("ACTARMCD", "ARMCD") if name in planned.get("DM", ())]
        arm = f"coalesce({', '.join(arms)})" if len(arms) > 1 else "".join(arms)
        args = {"arm": arm} if arm else {}
        for name in ("ELEMENT", "TAETORD", "EPOCH"):
            if name in planned.get("TA", ()):
                yield name, ("planned_element", args)


def record_variables(
    block: BlockSpec, specs: Mapping[str, DatasetSpec]
) -> dict[str, Mapping[str, Any]]:
    """The definitions of what the records of a block bring by name: their keys as a spec's."""
    if block.elements:
        return _of_elements(block.elements, of_dataset=block.source in specs)
    if block.visits_of is not None:
        return _of_visits(block.visits_of)
    if block.relationships:
        return _of_relationships(block)
    return {}


def _of_elements(
    elements: Collection[Element], *, of_dataset: bool
) -> dict[str, Mapping[str, Any]]:
    rule = "from" if of_dataset else "datetime"
    written = as_yaml("elements", [_as_stated(item) for item in elements])
    starts = ", ".join(f"{item.code}: {item.start}" for item in elements)
    ends = ", ".join(f"{item.code}: {item.end}" for item in elements if item.end)
    until = "the start of the subject's next element"
    end_words = f"End of the element ({ends}), or else {until}." if ends else f"T{until[1:]}."
    found: dict[str, Mapping[str, Any]] = {
        "ETCD": {"from": "ETCD", "origin": "Assigned"},
        "SESTDTC": {
            rule: "SESTDTC",
            "origin": "Derived",
            "method": f"Start of the element ({starts}).",
            "written": written,
        },
        "SEENDTC": {
            rule: "SEENDTC",
            "origin": "Derived",
            "method": end_words,
            "written": written,
        },
    }
    if any(item.description for item in elements):
        found["SEUPDES"] = {"from": "SEUPDES"}
    return found


def _of_visits(named: Collection[str]) -> dict[str, Mapping[str, Any]]:
    where = ", ".join(named) or "all datasets"

    def made(name: str, words: str) -> dict[str, Any]:
        method = f"{words} in {where}."
        written = as_yaml("visits_of", list(named))
        return {"from": name, "origin": "Derived", "method": method, "written": written}

    return {
        "VISITNUM": {"from": "VISITNUM", "comment": f"The visits of the subject in {where}."},
        "VISIT": {"from": "VISIT", "origin": "Assigned"},
        "SVSTDTC": made("SVSTDTC", "Earliest date of the visit"),
        "SVENDTC": made("SVENDTC", "Latest date of the visit"),
    }


def _of_relationships(block: BlockSpec) -> dict[str, Mapping[str, Any]]:
    kinds = {item.kind for item in block.relationships}
    names = ["RDOMAIN", "IDVAR", "IDVARVAL", "RELID"]
    names += ["RELTYPE"] if "datasets" in kinds else []
    subject: Mapping[str, Any] = {
        "from": "USUBJID",
        "method": "Unique subject identifier of the related records.",
    }
    return {"USUBJID": subject, **{n: {"from": n, "origin": "Assigned"} for n in names}}


def _as_stated(item: Element) -> dict[str, Any]:
    """An element as the spec has it, as far as its dates go."""
    return {"ETCD": item.code, "start": item.start, **({"end": item.end} if item.end else {})}
