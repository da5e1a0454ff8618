"""The package on disk: written beside its place, renamed when complete, always the same bytes."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from converters import __version__
from converters.dataset import Dataset, Package, StandardUse
from converters.define import write_define
from converters.errors import OutputError, Problem
from converters.findings import Finding, Severity, sort_findings
from converters.formats import write_dataset
from converters.mapping.settings import Settings
from converters.pipeline.convert import Conversion, Progress

MANIFEST = "manifest.json"


def check_place(out: Path) -> None:
    """Refuses a folder that holds something else than a package.

    Raises:
        OutputError: the place is a file, or a folder that this library did not write.
    """
    _recover(out)
    if not out.exists():
        return
    if not out.is_dir():
        raise OutputError(Problem(str(out), None, None, "is a file: the output is a folder"))
    if any(out.iterdir()) and not (out / MANIFEST).is_file():
        message = f"is not empty and no package (it has no {MANIFEST}): choose another folder"
        raise OutputError(Problem(str(out), None, None, message))


def write_package(
    conversion: Conversion, findings: Sequence[Finding], out: Path, progress: Progress
) -> list[Finding]:
    """Writes all files of a package and puts them in place of what ``out`` held before.

    Returns the findings, with those that the writing itself added.

    Raises:
        OutputError: something cannot be written; what ``out`` held is untouched.
    """
    with _beside(out) as folder:
        found = list(findings)
        found += _write_sdtm(conversion, folder, found, progress)
        found = sort_findings(found)
        _write_json(folder / "findings.json", [item.as_dict() for item in found])
        _write_traces(conversion.datasets.values(), folder / "trace")
        _write_json(folder / MANIFEST, _manifest(conversion, found, folder))
        return found


@contextmanager
def _beside(out: Path) -> Iterator[Path]:
    """A new folder beside ``out`` that takes its place when all went well, and is gone if not."""
    check_place(out)
    partial = out.with_name(f".{out.name}.partial-{os.getpid()}")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        yield partial
        _replace(out, partial)
    except OSError as error:
        place = str(error.filename or out)
        raise OutputError(
            Problem(place, None, None, f"cannot be written: {error.strerror}")
        ) from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _previous(out: Path) -> Path:
    return out.with_name(f".{out.name}.previous")


def _replace(out: Path, partial: Path) -> None:
    previous = _previous(out)
    shutil.rmtree(previous, ignore_errors=True)
    if out.exists():
        out.rename(previous)
    try:
        partial.rename(out)
    except OSError:
        if previous.exists():
            previous.rename(out)
        raise
    shutil.rmtree(previous, ignore_errors=True)


def _recover(out: Path) -> None:
    """Puts the package back that a run was killed over between the two renames."""
    if not out.exists() and _previous(out).is_dir():
        _previous(out).rename(out)


def _write_sdtm(
    conversion: Conversion, folder: Path, before: Sequence[Finding], progress: Progress
) -> list[Finding]:
    settings = conversion.study.settings
    created = datetime.fromisoformat(settings.created)
    place = folder / "sdtm"
    place.mkdir()
    known = {(item.dataset, item.variable, item.value) for item in before}
    found: list[Finding] = []
    for number, dataset in enumerate(conversion.datasets.values(), start=1):
        progress(f"writing {dataset.name}", number / len(conversion.datasets))
        if dataset.frame.empty:  # define.xml says that it has no data, and names no file
            continue
        path = place / f"{dataset.name.lower()}.xpt"
        told = write_dataset(dataset, path, created=created, lenient=True)
        found += [f for f in told if (f.dataset, f.variable, f.value) not in known]
    write_define(package_of(conversion), place / "define.xml")
    return found


def package_of(conversion: Conversion) -> Package:
    """The package as the emitters know it."""
    settings = conversion.study.settings
    return Package(
        study_id=settings.study_id,
        study_name=settings.title,
        description=settings.description,
        protocol=settings.protocol,
        created=settings.created,
        standards=standards_of(settings),
        datasets=conversion.datasets,
    )


def standards_of(settings: Settings) -> tuple[StandardUse, ...]:
    """The standards that the study follows."""
    return (
        StandardUse("SDTMIG", "IG", settings.sdtmig),
        StandardUse("CDISC/NCI", "CT", settings.terminology.version, "SDTM"),
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


def _manifest(conversion: Conversion, findings: Sequence[Finding], folder: Path) -> dict[str, Any]:
    study, settings = conversion.study, conversion.study.settings
    inputs = [
        *study.spec_files(),
        *(path for spec in study.sources.values() for path in spec.paths),
    ]
    outputs = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        "tool": "cdisc-converters",
        "version": __version__,
        "study": settings.study_id,
        "created": settings.created,
        "standards": {
            "sdtmig": settings.sdtmig,
            "terminology": settings.terminology.version,
            "define-xml": "2.1",
        },
        "sources": [account.as_dict() for account in conversion.accounts],
        "datasets": {name: _counts(item) for name, item in conversion.datasets.items()},
        "findings": {
            severity.value: sum(item.severity is severity for item in findings)
            for severity in Severity
        },
        "inputs": [_file(path, study.folder) for path in dict.fromkeys(inputs)],
        "outputs": [_file(path, folder) for path in outputs],
    }


def _counts(dataset: Dataset) -> dict[str, int]:
    return {"records": len(dataset.frame), "variables": len(dataset.frame.columns)}


def _file(path: Path, folder: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {
        "path": path.relative_to(folder).as_posix(),
        "bytes": path.stat().st_size,
        "sha256": digest,
    }
