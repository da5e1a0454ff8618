"""A study folder, loaded and checked: study.yaml, its sources, its specs of SDTM and ADaM."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from converters.errors import Problem, SpecError, nearest
from converters.findings import Finding
from converters.iso8601 import compile_format
from converters.mapping.analysis import AnalysisSpec, build_analysis
from converters.mapping.check import check_document, mended
from converters.mapping.code import CODE_FILE, functions_in
from converters.mapping.displays import DISPLAYS, DisplaySpec, build_displays
from converters.mapping.document import Document, Path_, load, scalar_text
from converters.mapping.documents import declared, document_problems
from converters.mapping.files import with_files
from converters.mapping.metadata import comment, reference_problems
from converters.mapping.planned import planned_timepoints, planned_visits, unscheduled_visits
from converters.mapping.settings import Dates, Output, Settings
from converters.mapping.spec import DatasetSpec, build_spec
from converters.mapping.trial_design import design_specs
from converters.sources import SourceSpec
from converters.standards.adamig import versions as adamig_versions
from converters.standards.sdtmig import versions as sdtmig_versions
from converters.standards.terminology import Terminology, load_terminology
from converters.study_sources import build_sources, given_datasets

DEFAULT_SDTMIG, DEFAULT_ADAMIG = "3.4", "1.3"
DEFAULT_TERMINOLOGY, DEFAULT_ADAM_TERMINOLOGY = "2024-03-29", "2026-03-27"

T = TypeVar("T")


@dataclass(frozen=True)
class Study:
    """What a study folder says: ``sdtm`` and ``adam`` hold the specs by dataset name.

    ``unseen`` are sources whose folder is not there or empty, so that nobody knows its datasets;
    ``findings`` tell of files that no source reads, ``given`` are the
    files of finished datasets, ``displays`` tables and figures of the analysis datasets.
    """

    folder: Path
    document: Document
    settings: Settings
    sources: Mapping[str, SourceSpec]
    usubjid: Mapping[str, str]
    sdtm: Mapping[str, DatasetSpec]
    unreadable: frozenset[str] = field(default_factory=frozenset)
    adam: Mapping[str, AnalysisSpec] = field(default_factory=dict)
    unseen: frozenset[str] = field(default_factory=frozenset)
    findings: tuple[Finding, ...] = ()
    given: tuple[Path, ...] = ()
    displays: tuple[DisplaySpec, ...] = ()

    def has_source(self, name: str) -> bool:
        """Whether there is such a source, or may be in a folder that is not seen."""
        return name in self.sources or name.partition(".")[0] in self.unseen

    def spec_files(self) -> list[Path]:
        """study.yaml, every spec, and the rows, code and documents that they name."""
        specs: list[DatasetSpec | AnalysisSpec] = [*self.sdtm.values(), *self.adam.values()]
        files = {spec.document.file for spec in specs} - {self.document.file}
        files |= {file for spec in specs for file, _ in spec.document.files.values()}
        files |= {display.document.file for display in self.displays}
        files |= {item.file for item in self.settings.documents}
        code = [CODE_FILE] if any(self.functions()) else []
        return [self.folder / file for file in (self.document.file, *sorted(files), *code)]

    def functions(self) -> Iterator[tuple[Document, Path_, str]]:
        """The functions of the study's derivations.py that specs name, with their places."""
        for spec in self.adam.values():
            for item in (*spec.items, *(item for block in spec.blocks for item in block.items)):
                if item.is_variable and "code" in item.args:
                    place = (*item.path, "code", "function")
                    yield spec.document, place, item.args["code"]["function"]

    def code_problems(self, *, allowed: bool) -> list[Problem]:
        """What is wrong with the functions that specs name; all of them where code is forbidden."""
        named = list(self.functions())
        if not named:
            return []
        if not allowed:
            message = (
                f"'code' runs Python of the study, in {CODE_FILE}: it is refused without"
                " --allow-code (allow_code=True)"
            )
            return [document.problem(place, message) for document, place, _ in named]
        try:
            known = functions_in(self.folder)
        except SpecError as error:
            return list(error.problems)
        return [
            document.problem(place, f"{CODE_FILE} has no function '{name}'{nearest(name, known)}")
            for document, place, name in named
            if name not in known
        ]


def read_study(folder: Path) -> tuple[Study | None, list[Problem]]:
    """The study and all that is wrong with its files; None where study.yaml cannot be used.

    Specs with problems are left out of the study; their names are in ``unreadable``.
    """
    path = folder / "study.yaml"
    if folder.is_file():
        return None, [Problem(str(folder), None, None, "is a file, and no study folder")]
    if not folder.is_dir():
        return None, [Problem(str(folder), None, None, "there is no such study folder")]
    if not path.is_file():
        return None, [Problem(str(folder), None, None, "is no study folder: it has no study.yaml")]
    document, problems = _read(path, folder, "study")
    sdtm, unreadable = _read_specs(folder, "sdtm", "dataset", build_spec, problems)
    adam, unread = _read_specs(folder, "adam", "analysis", build_analysis, problems)
    displays = _read_displays(folder, problems)
    if document is None:
        return None, problems
    designed, found = design_specs(document, {*sdtm, *unreadable})
    sdtm, problems = {**designed, **sdtm}, [*problems, *found]
    try:
        study = _study(folder, document, sdtm, adam, unreadable | unread)
    except SpecError as error:
        return None, [*problems, *error.problems]
    study = replace(study, displays=displays)
    return study, [*problems, *_references(study)]


def _read_displays(folder: Path, problems: list[Problem]) -> tuple[DisplaySpec, ...]:
    """The displays that the study declares; what is wrong with them is added to ``problems``."""
    if not (folder / DISPLAYS).is_file():
        return ()
    document, found = _read(folder / DISPLAYS, folder, "displays")
    problems += found
    return build_displays(document) if document is not None else ()


def _references(study: Study) -> Iterator[Problem]:
    """What is wrong with the documents of a study, and with places that refer to some."""
    documents = study.settings.documents
    yield from document_problems(study.folder, study.document, documents)
    known = {item.document.name: item.packages for item in documents}
    yield from reference_problems(study.document, known)
    for spec in study.sdtm.values():
        if spec.document.file != study.document.file:  # a part of the trial's design
            yield from reference_problems(spec.document, known, "sdtm")
    adam = [spec.document for spec in study.adam.values()]
    for document in (*adam, *(display.document for display in study.displays[:1])):
        yield from reference_problems(document, known, "adam")


def _read(path: Path, folder: Path, schema: str) -> tuple[Document | None, list[Problem]]:
    shown = path.relative_to(folder).as_posix()
    if not path.resolve().is_relative_to(folder.resolve()):
        return None, [Problem(shown, None, None, "is a link that leads outside the study folder")]
    try:
        document = load(path, shown)
    except SpecError as error:
        return None, list(error.problems)
    if schema == "analysis":
        filled, problems = with_files(document, folder)
        if filled is None:
            return None, problems
        document = filled
    problems = check_document(document, schema)
    return (mended(document, schema) if problems else document), problems


def _read_specs(
    folder: Path,
    place: str,
    schema: str,
    build: Callable[[Document], T],
    problems: list[Problem],
) -> tuple[dict[str, T], set[str]]:
    """The specs in one folder of the study by dataset, and the names of unreadable ones."""
    specs: dict[str, T] = {}
    files: dict[str, str] = {}
    unreadable = set()
    for path in sorted((folder / place).glob("*.y*ml")):
        if path == folder / DISPLAYS:
            continue
        document, found = _read(path, folder, schema)
        problems += found
        if document is None:
            unreadable.add(path.stem.upper())
            continue
        name = str(document.data["dataset"])
        if name in specs:
            message = f"dataset {name} is already mapped by {files[name]}"
            problems.append(document.problem(("dataset",), message))
            continue
        specs[name], files[name] = build(document), document.file
    return specs, unreadable


def _study(
    folder: Path,
    document: Document,
    sdtm: Mapping[str, DatasetSpec],
    adam: Mapping[str, AnalysisSpec],
    unreadable: set[str],
) -> Study:
    data = document.data
    problems: list[Problem] = []
    sources = build_sources(folder, document, problems)
    given = given_datasets(folder, document, problems)
    if not {"sources", "datasets"} & set(data):
        message = "lacks the key 'sources', the raw records (or 'datasets', finished ones)"
        problems.append(document.problem((), message))
    _check_version(document, "sdtmig", DEFAULT_SDTMIG, sdtmig_versions(), problems)
    _check_version(document, "adamig", DEFAULT_ADAMIG, adamig_versions(), problems)
    settings = _settings(document, problems)
    if problems or settings is None:
        raise SpecError(*problems)
    return Study(
        folder,
        document,
        settings,
        sources.specs,
        sources.usubjid,
        sdtm,
        frozenset(unreadable),
        adam,
        frozenset(sources.unseen),
        tuple(sources.findings),
        given,
    )


def _check_version(
    document: Document, guide: str, default: str, known: list[str], problems: list[Problem]
) -> None:
    version = scalar_text(document.data.get("standards", {}).get(guide, default))
    if version not in known:
        name = {"sdtmig": "SDTMIG", "adamig": "ADaMIG"}[guide]
        hint = nearest(version, known)
        message = f"{name} '{version}' is not known, only {', '.join(known)}{hint}"
        problems.append(document.problem(("standards", guide), message))


def _settings(document: Document, problems: list[Problem]) -> Settings | None:
    data = document.data
    study, standards, dates = data["study"], data.get("standards", {}), data.get("dates", {})
    study_id = scalar_text(study["id"])
    formats = dates.get("format", ())
    for text in [formats] if isinstance(formats, str) else formats:
        try:
            compile_format(text)
        except ValueError as error:
            problems.append(document.problem(("dates", "format"), str(error)))
    adam = _release(document, "adam_terminology", DEFAULT_ADAM_TERMINOLOGY, problems)
    sdtm = _release(document, "terminology", DEFAULT_TERMINOLOGY, problems)
    if adam is None or sdtm is None:
        return None
    terminology, adam_terminology = _extended(document, sdtm, adam, problems)
    if terminology is None or adam_terminology is None:
        return None
    return Settings(
        study_id=study_id,
        title=study.get("title", study_id),
        description=study.get("description", study.get("title", study_id)),
        protocol=scalar_text(study.get("protocol", study_id)),
        created=_created(study.get("created"), document, problems),
        sdtmig=scalar_text(standards.get("sdtmig", DEFAULT_SDTMIG)),
        terminology=terminology,
        visits=planned_visits(document, problems),
        unscheduled=unscheduled_visits(document),
        timepoints=planned_timepoints(document, problems),
        adamig=scalar_text(standards.get("adamig", DEFAULT_ADAMIG)),
        adam_terminology=adam_terminology,
        dates=Dates(
            formats=(formats,) if isinstance(formats, str) else tuple(formats),
            pivot=dates.get("pivot"),
            unknown=tuple(scalar_text(token) for token in dates.get("unknown", ())),
            timezone=dates.get("timezone"),
        ),
        output=_output(data.get("output", {})),
        documents=declared(document),
        originator=study.get("originator", ""),
        comment=comment(study.get("comment")),
        comments={
            name: found
            for name, stated in standards.get("comments", {}).items()
            if (found := comment(stated)) is not None
        },
        dictionaries={
            name: scalar_text(version) for name, version in data.get("dictionaries", {}).items()
        },
    )


def _output(data: Mapping[str, Any]) -> Output:
    default = Output()
    return Output(
        formats=tuple(data.get("formats", ())),
        split=data.get("split", {}),
        split_over=data.get("split_over", default.split_over),
        define=data.get("define", default.define),
        terms=data.get("terms", default.terms),
    )


def _release(
    document: Document, key: str, default: str, problems: list[Problem]
) -> Terminology | None:
    """The release of terminology that ``standards`` names by a key."""
    version = document.data.get("standards", {}).get(key, default)
    standard = "adam" if key == "adam_terminology" else "sdtm"
    try:
        return load_terminology(version, standard=standard)
    except SpecError as error:
        place = ("standards", key)
        problems += [document.problem(place, item.message) for item in error.problems]
        return None


def _extended(
    document: Document, sdtm: Terminology, adam: Terminology, problems: list[Problem]
) -> list[Terminology | None]:
    """Both with the sponsor's terms, each for the codelists that it has; SDTM with all others."""
    added = _extensions(document.data.get("terminology", {}))
    of_adam = {name for name in added if sdtm.get(name) is None and adam.get(name) is not None}
    found: list[Terminology | None] = []
    for release, names in ((sdtm, added.keys() - of_adam), (adam, of_adam)):
        extensions = {name: added[name] for name in added if name in names}
        try:
            standard = release.release.standard
            found.append(load_terminology(release.version, extensions, standard))
        except SpecError as error:
            place: Path_ = ("terminology", "extensions")
            problems += [document.problem(place, item.message) for item in error.problems]
            found.append(None)
    return found


def _extensions(data: Mapping[str, Any]) -> dict[str, list[str] | dict[str, str]]:
    return {
        name: [scalar_text(value) for value in values]
        if isinstance(values, list)
        else {value: scalar_text(decode) for value, decode in values.items()}
        for name, values in data.get("extensions", {}).items()
    }


def _created(written: str | None, document: Document, problems: list[Problem]) -> str:
    """The package's creation time: SOURCE_DATE_EPOCH, else study.yaml; never the clock's."""
    try:
        moment = source_date_epoch()
        if moment is not None:
            return moment.strftime("%Y-%m-%dT%H:%M:%S")
    except SpecError as error:
        problems += error.problems
    if written is None:
        message = (
            "lacks the key 'created', the package's creation time (or set SOURCE_DATE_EPOCH):"
            " the same inputs must give the same bytes"
        )
        problems.append(document.problem(("study",), message))
        return ""
    try:
        return datetime.fromisoformat(written).strftime("%Y-%m-%dT%H:%M:%S")
    except ValueError:
        problems.append(
            document.problem(("study", "created"), f"'{written}' is not a date that exists")
        )
        return ""


def source_date_epoch() -> datetime | None:
    """The time that the environment's SOURCE_DATE_EPOCH states, in UTC.

    Raises:
        SpecError: it is not a number of seconds.
    """
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not epoch:
        return None
    if epoch.isascii() and epoch.isdigit() and int(epoch) < 2**33:
        return datetime.fromtimestamp(int(epoch), UTC).replace(tzinfo=None)
    message = f"'{epoch}' is not a number of seconds"
    raise SpecError(Problem("SOURCE_DATE_EPOCH", None, None, message))
