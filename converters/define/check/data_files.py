"""The files of a folder that hold the datasets of a define.xml, and what they hold.

A dataset's file is the one that its leaf names, else the one of its name. Of several formats the
leaf's is taken, else the first of ``FORMATS``. A dataset whose file is absent may stand in parts
(``lb1.xpt``, ``lb2.xpt``), in the folder or in ``split/``; they are read as one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

import pandas as pd

from converters import columns
from converters.dataset import Dataset
from converters.define.check.rule import Place, Rule, at_group
from converters.define.elements import ItemGroupDef, Leaf
from converters.define.index import Index
from converters.errors import InputError, nearest
from converters.findings import Finding, Severity
from converters.formats import contents, dataset_json_read, parquet, xpt_read
from converters.formats.dataset_json_layout import DatasetJsonHeader
from converters.validation.table import Table, listed

#: The formats that are looked for; the first is taken where a dataset has several files.
FORMATS = (".xpt", ".json", ".ndjson", ".dsjc", ".parquet")
_PART = re.compile(r"(.*?)([1-9][0-9]{0,2})")
_NAME_LENGTH = 8

_MISSING = Rule("define-data-dataset-missing", Severity.ERROR, ("SD0061",))
_UNDEFINED = Rule("define-data-dataset-undefined", Severity.ERROR, ("SD1063",))
_OTHER_FILE = Rule("define-data-file-name", Severity.WARNING, ("DD0084",))
_SEVERAL = Rule("define-data-several-formats", Severity.NOTE)
_SPLIT = Rule("define-data-split", Severity.ERROR)
_UNREADABLE = Rule("define-data-unreadable", Severity.REJECT)


@dataclass(frozen=True)
class Held:
    """A dataset as its file has it.

    ``file`` is the file's name; ``transport`` says that it declares a name and lengths of texts,
    ``labels`` whether it has any label. ``header`` is that of Dataset-JSON.
    """

    table: Table
    file: str
    transport: bool = False
    labels: bool = True
    header: DatasetJsonHeader | None = None

    def finding(
        self,
        rule: Rule,
        place: Place,
        message: str,
        *,
        value: str | None = None,
        count: int = 1,
        row: int = -1,
    ) -> Finding:
        """A finding on records: ``count`` of them, ``row`` (0-based; -1: none) the first."""
        found = replace(rule.at(place, message, value), count=count, file=self.file)
        return found if row < 0 else replace(found, row=row + 1)


@dataclass(frozen=True)
class Files:
    """Which files hold which dataset of a define.xml (by its place there), and what is amiss."""

    of: Mapping[int, tuple[Path, ...]]
    findings: Sequence[Finding]


@dataclass
class _Folder:
    """The dataset files of a folder by name in small letters."""

    path: Path
    files: Mapping[str, Path] = field(default_factory=dict)
    parts: Mapping[str, Path] = field(default_factory=dict)

    @staticmethod
    def of(path: Path) -> _Folder:
        try:
            return _Folder(path, _listed(path), _listed(path / "split"))
        except OSError as error:
            raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error

    def named(self, stem: str) -> list[Path]:
        """The files of that name, in the order of ``FORMATS``."""
        found = (self.files.get(f"{stem.lower()}{extension}") for extension in FORMATS)
        return [path for path in found if path]


def _listed(folder: Path) -> dict[str, Path]:
    if folder.name == "split" and not folder.is_dir():
        return {}
    files = sorted(path for path in folder.iterdir() if path.suffix.lower() in FORMATS)
    found: dict[str, Path] = {}
    for path in files:
        if path.is_file():
            found.setdefault(path.name.lower(), path)
    return found


def find_files(index: Index, folder: Path) -> Files:
    """The files of each dataset, and findings on datasets without a file and the reverse.

    Raises:
        InputError: the folder cannot be read.
    """
    found = _Folder.of(folder)
    groups = index.metadata.item_groups
    names = {_name(group).lower() for group in groups}
    taken: dict[int, tuple[Path, ...]] = {}
    findings: list[Finding] = []
    seen: set[Path] = set()
    for number, group in enumerate(groups):
        choices = _choices(index, found, group)
        parts = _parts(found, _name(group), names, whole=bool(choices))
        seen.update(choices, parts)
        if choices:
            taken[number] = (choices[0],)
            findings += _several(group, choices)
            findings += _misnamed(_leaf(index, group), group, choices[0])
            findings += _not_the_sum(group, choices[0], parts)
        elif parts:
            taken[number] = tuple(parts)
        elif group.has_no_data != "Yes":
            findings.append(_missing(found, group, names))
    known = [_name(group) for group in groups]
    findings += _undefined([path for path in found.files.values() if path not in seen], known)
    return Files(taken, findings)


def _name(group: ItemGroupDef) -> str:
    return group.sas_dataset_name or group.name or ""


def _leaf(index: Index, group: ItemGroupDef) -> Leaf | None:
    return group.leaf or index.leaves.get(group.archive_location_id or "")


def _choices(index: Index, folder: _Folder, group: ItemGroupDef) -> list[Path]:
    """The files of a dataset, the one to be taken first."""
    leaf = _leaf(index, group)
    href = PurePosixPath(unquote(leaf.href)) if leaf and leaf.href else None
    own = [folder.files.get(href.name.lower())] if href else []
    names = dict.fromkeys(name for name in (_name(group), group.name or "") if name)
    found = [*own, *(path for name in names for path in folder.named(name))]
    return list(dict.fromkeys(path for path in found if path))


def _parts(folder: _Folder, name: str, names: set[str], *, whole: bool) -> list[Path]:
    """The parts of a dataset by number; beside the whole only those in ``split/``."""
    stems = {name[: _NAME_LENGTH - digits].lower() for digits in (1, 2, 3)}
    found: dict[int, Path] = {}
    for path in [*folder.parts.values(), *(() if whole else folder.files.values())]:
        stem = path.stem.lower()
        match = _PART.fullmatch(stem)
        if name and match and match[1] in stems and stem not in names:
            found.setdefault(int(match[2]), path)
    return [found[number] for number in sorted(found)]


def _several(group: ItemGroupDef, choices: Sequence[Path]) -> Iterator[Finding]:
    if len(choices) > 1:
        others = ", ".join(path.name for path in choices[1:])
        message = f"{choices[0].name} is checked; {others} of the same dataset is not"
        yield _SEVERAL.at(at_group(group), message)


def _misnamed(leaf: Leaf | None, group: ItemGroupDef, path: Path) -> Iterator[Finding]:
    """A leaf that names a file of this format by another name, or in other letters."""
    href = PurePosixPath(unquote(leaf.href)).name if leaf and leaf.href else path.name
    if href == path.name or Path(href).suffix.lower() != path.suffix.lower():
        return
    how = "in other letters" if href.lower() == path.name.lower() else "under another name"
    message = f"the leaf names '{href}', the folder has it {how}: '{path.name}'"
    yield _OTHER_FILE.at(at_group(group), message, href)


def _not_the_sum(group: ItemGroupDef, whole: Path, parts: Sequence[Path]) -> Iterator[Finding]:
    """Parts beside a whole dataset that do not hold as many records."""
    if not parts:
        return
    try:
        records = contents.read_contents(whole, 0).rows
        split = sum(contents.read_contents(path, 0).rows or 0 for path in parts)
    except InputError as error:
        yield _UNREADABLE.at(at_group(group), str(error))
        return
    if records != split:
        names = ", ".join(path.name for path in parts)
        message = f"{whole.name} has {records:,} records, its parts {names} have {split:,}"
        yield _SPLIT.at(at_group(group), message)


def _missing(folder: _Folder, group: ItemGroupDef, names: set[str]) -> Finding:
    name = _name(group)
    stems = sorted({path.stem for path in folder.files.values()} - names)
    message = f"no file of dataset {name} in '{folder.path.name}'{nearest(name, stems)}"
    return _MISSING.at(at_group(group), message)


def _undefined(paths: Sequence[Path], known: Sequence[str]) -> Iterator[Finding]:
    for path in paths:
        if path.suffix.lower() in (".json", ".ndjson") and not _is_dataset(path):
            continue
        name = path.stem.upper()
        message = f"{path.name}: the dataset is not defined{nearest(name, known)}"
        yield replace(_UNDEFINED.at(Place(dataset=name), message), file=path.name)


def _is_dataset(path: Path) -> bool:
    try:
        contents.read_contents(path, 0)
    except InputError:
        return False
    return True


def unreadable(group: ItemGroupDef, error: InputError) -> Finding:
    """What is told of a dataset whose file cannot be read."""
    return _UNREADABLE.at(at_group(group), "; ".join(map(str, error.problems)))


def read(group: ItemGroupDef, paths: Sequence[Path]) -> Held:
    """The dataset of a file, or of its parts one after another.

    Raises:
        InputError: a file cannot be read, or a part has other variables than the first.
    """
    pieces = [_read(path, _name(group)) for path in paths]
    first = pieces[0]
    if len(pieces) == 1:
        return first
    tables = [piece.table for piece in pieces]
    for table, path in zip(tables[1:], paths[1:], strict=True):
        if table.names != tables[0].names:
            other = listed(set(table.names) ^ set(tables[0].names)) or "their order"
            raise InputError(f"{path.name}: other variables than {paths[0].name}: {other}")
    frame = pd.DataFrame(
        {name: columns.concat([table.frame[name] for table in tables]) for name in tables[0].names}
    )
    names = f"{paths[0].name} to {paths[-1].name}"
    metadata = replace(tables[0].metadata, name=_name(group).upper())
    return replace(first, table=Table(Dataset(metadata, frame)), file=names)


def _read(path: Path, name: str) -> Held:
    match path.suffix.lower():
        case ".xpt":
            members = xpt_read.read_contents(path, 0).members
            several = len(members) > 1
            return Held(
                Table(xpt_read.read_xpt(path, name if several else None)), path.name, transport=True
            )
        case ".parquet":
            dataset = parquet.read_parquet(path)
            labels = any(item.label for item in dataset.metadata.variables)
            return Held(Table(dataset), path.name, labels=labels)
    file = dataset_json_read.read_dataset_json_file(path)
    return Held(Table(file.dataset), path.name, header=file.header)
