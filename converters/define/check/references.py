"""References to definitions: each points at one of the right kind, each definition is in use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from converters.define import elements as el
from converters.define.binding import Node
from converters.define.check.nodes import walk
from converters.define.check.rule import Check, Place, Rule, at_definition, at_item
from converters.define.index import Index
from converters.findings import Finding, Severity

ITEM = Rule("define-item-undefined", Severity.ERROR, ("OD0046",))
CODE_LIST = Rule("define-codelist-undefined", Severity.ERROR, ("OD0048",))
METHOD = Rule("define-method-undefined", Severity.ERROR, ("DD0016",))
COMMENT = Rule("define-comment-undefined", Severity.ERROR, ("DD0071",))
VALUE_LIST = Rule("define-value-list-undefined", Severity.ERROR, ("DD0017",))
WHERE_CLAUSE = Rule("define-where-clause-undefined", Severity.ERROR)
DOCUMENT = Rule("define-document-undefined", Severity.ERROR, ("DD0015",))
DATASET_STANDARD = Rule("define-dataset-standard-undefined", Severity.ERROR, ("DD0122", "DD0138"))
CODE_LIST_STANDARD = Rule(
    "define-codelist-standard-undefined", Severity.ERROR, ("DD0125", "DD0138")
)
ANALYSIS_DATASET = Rule("define-analysis-dataset-undefined", Severity.ERROR, ("DD0095",))
ANALYSIS_VARIABLE = Rule("define-analysis-variable-undefined", Severity.ERROR, ("DD0097",))

ITEM_UNUSED = Rule("define-item-unused", Severity.WARNING, ("DD0067",))
CODE_LIST_UNUSED = Rule("define-codelist-unused", Severity.WARNING, ("DD0082",))
METHOD_UNUSED = Rule("define-method-unused", Severity.WARNING, ("DD0080",))
COMMENT_UNUSED = Rule("define-comment-unused", Severity.WARNING, ("DD0079",))
VALUE_LIST_UNUSED = Rule("define-value-list-unused", Severity.WARNING, ("DD0081",))
WHERE_CLAUSE_UNUSED = Rule("define-where-clause-unused", Severity.WARNING)
DOCUMENT_UNUSED = Rule("define-document-unused", Severity.WARNING, ("DD0078",))
STANDARD_UNUSED = Rule("define-standard-unused", Severity.WARNING, ("DD0139",))

#: Attributes that refer: the field, the attribute, the kind referred to, the rule for a lost one.
_ATTRIBUTES: Mapping[type[Node], tuple[tuple[str, str, str, Rule], ...]] = {
    el.MetaDataVersion: (("comment_oid", "def:CommentOID", "comment", COMMENT),),
    el.Standard: (("comment_oid", "def:CommentOID", "comment", COMMENT),),
    el.WhereClauseDef: (("comment_oid", "def:CommentOID", "comment", COMMENT),),
    el.ItemDef: (("comment_oid", "def:CommentOID", "comment", COMMENT),),
    el.AnalysisDatasets: (("comment_oid", "def:CommentOID", "comment", COMMENT),),
    el.ItemGroupDef: (
        ("comment_oid", "def:CommentOID", "comment", COMMENT),
        ("standard_oid", "def:StandardOID", "standard", DATASET_STANDARD),
    ),
    el.CodeList: (
        ("comment_oid", "def:CommentOID", "comment", COMMENT),
        ("standard_oid", "def:StandardOID", "standard", CODE_LIST_STANDARD),
    ),
    el.ItemRef: (
        ("item_oid", "ItemOID", "item", ITEM),
        ("method_oid", "MethodOID", "method", METHOD),
        ("role_code_list_oid", "RoleCodeListOID", "codelist", CODE_LIST),
    ),
    el.RangeCheck: (("item_oid", "def:ItemOID", "item", ITEM),),
    el.WhereClauseRef: (("where_clause_oid", "WhereClauseOID", "where-clause", WHERE_CLAUSE),),
    el.CodeListRef: (("code_list_oid", "CodeListOID", "codelist", CODE_LIST),),
    el.ValueListRef: (("value_list_oid", "ValueListOID", "value list", VALUE_LIST),),
    el.DocumentRef: (("leaf_id", "leafID", "document", DOCUMENT),),
    el.AnalysisDataset: (("item_group_oid", "ItemGroupOID", "dataset", ANALYSIS_DATASET),),
    el.AnalysisVariable: (("item_oid", "ItemOID", "item", ANALYSIS_VARIABLE),),
    el.AnalysisResult: (("parameter_oid", "ParameterOID", "item", ANALYSIS_VARIABLE),),
}
#: References to an item that give it no place in a dataset.
_MENTIONS = (el.RangeCheck, el.AnalysisVariable, el.AnalysisResult)
#: Lost references for which the OID that is meant is looked for, which takes its time.
_MOST_HINTS = 50


@dataclass(frozen=True)
class Reference:
    """That ``node`` refers by ``attribute`` to ``oid``, which is to be a definition of ``kind``."""

    node: Node
    place: Place
    attribute: str
    kind: str
    oid: str
    rule: Rule


def references(index: Index) -> Iterator[Reference]:
    """All references by OID; empty ones left out, which are for the schema to tell."""
    for node, place in walk(index):
        for name, attribute, kind, rule in _ATTRIBUTES.get(type(node), ()):
            oid = getattr(node, name)
            if oid:
                yield Reference(node, place, attribute, kind, oid, rule)


def _definitions(index: Index) -> dict[str, Mapping[str, Node]]:
    return {
        "item": index.items,
        "codelist": index.code_lists,
        "method": index.methods,
        "comment": index.comments,
        "value list": index.value_lists,
        "where-clause": index.where_clauses,
        "document": index.leaves,
        "standard": index.standards,
        "dataset": index.item_groups,
    }


def references_and_orphans(index: Index) -> Iterator[Finding]:
    """References that point nowhere or at another kind, and definitions that nothing refers to.

    A definition that a lost reference is likely to mean is no orphan: the fault is told once.
    """
    known = _definitions(index)
    used: dict[str, set[str]] = {kind: set() for kind in known}
    meant_by: dict[tuple[str, str], list[str]] = {}
    for reference in references(index):
        kind, oid = reference.kind, reference.oid
        if oid in known[kind]:
            if not isinstance(reference.node, _MENTIONS):
                used[kind].add(oid)
            continue
        other = next((name for name in known if oid in known[name]), None)
        if (kind, oid) not in meant_by and len(meant_by) < _MOST_HINTS:
            meant_by[kind, oid] = get_close_matches(oid, known[kind], n=1, cutoff=0.8)
        meant = meant_by.get((kind, oid), [])
        used[kind].update(meant)
        fault = f"is a {other}, not a {kind}" if other else "is not defined"
        hint = f" (did you mean '{meant[0]}'?)" if meant else ""
        message = f"{reference.attribute} refers to the {kind} '{oid}', which {fault}{hint}"
        yield reference.rule.at(reference.place, message, oid)
    used["document"].update(group.archive_location_id or "" for group in index.metadata.item_groups)
    for oid, item in index.items.items():
        if oid and oid not in used["item"]:
            message = f"the item '{oid}' stands in no dataset and no value list"
            yield ITEM_UNUSED.at(at_item(index, item), message, oid)
    yield from _orphans(index, used)


def _orphans(index: Index, used: Mapping[str, set[str]]) -> Iterator[Finding]:
    documents = {leaf.id or "": leaf for leaf in reversed(index.metadata.leaves)}
    kinds: tuple[tuple[str, Mapping[str, Node], Rule], ...] = (
        ("codelist", index.code_lists, CODE_LIST_UNUSED),
        ("method", index.methods, METHOD_UNUSED),
        ("comment", index.comments, COMMENT_UNUSED),
        ("value list", index.value_lists, VALUE_LIST_UNUSED),
        ("where-clause", index.where_clauses, WHERE_CLAUSE_UNUSED),
        ("document", documents, DOCUMENT_UNUSED),
        ("standard", index.standards, STANDARD_UNUSED),
    )
    for kind, definitions, rule in kinds:
        for oid, definition in definitions.items():
            if oid and oid not in used[kind]:
                message = f"nothing refers to the {kind} '{oid}'"
                yield rule.at(at_definition(definition, oid), message, oid)


CHECKS: tuple[Check, ...] = (references_and_orphans,)
