"""What a program may ask of the library: check a study, convert it, read and write datasets."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from converters.dataset import Dataset
from converters.define.check import check_define
from converters.errors import CdiscError, OutputError, Problem, SpecError
from converters.findings import Finding, Severity, sort_findings
from converters.mapping.code import load_code
from converters.pipeline.convert import Conversion, Progress, convert_study
from converters.pipeline.package import fails, write_package
from converters.pipeline.place import check_place, failed_place, resolve_place
from converters.pipeline.plan import make_plan
from converters.study import Study, read_study
from converters.validation import check_analyses, check_datasets

__all__ = [
    "Report",
    "check",
    "check_define",
    "convert",
    "define_page",
    "open_study",
    "validate",
]


@dataclass(frozen=True)
class Report:
    """What a conversion came to.

    ``datasets`` by name, SDTM and ADaM, ``findings`` gravest first, ``sources`` the account of each
    source's records, ``analyses`` that of each dataset's records in an analysis dataset. ``out`` is
    the folder that was written; ``published`` says whether it is the one asked for or, for findings
    at or above ``fail_on``, the one beside it.
    """

    datasets: Mapping[str, Dataset]
    findings: tuple[Finding, ...]
    sources: tuple[Mapping[str, Any], ...]
    out: Path | None
    published: bool
    analyses: tuple[Mapping[str, Any], ...] = ()

    def worst(self) -> Severity | None:
        """The gravest severity among the findings; None for a clean run."""
        return min((item.severity for item in self.findings), key=lambda s: s.rank, default=None)


def check(folder: str | os.PathLike[str]) -> list[Problem]:
    """All that is wrong with a study's specs, without looking at its data; empty if nothing is."""
    return _checked(folder)[1]


def _checked(folder: str | os.PathLike[str]) -> tuple[Study | None, list[Problem]]:
    """A study, as far as it can be read, and all that is wrong with its specs."""
    study, problems = read_study(Path(folder))
    if study is not None:
        problems = [*problems, *study.code_problems(allowed=True)]
        try:
            make_plan(study)
        except CdiscError as error:
            problems = [*problems, *error.problems]
    return study, sorted(set(problems), key=Problem.place)


def open_study(folder: str | os.PathLike[str]) -> Study:
    """A study folder, loaded.

    Raises:
        SpecError: with every problem that ``check`` finds.
    """
    study, problems = _checked(folder)
    if problems or study is None:
        raise SpecError(*problems)
    return study


def convert(
    folder: str | os.PathLike[str],
    out: str | os.PathLike[str] | None = None,
    *,
    fail_on: Severity | None = Severity.ERROR,
    also: Sequence[str] = (),
    allow_code: bool = False,
    progress: Progress = lambda *_: None,
) -> Report:
    """Converts a study's raw records into SDTM and ADaM, checks and writes these to ``out``.

    ``also`` names formats in which every dataset is written beside the transport files, with those
    that study.yaml states (``json``, ``ndjson``, ``dsjc``, ``parquet``, ``csv``).

    With ``allow_code`` the Python functions that specs name are run, from the study's
    derivations.py; without it such specs are wrong.

    With findings at or above ``fail_on`` (None: whatever is found) ``out`` stays as it was, and the
    package goes to a folder beside it whose name ends in ``-failed``. Without ``out`` nothing is
    written.

    Raises:
        SpecError: the study or a spec is wrong.
        InputError: a source cannot be read as it should.
        OutputError: the package cannot be written.
    """
    place = None if out is None else resolve_place(Path(out))
    if place is not None:
        check_place(place)
    study, problems = read_study(Path(folder))
    if study is None:
        raise SpecError(*problems)
    output = study.settings.output
    output = replace(output, formats=tuple(dict.fromkeys((*output.formats, *also))))
    problems = [*problems, *study.code_problems(allowed=allow_code)]
    code = load_code(study.folder) if not problems and any(study.functions()) else None
    study = replace(study, settings=replace(study.settings, output=output, code=code))
    conversion = convert_study(study, progress, problems)
    progress("validating", 0.5)
    findings = [*conversion.findings, *validate(conversion)]
    if place is not None:
        findings = write_package(conversion, findings, place, progress, fail_on)
    failed = fails(findings, fail_on)
    if place is not None and failed:
        place = failed_place(place)
    sources = tuple(account.as_dict() for account in conversion.accounts)
    datasets = {**conversion.datasets, **conversion.analyses}
    return Report(datasets, tuple(findings), sources, place, not failed, conversion.analysed)


def validate(conversion: Conversion) -> list[Finding]:
    """The findings on converted datasets: structure, standard, terminology, relations."""
    settings = conversion.study.settings
    return sort_findings(
        [
            *check_datasets(
                conversion.datasets, version=settings.sdtmig, terminology=settings.terminology
            ),
            *check_analyses(
                conversion.analyses,
                version=settings.adamig,
                terminology=settings.for_analyses().terminology,
            ),
        ]
    )


def define_page(
    path: str | os.PathLike[str],
    out: str | os.PathLike[str] | None = None,
    *,
    data: str | os.PathLike[str] | None = None,
    check: bool = True,
) -> Path:
    """Writes a define.xml as one HTML file and returns its place: ``out``, or beside the file.

    With ``check`` the page shows what ``check_define`` finds, with ``data`` also against a folder.

    Raises:
        InputError: the file or the folder cannot be read, or the file is no Define-XML.
        OutputError: the page cannot be written, or would replace the file itself.
    """
    from converters.define.page import write_page

    source = Path(path)
    target = Path(out) if out is not None else source.with_suffix(".html")
    if target == source or (target.exists() and source.exists() and target.samefile(source)):
        message = "is the define.xml itself: name another file for the page"
        raise OutputError(Problem(str(target), None, None, message))
    if target.is_dir():
        raise OutputError(Problem(str(target), None, None, "is a folder: name a file for the page"))
    write_page(source, target, check_define(source, data) if check else ())
    return target
