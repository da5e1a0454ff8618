"""A good package, made once, that every broken run must leave as it was."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.study.faults._study import content, no_traceback, run, write_study


@pytest.fixture(scope="session")
def good_package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package of the unbroken study."""
    folder = tmp_path_factory.mktemp("good")
    write_study(folder / "study")
    done = run("convert", folder / "study", "--out", folder / "out", "--fail-on", "note")
    assert done.code == 0, done.err
    no_traceback(done)
    return folder / "out"


@pytest.fixture
def out(good_package: Path, tmp_path: Path) -> Path:
    """A folder that holds that package already."""
    return Path(shutil.copytree(good_package, tmp_path / "out"))


@pytest.fixture
def is_untouched(good_package: Path) -> Callable[[Path], None]:
    """Checks that a folder holds that package, byte for byte, and nothing else."""

    def check(folder: Path) -> None:
        assert content(folder) == content(good_package)

    return check
