"""The define.xml of a package that is being written: what the checks say of each, and its page.

Only the file itself is checked, with the documents beside it: its labels, types, lengths, terms and
order come from the frames that were just written, and the values themselves were judged before.
``cdisc define check --data`` reads the package back and holds both against each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from converters.define.check import check_define
from converters.define.page import write_page
from converters.findings import Finding

#: What a study declares late, or for another of its packages: ``cdisc define check`` asks for it.
_LATE = (
    "define-crf-origin-without-crf",
    "define-meddra-missing",
    "define-standard-unused",
)


def check_defines(folder: Path) -> list[Finding]:
    """The findings on each define.xml of a package; ``file`` says which."""
    return [
        replace(item, file=path.relative_to(folder).as_posix())
        for path in _defines(folder)
        for item in check_define(path)
        if item.rule not in _LATE
    ]


def _defines(folder: Path) -> Iterator[Path]:
    """In the order of the package: SDTM, then ADaM."""
    places = (folder / name / "define.xml" for name in ("sdtm", "adam"))
    return (path for path in places if path.is_file())


def write_pages(folder: Path, findings: Sequence[Finding] = ()) -> None:
    """Writes define.html beside each define.xml; a reviewer's has no findings on it.

    Raises:
        OutputError: a page cannot be written.
    """
    for path in _defines(folder):
        name = path.relative_to(folder).as_posix()
        write_page(path, path.with_suffix(".html"), [f for f in findings if f.file == name])
