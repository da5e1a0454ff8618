"""Analysis Results Metadata 1.0: the displays, their results, and what these read."""

from __future__ import annotations

from collections.abc import Mapping

from converters import dataset
from converters.dataset import Comment, Metadata, Package
from converters.define.elements import (
    AnalysisDataset,
    AnalysisDatasets,
    AnalysisResult,
    AnalysisResultDisplays,
    AnalysisVariable,
    Code,
    Documentation,
    ProgrammingCode,
    ResultDisplay,
    WhereClauseRef,
)
from converters.define.joins import joined, read_by
from converters.define.oids import readable
from converters.define.shared import Shared, described


def analysis_results(package: Package, shared: Shared) -> AnalysisResultDisplays | None:
    """The displays of a package, or None where it has none."""
    if not package.displays:
        return None
    known = {item.name: item.metadata for item in package.datasets.values()}
    return AnalysisResultDisplays(
        displays=tuple(_display(display, known, shared) for display in package.displays)
    )


def _display(
    display: dataset.Display, known: Mapping[str, Metadata], shared: Shared
) -> ResultDisplay:
    oid = shared.oids.claim(f"RD.{readable(display.name)}")
    place = oid.removeprefix("RD.")
    return ResultDisplay(
        oid=oid,
        name=display.name,
        description=described(display.description),
        documents=shared.documents.references(display.documents),
        results=tuple(_result(item, place, known, shared) for item in display.results),
    )


def _result(
    result: dataset.AnalysisResult, place: str, known: Mapping[str, Metadata], shared: Shared
) -> AnalysisResult:
    oid = shared.oids.claim(f"AR.{place}.{readable(result.name)}")
    read = [known[name] for name in read_by(result)]
    join = result.join or (joined(read) if len(read) > 1 else None)
    return AnalysisResult(
        oid=oid,
        parameter_oid=_parameter(result, known),
        reason=result.reason,
        purpose=result.purpose,
        description=described(result.description),
        datasets=AnalysisDatasets(
            comment_oid=shared.comments.oid(join, oid),
            datasets=tuple(_data(item, join, shared) for item in result.data),
        ),
        documentation=_documentation(result.documentation, shared),
        code=_code(result, shared),
    )


def _parameter(result: dataset.AnalysisResult, known: Mapping[str, Metadata]) -> str | None:
    """PARAMCD of the dataset whose parameters are selected, else of the first that has any."""
    with_parameters = [
        item
        for item in result.data
        if any(variable.name == "PARAMCD" for variable in known[item.dataset].variables)
    ]
    selected = [
        item
        for item in with_parameters
        if any(c.variable == "PARAMCD" and c.dataset in ("", item.dataset) for c in item.where)
    ]
    first = next(iter((*selected, *with_parameters)), None)
    return f"IT.{first.dataset}.PARAMCD" if first else None


def _data(data: dataset.AnalysisData, join: Comment | None, shared: Shared) -> AnalysisDataset:
    where = shared.wheres.oid(data.dataset, data.where, join) if data.where else None
    return AnalysisDataset(
        item_group_oid=f"IG.{data.dataset}",
        where_clause=WhereClauseRef(where_clause_oid=where) if where else None,
        variables=tuple(
            AnalysisVariable(item_oid=f"IT.{data.dataset}.{name}") for name in data.variables
        ),
    )


def _documentation(comment: Comment | None, shared: Shared) -> Documentation | None:
    if comment is None:
        return None
    return Documentation(
        description=described(comment.text),
        documents=shared.documents.references(comment.documents),
    )


def _code(result: dataset.AnalysisResult, shared: Shared) -> ProgrammingCode | None:
    if not (result.code or result.programs):
        return None
    return ProgrammingCode(
        context=result.context or None,
        code=Code(text=result.code) if result.code else None,
        documents=shared.documents.references(result.programs),
    )
