"""Analysis results as the page shows them (Analysis Results Metadata 1.0)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from converters.define.elements import AnalysisDataset, AnalysisResult, ResultDisplay
from converters.define.index import Index
from converters.define.page.anchors import Anchors
from converters.define.page.lineage import Lineages
from converters.define.page.links import Link, inside
from converters.define.page.notes import UNDEFINED, Notes
from converters.define.page.placing import Findings
from converters.define.page.shapes import AnalysisData, DisplayView, ResultView
from converters.define.page.words import Text, WhereWords, label, linked


@dataclass(frozen=True)
class Analyses:
    """The displays of a file with their results."""

    _index: Index
    _anchors: Anchors
    _where: WhereWords
    _lineages: Lineages
    _findings: Findings
    _notes: Notes

    def views(self) -> Iterator[DisplayView]:
        """Each display."""
        displays = self._index.metadata.displays
        return map(self._display, displays.displays if displays else ())

    def _display(self, display: ResultDisplay) -> DisplayView:
        anchor = self._anchors.of(display)
        results = tuple(map(self._result, display.results))
        numbers = {number for result in results for number in result.datasets.split()}
        return DisplayView(
            anchor=anchor,
            name=display.name or display.oid or "(no name)",
            description=label(display.description),
            documents=self._notes.documents(display.documents),
            results=results,
            datasets=" ".join(sorted(numbers, key=int)),
            findings=self._findings.at(anchor),
        )

    def _result(self, result: AnalysisResult) -> ResultView:
        anchor = self._anchors.of(result)
        words = label(result.description)
        here = Link(str(words) or result.oid or "result", inside(anchor))
        used = result.datasets.datasets if result.datasets else ()
        groups = [self._index.item_groups.get(item.item_group_oid or "") for item in used]
        first = next((group for group in groups if group), None)
        documentation, code = result.documentation, result.code
        about = label(documentation.description) if documentation else Text()
        return ResultView(
            anchor=anchor,
            oid=result.oid or "",
            description=words,
            parameter=self._parameter(result, used),
            reason=result.reason or "",
            purpose=result.purpose or "",
            join=self._notes.comment(result.datasets.comment_oid, here, first)
            if result.datasets
            else None,
            data=tuple(self._analysis_data(item, here) for item in used),
            documentation=linked(about, self._lineages.links(first)),
            documents=self._notes.documents(documentation.documents) if documentation else (),
            context=(code.context or "") if code else "",
            code=code.code.text.strip("\r\n").rstrip() if code and code.code else "",
            programs=self._notes.documents(code.documents) if code else (),
            datasets=self._notes.numbers(groups),
            findings=self._findings.at(anchor),
        )

    def _parameter(self, result: AnalysisResult, used: Sequence[AnalysisDataset]) -> Text:
        """The parameter variable with the values that the records' conditions ask of it."""
        oid = result.parameter_oid
        if not oid:
            return Text()
        for dataset in used:
            ref = dataset.where_clause
            where = self._index.where_clauses.get((ref.where_clause_oid or "") if ref else "")
            group = self._index.item_groups.get(dataset.item_group_oid or "")
            for check in where.checks if where else ():
                if check.item_oid == oid:
                    return Text(tuple(self._where.check(check, group)))
        return Text((self._item_link(oid, None),))

    def _item_link(self, oid: str | None, group_oid: str | None) -> Link:
        item = self._index.items.get(oid or "")
        name = (item.name or item.oid or "") if item else f"{oid} ({UNDEFINED})"
        return Link(name, self._anchors.to_item(oid, group_oid))

    def _variable(self, oid: str | None, group_oid: str | None) -> tuple[Link, Text]:
        item = self._index.items.get(oid or "")
        return self._item_link(oid, group_oid), label(item.description) if item else Text()

    def _analysis_data(self, dataset: AnalysisDataset, here: Link) -> AnalysisData:
        oid = dataset.item_group_oid
        group = self._index.item_groups.get(oid or "")
        name = (group.name or oid or "") if group else f"{oid} ({UNDEFINED})"
        ref = dataset.where_clause
        where = self._index.where_clauses.get((ref.where_clause_oid or "") if ref else "")
        return AnalysisData(
            dataset=Link(name, self._anchors.to(group)),
            condition=self._where.of(ref.where_clause_oid, group) if ref else None,
            comment=self._notes.comment(where.comment_oid, here, group) if where else None,
            variables=tuple(self._variable(item.item_oid, oid) for item in dataset.variables),
        )
