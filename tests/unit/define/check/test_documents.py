"""Files that a define.xml names, looked for beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from converters.define import check_define
from converters.findings import Severity

SDTM = (Path(__file__).parent / "data" / "sdtm.xml").read_bytes()
FILES = ("acrf.pdf", "csdrg.pdf", "te.xpt", "dm.xpt", "ae.xpt", "qsmm.xpt", "suppae.xpt")


def package(folder: Path, *absent: str) -> Path:
    path = folder / "define.xml"
    path.write_bytes(SDTM)
    for name in FILES:
        if name not in absent:
            (folder / name).write_bytes(b"")
    return path


def test_a_package_that_is_whole_has_no_finding(tmp_path: Path) -> None:
    assert check_define(package(tmp_path)) == []


@pytest.mark.parametrize(
    ("name", "rule", "published"),
    [
        ("csdrg.pdf", "define-file-absent", "DD0084"),
        ("ae.xpt", "define-file-absent", "DD0084"),
        ("acrf.pdf", "define-annotated-crf-absent", "DD0103"),
    ],
)
def test_a_file_that_is_absent_is_found(
    tmp_path: Path, name: str, rule: str, published: str
) -> None:
    (finding,) = check_define(package(tmp_path, name))
    assert (finding.rule, finding.published, finding.value) == (rule, (published,), name)
    assert finding.severity is Severity.ERROR


def test_a_file_apart_from_its_package_gets_one_note(tmp_path: Path) -> None:
    (finding,) = check_define(package(tmp_path, *FILES))
    assert (finding.rule, finding.severity) == ("define-apart-from-package", Severity.NOTE)


@pytest.mark.parametrize(
    "href", ["docs/guide%20of%20review.pdf", "docs/guide of review.pdf#page=3"]
)
def test_paths_are_followed_with_blanks_and_fragments(tmp_path: Path, href: str) -> None:
    path = package(tmp_path, "csdrg.pdf")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "guide of review.pdf").write_bytes(b"")
    path.write_bytes(SDTM.replace(b'"csdrg.pdf"', f'"{href}"'.encode()))
    assert check_define(path) == []


@pytest.mark.parametrize("href", ["a" * 5000, "a&#10;b", "%00"])
def test_a_path_that_no_disk_holds_is_absent(tmp_path: Path, href: str) -> None:
    path = package(tmp_path)
    path.write_bytes(SDTM.replace(b'"csdrg.pdf"', f'"{href}"'.encode()))
    assert [finding.rule for finding in check_define(path)] == ["define-file-absent"]
