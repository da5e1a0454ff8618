"""Which files a source is: a pattern's, or each of a folder a source of its own."""

from __future__ import annotations

from pathlib import Path

from converters.errors import nearest
from converters.findings import Finding, Severity

#: What the ending of a file's name says of its format.
EXTENSIONS = {
    ".csv": "csv",
    ".txt": "csv",
    ".dat": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".xls": "xlsx",  # refused there, with what to do
    ".sas7bdat": "sas7bdat",
    ".xpt": "xpt",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".xml": "odm",
    ".odm": "odm",
}
#: Endings that are as often those of a note, or of a define.xml, as of a dataset.
_DOUBTFUL = (".txt", ".dat", ".xml", ".odm")
DATASETS = tuple(ending for ending in EXTENSIONS if ending not in _DOUBTFUL)
_SYSTEM = ("thumbs.db", "desktop.ini")
_SIGNS = "*?["


def is_pattern(path: str) -> bool:
    """Whether a path has signs that stand for others: ``raw/lab_*.csv``."""
    return any(sign in path for sign in _SIGNS)


def is_inside(folder: Path, pattern: str) -> bool:
    """Whether a path or pattern, and all that it names, stays inside the folder, links too."""
    if Path(pattern).is_absolute() or ".." in Path(pattern).parts or "\0" in pattern:
        return False
    root = folder.resolve()
    paths = [folder / pattern, *folder.glob(pattern), *folder.glob(f"{pattern}/*")]
    return all(path.resolve().is_relative_to(root) for path in paths)


def matching(folder: Path, pattern: str) -> list[Path]:
    """The files of a pattern in the order of their paths, without those of the system."""
    return sorted(path for path in folder.glob(pattern) if path.is_file() and not _of_system(path))


def members(folder: Path, format_: str | None = None) -> tuple[dict[str, list[Path]], list[Path]]:
    """The dataset files of a folder by their stems in small letters, and what else lies in it.

    Those of ``format_`` are dataset files; without it all whose ending leaves no doubt.
    """
    found: dict[str, list[Path]] = {}
    others = []
    for path in sorted(folder.iterdir()):
        ending = path.suffix.lower()
        wanted = EXTENSIONS.get(ending) == format_ if format_ else ending in DATASETS
        if _of_system(path):
            continue
        if wanted and path.is_file():
            found.setdefault(path.stem.lower(), []).append(path)
        else:
            others.append(path)
    return found, others


def unread_file(source: str, path: Path, study: Path) -> Finding:
    """The finding for what lies in a source's folder and is not read."""
    what = "a folder in a folder" if path.is_dir() else "no dataset file by its name's ending"
    message = f"source '{source}' does not read {path.name}: {what}"
    file = path.relative_to(study).as_posix()
    return Finding("unread-file", Severity.NOTE, message, file=file)


def absent(path: Path) -> str:
    """What to say of a file that is not there, or a pattern that matches none: the nearest one."""
    base = path.parent
    while not base.is_dir() and base != base.parent:
        base = base.parent
    rest = path.relative_to(base)
    if is_pattern(str(rest)):
        words = f"no file matches the pattern '{rest.as_posix()}'"
    elif base != path.parent:
        return f"file not found: there is no folder {path.parent}"
    else:
        words = "file not found"
    depth = "/".join("*" for _ in rest.parts)
    near = (item for item in sorted(base.glob(depth)) if not _of_system(item))
    return words + nearest(rest.as_posix(), (item.relative_to(base).as_posix() for item in near))


def _of_system(path: Path) -> bool:
    """Whether the system, or Excel for a workbook that is open, has put the file there."""
    return path.name.startswith((".", "~$")) or path.name.lower() in _SYSTEM
