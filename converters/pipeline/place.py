"""The folder that a package goes to: whose it is, and how a new one takes its place whole."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from converters.errors import OutputError, Problem

MANIFEST = "manifest.json"
TOOL = "cdisc-converters"


def resolve_place(out: Path) -> Path:
    """``out`` itself, or the folder that it stands for (a link, ``.``, ``a/..``).

    Raises:
        OutputError: it is the folder that the command runs in, or has no name.
    """
    with _told(out):
        odd = out.name in ("", "..") or out.is_symlink()
        place = out.resolve() if odd else out
        if not place.name or place.resolve() == Path.cwd():
            message = "is the folder that the command runs in: name one inside it"
            raise OutputError(Problem(str(out), None, None, message))
    return place


def check_place(out: Path) -> None:
    """Refuses a place that holds something else than a package of this library.

    Raises:
        OutputError: it is a file, below a file, or a folder with files that are not ours.
    """
    with _told(out):
        _recover(out)
        for parent in out.parents:
            if parent.exists() and not parent.is_dir():
                message = f"'{parent}' is a file: the output is a folder"
                raise OutputError(Problem(str(out), None, None, message))
        if not out.exists():
            return
        if not out.is_dir():
            raise OutputError(Problem(str(out), None, None, "is a file: the output is a folder"))
        foreign = _foreign(out)
        if foreign:
            message = f"is not empty: '{foreign}' is no file of a package; choose another folder"
            raise OutputError(Problem(str(out), None, None, message))


def _foreign(out: Path) -> str | None:
    """The first file in a folder that its manifest does not name as ours."""
    found = sorted(p.relative_to(out).as_posix() for p in out.rglob("*") if not p.is_dir())
    ours: set[str] = set()
    with suppress(OSError, ValueError, TypeError, KeyError):
        manifest = json.loads((out / MANIFEST).read_text("utf-8"))
        if manifest["tool"] == TOOL:
            ours = {MANIFEST, *(item["path"] for item in manifest["outputs"])}
    return next((name for name in found if name not in ours), None)


@dataclass
class Draft:
    """A package that is being written in ``folder``, to take the place ``out`` when it is whole."""

    folder: Path
    out: Path

    def fail(self) -> None:
        """For what was found in it, it goes beside its place, which stays as it was."""
        self.out = failed_place(self.out)


def failed_place(out: Path) -> Path:
    """Where a package goes whose findings keep it from ``out``."""
    return out.with_name(f"{out.name}-failed")


@contextmanager
def beside(out: Path) -> Iterator[Draft]:
    """A new folder beside ``out`` that takes its place when all went well, and is gone if not.

    Raises:
        OutputError: the place is refused, or something cannot be written.
    """
    check_place(out)
    partial = out.with_name(f".{out.name}.partial-{os.getpid()}")
    draft = Draft(partial, out)
    try:
        with _told(out):
            out.parent.mkdir(parents=True, exist_ok=True)
            _sweep(out)
            partial.mkdir()
            yield draft
            check_place(draft.out)
            _replace(draft.out, partial)
    except OutputError as error:
        names = (problem.file.replace(str(partial), str(out)) for problem in error.problems)
        moved = (replace(p, file=name) for p, name in zip(error.problems, names, strict=True))
        raise OutputError(*moved) from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)


@contextmanager
def _told(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        message = f"cannot be written: {error.strerror or error}"
        raise OutputError(Problem(str(out), None, None, message)) from None


def _sweep(out: Path) -> None:
    """Removes what runs that were killed have left beside ``out``."""
    name = re.compile(rf"\.{re.escape(out.name)}\.partial-([0-9]+)")
    for path in out.parent.iterdir():
        found = name.fullmatch(path.name)
        if found and (int(found[1]) == os.getpid() or not _runs(int(found[1]))):
            shutil.rmtree(path, ignore_errors=True)


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True
    return True


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
