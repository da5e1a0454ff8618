"""The package on disk: written beside its place, renamed when complete, always the same bytes."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from converters import __version__
from converters.dataset import Dataset, Package, StandardUse
from converters.define import write_define
from converters.findings import Finding, Severity, sort_findings
from converters.formats import write_dataset
from converters.formats.xpt_text import encode_one
from converters.mapping.displays import described
from converters.mapping.settings import Output
from converters.pipeline.account import SourceAccount
from converters.pipeline.continuation import TEXT_BYTES
from converters.pipeline.convert import Conversion, Progress
from converters.pipeline.defined import check_defines, write_pages
from converters.pipeline.exports import write_formats, write_parts
from converters.pipeline.place import MANIFEST, TOOL, beside
from converters.standards.sdtmig import COMPANIONS

#: Findings of the checks, and of the writer, on texts that a transport file cannot hold.
_TEXT_RULES = ("not-ascii", "text-too-long")
_WRITER_RULES = ("xpt-character", "xpt-length", "xpt-length-limit")
_SHOWN = 60


def write_package(
    conversion: Conversion,
    findings: Sequence[Finding],
    out: Path,
    progress: Progress,
    fail_on: Severity | None = None,
) -> list[Finding]:
    """Writes all files of a package and puts them in place of what ``out`` held before.

    Returns the findings, with those on its define.xml and those that the writing itself added. With
    one at or above ``fail_on`` the package goes to ``failed_place(out)``, and ``out`` stays.

    Raises:
        OutputError: something cannot be written; what ``out`` held is untouched.
    """
    output = conversion.study.settings.output
    package = package_of(conversion)
    with beside(out) as draft:
        folder = draft.folder
        told: list[Finding] = []
        parts: dict[str, Any] = {}
        if conversion.datasets:
            told, parts = _write_datasets(package, output, folder / "sdtm", progress)
            told += write_formats(package, folder, output.formats, "../sdtm/define.xml")
            _copy_documents(conversion, "sdtm", folder)
        if conversion.analyses:
            package = analysis_package_of(conversion)
            more, split = _write_datasets(package, output, folder / "adam", progress)
            told += more + write_formats(package, folder, output.formats, "../adam/define.xml")
            parts |= split
            _copy_documents(conversion, "adam", folder)
        progress("checking define.xml", 1.0)
        write_pages(folder)
        found = sort_findings([*_united(findings, told), *check_defines(folder)])
        if fails(found, fail_on):
            draft.fail()
            write_pages(folder, found)
        accounts = [account.as_dict() for account in conversion.accounts]
        content: dict[str, Any] = {"sources": accounts}
        if conversion.analyses:
            content["analyses"] = list(conversion.analysed)
        content["findings"] = [item.as_dict() for item in found]
        _write_json(folder / "findings.json", content)
        datasets = (*conversion.datasets.values(), *conversion.analyses.values())
        _write_traces(datasets, folder / "trace")
        _write_json(folder / MANIFEST, _manifest(conversion, found, parts, folder))
        return found


def fails(findings: Sequence[Finding], fail_on: Severity | None) -> bool:
    """Whether one of the findings is as grave as ``fail_on`` or graver; None: none ever is."""
    return fail_on is not None and any(item.severity.at_least(fail_on) for item in findings)


def _write_datasets(
    package: Package, output: Output, place: Path, progress: Progress
) -> tuple[list[Finding], dict[str, Any]]:
    """Transport files and define.xml; what the writers tell, and which datasets were split how."""
    created = datetime.fromisoformat(package.created)
    place.mkdir()
    told: list[Finding] = []
    split: dict[str, Any] = {}
    for number, dataset in enumerate(package.datasets.values(), start=1):
        progress(f"writing {dataset.name}", number / len(package.datasets))
        if dataset.frame.empty:  # define.xml says that it has no data, and names no file
            continue
        path = place / f"{dataset.name.lower()}.xpt"
        told += write_dataset(dataset, path, created=created, lenient=True)
        parts, findings = write_parts(dataset, place, output, created)
        told += findings
        if parts:
            split[dataset.name] = parts
    write_define(package, place / "define.xml", version=output.define)
    return told, split


def _copy_documents(conversion: Conversion, package: str, folder: Path) -> None:
    """Puts the documents of a package beside its define.xml."""
    for item in conversion.study.settings.documents_of(package):
        target = folder / package / item.document.href
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(conversion.study.folder / item.file, target)


def _united(before: Sequence[Finding], told: Sequence[Finding]) -> list[Finding]:
    """The findings of checks and writer; a text that both speak of is told once, as written."""
    checked = {(f.dataset, f.variable) for f in before if f.rule in _TEXT_RULES}
    found = [
        replace(f, message=f"{f.message}; written as {_written(f.value)}")
        if f.rule in _TEXT_RULES and f.value is not None
        else f
        for f in before
    ]
    return found + [
        f for f in told if f.rule not in _WRITER_RULES or (f.dataset, f.variable) not in checked
    ]


def _written(value: str) -> str:
    """A text as a transport file can hold it, its beginning."""
    text = encode_one(value, TEXT_BYTES, "ascii")[0].decode("ascii").rstrip()
    return f"'{text[:_SHOWN]}...'" if len(text) > _SHOWN else f"'{text}'"


def package_of(conversion: Conversion) -> Package:
    """The package as the emitters know it."""
    settings = conversion.study.settings
    return Package(
        study_id=settings.study_id,
        study_name=settings.title,
        description=settings.description,
        protocol=settings.protocol,
        created=settings.created,
        standards=standards_of(conversion),
        datasets=conversion.datasets,
        documents=tuple(item.document for item in settings.documents_of("sdtm")),
        originator=settings.originator,
        comment=settings.comment,
    )


def analysis_package_of(conversion: Conversion) -> Package:
    """The package of the analysis datasets."""
    settings = conversion.study.settings
    comments = settings.comments
    guide = StandardUse("ADaMIG", "IG", settings.adamig, comment=comments.get("adamig"))
    package = package_of(conversion)
    terminology = [item for item in package.standards if item.type == "CT"]
    adam, on_adam = settings.adam_terminology, comments.get("adam_terminology")
    if adam is not None:
        terminology.append(StandardUse("CDISC/NCI", "CT", adam.version, "ADaM", comment=on_adam))
    return replace(
        package,
        standards=(guide, *terminology),
        datasets=conversion.analyses,
        documents=tuple(item.document for item in settings.documents_of("adam")),
        displays=described(conversion.study.displays),
    )


def standards_of(conversion: Conversion) -> tuple[StandardUse, ...]:
    """The standards that the study follows; guides for devices or persons where it has any."""
    settings = conversion.study.settings
    used = {item.metadata.standard for item in conversion.datasets.values()}
    guide, terms = settings.comments.get("sdtmig"), settings.comments.get("terminology")
    return (
        StandardUse("SDTMIG", "IG", settings.sdtmig, comment=guide),
        *(StandardUse(n, "IG", version) for n, version in COMPANIONS.items() if n in used),
        StandardUse("CDISC/NCI", "CT", settings.terminology.version, "SDTM", comment=terms),
    )


def _write_traces(datasets: Any, folder: Path) -> None:
    """The file and record behind every output record, one Parquet file a dataset."""
    folder.mkdir()
    for dataset in datasets:
        table = pa.Table.from_pandas(dataset.trace, preserve_index=False)
        pq.write_table(table, folder / f"{dataset.name.lower()}.parquet", compression="zstd")


def _write_json(path: Path, content: Any) -> None:
    text = json.dumps(content, indent=1, ensure_ascii=False, default=_plain)
    path.write_text(text + "\n", encoding="utf-8")


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else str(value)


def _manifest(
    conversion: Conversion, findings: Sequence[Finding], split: Mapping[str, Any], folder: Path
) -> dict[str, Any]:
    study, settings = conversion.study, conversion.study.settings
    guides = [item for item in standards_of(conversion) if item.type == "IG"]
    inputs = [
        *study.spec_files(),
        *(path for spec in study.sources.values() for path in spec.files()),
        *study.given,
    ]
    outputs = sorted(path for path in folder.rglob("*") if path.is_file())
    datasets = {**conversion.datasets, **conversion.analyses}
    return {
        "tool": TOOL,
        "version": __version__,
        "study": settings.study_id,
        "created": settings.created,
        "standards": {
            **{item.name.lower(): item.version for item in guides},
            **_analysis_standards(conversion),
            "terminology": settings.terminology.version,
            "define-xml": settings.output.define,
        },
        "terminology": settings.terminology.release.as_dict(),
        "sources": [account.as_dict() for account in conversion.accounts],
        "datasets": {name: _counts(item) for name, item in datasets.items()},
        "split": split,
        "findings": {
            severity.value: sum(item.severity is severity for item in findings)
            for severity in Severity
        },
        "inputs": [
            *(_file(path, study.folder) for path in dict.fromkeys(inputs)),
            *(_values(account) for account in conversion.accounts if account.digest),
        ],
        "outputs": [_file(path, folder) for path in outputs],
    }


def _analysis_standards(conversion: Conversion) -> dict[str, str]:
    settings = conversion.study.settings
    if not conversion.analyses:
        return {}
    adam = settings.adam_terminology
    own = {} if adam is None else {"adam_terminology": adam.version}
    return {"adamig": settings.adamig, **own}


def _counts(dataset: Dataset) -> dict[str, int]:
    return {"records": len(dataset.frame), "variables": len(dataset.frame.columns)}


def _values(account: SourceAccount) -> dict[str, Any]:
    """What was read of a source that is no file."""
    return {
        "source": account.name,
        "path": account.files[0],
        "records": account.records,
        "sha256": account.digest,
    }


def _file(path: Path, folder: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {
        "path": path.relative_to(folder).as_posix(),
        "bytes": path.stat().st_size,
        "sha256": digest,
    }
