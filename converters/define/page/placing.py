"""Where on the page each finding of a check belongs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from converters.define.index import Index
from converters.define.page.anchors import Anchors
from converters.define.page.links import Link, inside
from converters.findings import Finding, Severity, sort_findings


@dataclass(frozen=True, slots=True)
class FindingView:
    """A finding: ``place`` leads to the item that it is shown on, if it is on the page."""

    severity: str
    message: str
    rules: str
    value: str
    count: int
    place: Link


class Findings:
    """The findings by the id of the element that they are about, gravest first."""

    def __init__(self, index: Index, anchors: Anchors, findings: Sequence[Finding]) -> None:
        """Places each finding by the OID it names, or else by its dataset and variable."""
        self._index = index
        self._anchors = anchors
        self._at: dict[str, list[FindingView]] = {}
        self._by_oid = self._definitions() if findings else {}
        self._places: dict[str, str] = {}
        self.all: tuple[FindingView, ...] = tuple(map(self._place, sort_findings(findings)))
        counts = Counter(view.severity for view in self.all)
        self.severities = tuple(
            (severity.value, counts[severity.value])
            for severity in Severity
            if counts[severity.value]
        )

    def at(self, anchor: str) -> Sequence[FindingView]:
        """The findings about the element with that id."""
        return self._at.get(anchor, ())

    def _place(self, finding: Finding) -> FindingView:
        href = self._href(finding)
        oid = str(finding.keys.get("OID") or "")
        name = ".".join(filter(None, (finding.dataset, finding.variable))) or oid
        view = FindingView(
            severity=finding.severity.value,
            message=finding.message,
            rules=", ".join((finding.rule, *finding.published)),
            value=finding.value or "",
            count=finding.count,
            place=Link(name or "the file", href),
        )
        if href:
            self._at.setdefault(self._places[href], []).append(view)
        return view

    def _href(self, finding: Finding) -> str:
        oid = str(finding.keys.get("OID") or "")
        anchor = (
            self._item(oid, finding.dataset)
            or self._by_oid.get(oid, "")
            or self._anchors.named(finding.dataset, finding.variable)
            or self._anchors.named(finding.dataset)
        )
        if not anchor:
            return ""
        href = inside(anchor)
        self._places[href] = anchor
        return href

    def _item(self, oid: str, dataset: str) -> str:
        """The row of an item: in the dataset that the finding names, if it stands there."""
        if not oid:
            return ""
        uses = self._index.uses.get(oid, ())
        groups = (use.group.oid for use in uses if use.group and use.group.name == dataset)
        return self._anchors.item(oid, next(groups, None))

    def _definitions(self) -> dict[str, str]:
        """The id of the element that shows a definition, by the OID of the definition."""
        found: dict[str, str] = {}
        for oid, anchor in (*self._sections(), *self._value_lists()):
            found.setdefault(oid, anchor)
        return found

    def _sections(self) -> Iterator[tuple[str, str]]:
        index, metadata = self._index, self._index.metadata
        displays = metadata.displays.displays if metadata.displays else ()
        for definitions in (
            metadata.item_groups,
            metadata.code_lists,
            metadata.methods,
            metadata.comments,
            tuple(index.standards.values()),
            displays,
            tuple(result for _, result in index.results()),
        ):
            for definition in definitions:
                yield definition.oid or "", self._anchors.of(definition)
        yield from self._anchors.leaves.items()
        for group in metadata.item_groups:
            if group.leaf:
                yield group.leaf.id or "", self._anchors.of(group)

    def _value_lists(self) -> Iterator[tuple[str, str]]:
        """Value lists and where-clauses are shown on the variables and results that use them."""
        for group in self._index.metadata.item_groups:
            for ref, item in self._index.variables(group):
                if item.value_list_ref:
                    yield item.value_list_ref.value_list_oid or "", self._anchors.of(ref)
                for below, _ in self._index.value_level(item):
                    for where in below.where_clauses:
                        yield where.where_clause_oid or "", self._anchors.of_value(ref, below)
        for _, result, dataset in self._index.analysis_datasets():
            if dataset.where_clause:
                yield dataset.where_clause.where_clause_oid or "", self._anchors.of(result)
