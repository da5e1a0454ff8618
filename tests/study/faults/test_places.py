"""What is at the place of the output, and what happens there, never costs anybody a file."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.study.faults._study import (
    ENVIRONMENT,
    FILES,
    Change,
    Run,
    content,
    executable,
    no_traceback,
    run,
    start,
    write_study,
)

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="limits and signals as Linux has them"
)

SUBJECTS, EVENTS = 300, 600


@pytest.fixture
def study(tmp_path: Path) -> Path:
    write_study(tmp_path / "study")
    return tmp_path / "study"


def limited(*arguments: str | Path, prepare: Callable[[], object]) -> Run:
    """Runs ``cdisc`` in a process that ``prepare`` has taken something from."""
    done = subprocess.run(
        [executable(), *map(str, arguments)],
        capture_output=True,
        encoding="utf-8",
        env=ENVIRONMENT,
        preexec_fn=prepare,
        timeout=60,
        check=False,
    )
    return Run(done.returncode, done.stdout, done.stderr)


def refused(done: Run, *fragments: str) -> None:
    """Exit 4 with one message that holds the fragments and no name of a temporary place."""
    no_traceback(done)
    assert done.code == 4, done.err
    assert done.out == ""
    assert len(done.told) == 1, done.err
    for fragment in fragments:
        assert fragment in done.err
    assert ".partial" not in done.err


def test_a_folder_with_other_files_is_refused(study: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/thesis.txt").write_text("years of work")
    refused(run("convert", study, "--out", tmp_path / "mine"), str(tmp_path / "mine"), "not empty")
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["thesis.txt"]


def test_a_folder_with_other_files_and_a_manifest_of_another_kind_is_refused(
    study: Path, tmp_path: Path
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/thesis.txt").write_text("years of work")
    (tmp_path / "mine/manifest.json").write_text('{"name": "an app of mine"}')
    before = content(tmp_path / "mine")
    refused(run("convert", study, "--out", tmp_path / "mine"), str(tmp_path / "mine"))
    assert content(tmp_path / "mine") == before


def test_a_package_to_which_somebody_added_files_is_refused(study: Path, out: Path) -> None:
    (out / "sdtm/notes.txt").write_text("what the reviewer said")
    before = content(out)
    refused(run("convert", study, "--out", out), str(out), "notes.txt")
    assert content(out) == before


def test_a_failed_package_does_not_replace_a_folder_of_somebody(
    study: Path, tmp_path: Path
) -> None:
    write_study(study, [Change("raw/dm.csv", "Female,34", "Frau,34")])
    (tmp_path / "out-failed").mkdir()
    (tmp_path / "out-failed/thesis.txt").write_text("years of work")
    refused(run("convert", study, "--out", tmp_path / "out"), str(tmp_path / "out-failed"))
    assert [path.name for path in (tmp_path / "out-failed").iterdir()] == ["thesis.txt"]


def test_a_file_is_refused(study: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("years of work")
    refused(run("convert", study, "--out", tmp_path / "mine"), str(tmp_path / "mine"), "is a file")
    assert (tmp_path / "mine").read_text() == "years of work"


def test_a_place_below_a_file_is_refused(study: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("years of work")
    done = run("convert", study, "--out", tmp_path / "mine/out")
    refused(done, str(tmp_path / "mine"), "is a file")
    assert (tmp_path / "mine").read_text() == "years of work"


@pytest.mark.parametrize("place", ["", "raw", "sdtm"])
def test_the_study_itself_is_refused(place: str, study: Path) -> None:
    before = content(study)
    refused(run("convert", study, "--out", study / place), str(study / place))
    assert content(study) == before


@pytest.mark.parametrize("length", [245, 300])
def test_a_name_that_is_too_long_is_refused(length: int, study: Path, tmp_path: Path) -> None:
    done = run("convert", study, "--out", tmp_path / ("n" * length))
    no_traceback(done)
    assert done.code == 4, done.err
    assert {path.name for path in tmp_path.iterdir()} == {"study"}


def test_the_empty_folder_that_one_stands_in_is_filled_or_refused(
    study: Path, tmp_path: Path
) -> None:
    (tmp_path / "here").mkdir()
    done = subprocess.run(
        [executable(), "convert", str(study), "--out", ".", "--quiet"],
        cwd=tmp_path / "here",
        capture_output=True,
        encoding="utf-8",
        env=ENVIRONMENT,
        check=False,
    )
    no_traceback(Run(done.returncode, done.stdout, done.stderr))
    assert done.returncode in (0, 4)
    assert (tmp_path / "here/manifest.json").is_file() == (done.returncode == 0)


def test_a_link_to_a_folder_stays_a_link_and_its_folder_gets_the_package(
    study: Path, tmp_path: Path, is_untouched: Callable[[Path], None]
) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    for _ in range(2):
        done = run("convert", study, "--out", tmp_path / "link")
        no_traceback(done)
        assert done.code == 0, done.err
        assert (tmp_path / "link").is_symlink()
        is_untouched(tmp_path / "real")
    assert {path.name for path in tmp_path.iterdir()} == {"study", "real", "link"}


def test_folders_above_the_output_are_made(
    study: Path, tmp_path: Path, is_untouched: Callable[[Path], None]
) -> None:
    assert run("convert", study, "--out", tmp_path / "a/b/c").code == 0
    is_untouched(tmp_path / "a/b/c")


@pytest.mark.parametrize("limit", [0, 100, 3000, 12_000, 24_000])
def test_a_full_disk_leaves_the_previous_package_and_nothing_else(
    limit: int, study: Path, tmp_path: Path, out: Path, is_untouched: Callable[[Path], None]
) -> None:
    def no_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    done = limited("convert", study, "--out", out, prepare=no_room)
    refused(done, str(out), "cannot be written", "File too large")
    is_untouched(out)
    assert {path.name for path in tmp_path.iterdir()} == {"study", "out"}


def no_privilege() -> None:
    """Makes this process heed permissions even as root: drops DAC override, read and search."""
    for capability in (1, 2):
        ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)


@pytest.fixture
def sealed(tmp_path: Path) -> Iterator[Path]:
    """A folder in which nothing can be made."""
    folder = tmp_path / "sealed"
    folder.mkdir()
    folder.chmod(0o555)
    yield folder
    folder.chmod(0o755)


def test_a_folder_without_permission_to_write_is_told(study: Path, sealed: Path) -> None:
    done = limited("convert", study, "--out", sealed / "out", prepare=no_privilege)
    refused(done, str(sealed), "cannot be written", "Permission denied")


def test_a_package_in_a_folder_without_permission_to_write_stays(
    study: Path, tmp_path: Path, good_package: Path, is_untouched: Callable[[Path], None]
) -> None:
    (tmp_path / "sealed").mkdir()
    out = tmp_path / "sealed/out"
    subprocess.run(["cp", "-r", good_package, out], check=True)
    (tmp_path / "sealed").chmod(0o555)
    try:
        done = limited("convert", study, "--out", out, prepare=no_privilege)
        refused(done, str(out), "cannot be written", "Permission denied")
        is_untouched(out)
    finally:
        (tmp_path / "sealed").chmod(0o755)


@pytest.mark.parametrize("name", ["raw/ae.csv", "sdtm/ae.yaml", "study.yaml"])
def test_a_file_without_permission_to_read_is_told(name: str, study: Path, tmp_path: Path) -> None:
    (study / name).chmod(0)
    done = limited("convert", study, "--out", tmp_path / "out", prepare=no_privilege)
    no_traceback(done)
    assert done.code == (3 if name.startswith("raw") else 2)
    assert name in done.err
    assert "ermission" in done.err


@pytest.fixture(scope="module")
def big_study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The study with 180,000 adverse events, so that there is time to interrupt it."""
    folder = tmp_path_factory.mktemp("big")
    header, *rows = FILES["raw/dm.csv"].splitlines()
    subjects = [f"{n:03}{rows[n % 3][3:]}" for n in range(1, SUBJECTS + 1)]
    events = [
        f"{subject[:3]},Event {n},{n % 3 + 1},No,Recovered/Resolved,"
        f"{n % 28 + 1:02}-APR-{2015 + n % 5}"
        for subject in subjects
        for n in range(EVENTS)
    ]
    title = FILES["raw/ae.csv"].splitlines()[0]
    write_study(
        folder,
        [
            Change("raw/dm.csv", None, "\n".join([header, *subjects, ""])),
            Change("raw/ae.csv", None, "\n".join([title, *events, ""])),
        ],
    )
    return folder


def is_reading(process: subprocess.Popen[str], out: Path) -> bool:
    """Whether the events are mapped into the memory of the process."""
    try:
        return "/raw/ae.csv" in Path(f"/proc/{process.pid}/maps").read_text()
    except OSError:
        return False


def is_converting(process: subprocess.Popen[str], out: Path) -> bool:
    if not is_reading(process, out):
        return False
    time.sleep(0.3)
    return True


def is_writing(process: subprocess.Popen[str], out: Path) -> bool:
    """Whether something is made beside the output."""
    return any(path.name.startswith(f".{out.name}.") for path in out.parent.iterdir())


def is_writing_define(process: subprocess.Popen[str], out: Path) -> bool:
    return any(out.parent.glob(f".{out.name}.*/**/vs.xpt*"))


MOMENTS = [is_reading, is_converting, is_writing, is_writing_define]


def interrupted(
    study: Path,
    out: Path,
    number: signal.Signals,
    moment: Callable[[subprocess.Popen[str], Path], bool],
) -> Run:
    """Runs ``cdisc`` and sends it a signal at a moment of its work."""
    process = start("convert", study, "--out", out, "--fail-on", "never")
    try:
        while process.poll() is None and not moment(process, out):
            time.sleep(0.002)
        assert process.poll() is None, f"over before the moment: {process.communicate()}"
        process.send_signal(number)
        told, errors = process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait()
    return Run(process.returncode, told, errors)


@pytest.mark.parametrize("moment", MOMENTS, ids=lambda moment: moment.__name__)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda n: n.name)
def test_an_interrupted_run_leaves_the_previous_package_and_nothing_else(
    number: signal.Signals,
    moment: Callable[[subprocess.Popen[str], Path], bool],
    big_study: Path,
    tmp_path: Path,
    out: Path,
    is_untouched: Callable[[Path], None],
) -> None:
    done = interrupted(big_study, out, number, moment)
    no_traceback(done)
    assert done.code == 130, done.err
    assert done.out == ""
    assert done.err.strip().startswith("cdisc: interrupted"), done.err
    assert len(done.err.strip().splitlines()) == 1, done.err
    is_untouched(out)
    assert {path.name for path in tmp_path.iterdir()} == {"out"}


@pytest.mark.parametrize("moment", MOMENTS, ids=lambda moment: moment.__name__)
def test_a_killed_run_leaves_the_previous_package_and_the_next_run_cleans_up(
    moment: Callable[[subprocess.Popen[str], Path], bool],
    big_study: Path,
    study: Path,
    tmp_path: Path,
    out: Path,
    is_untouched: Callable[[Path], None],
) -> None:
    done = interrupted(big_study, out, signal.SIGKILL, moment)
    assert done.code == -signal.SIGKILL
    is_untouched(out)
    again = run("convert", study, "--out", out, "--fail-on", "note")
    no_traceback(again)
    assert again.code == 0, again.err
    is_untouched(out)
    assert {path.name for path in tmp_path.iterdir()} == {"study", "out"}


@pytest.mark.parametrize("broken", [False, True], ids=["a good run", "a run with an error"])
def test_a_package_moved_aside_by_a_run_that_was_killed_comes_back(
    broken: bool,
    tmp_path: Path,
    good_package: Path,
    study: Path,
    is_untouched: Callable[[Path], None],
) -> None:
    subprocess.run(["cp", "-r", good_package, tmp_path / ".out.previous"], check=True)
    if broken:
        write_study(study, [Change("raw/dm.csv", "Female,34", "Frau,34")])
    done = run("convert", study, "--out", tmp_path / "out")
    assert done.code == int(broken), done.err
    is_untouched(tmp_path / "out")
    left = {"study", "out", "out-failed"} if broken else {"study", "out"}
    assert {path.name for path in tmp_path.iterdir()} == left


def test_two_runs_at_once_on_one_place_leave_one_whole_package(
    study: Path, tmp_path: Path, is_untouched: Callable[[Path], None]
) -> None:
    processes = [start("convert", study, "--out", tmp_path / "out") for _ in range(3)]
    results = [(process.communicate(timeout=60), process.returncode) for process in processes]
    for (told, errors), code in results:
        no_traceback(Run(code, told, errors))
        assert code in (0, 4), errors
    assert any(code == 0 for _, code in results)
    is_untouched(tmp_path / "out")
    assert {path.name for path in tmp_path.iterdir()} == {"study", "out"}


@pytest.mark.parametrize("closed", ["stdout", "stderr"])
def test_a_reader_that_goes_away_causes_no_traceback(
    closed: str, tmp_path: Path, study: Path
) -> None:
    """As with ``cdisc convert ... | head -1``."""
    receiver, sender = os.pipe()
    os.close(receiver)
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, closed: sender}
    arguments = ["convert", str(study), "--out", str(tmp_path / "out")]
    if closed == "stderr":
        arguments[1] = str(tmp_path / "nowhere")
    done = subprocess.run(
        [executable(), *arguments],
        env=ENVIRONMENT,
        encoding="utf-8",
        timeout=60,
        check=False,
        **streams,  # type: ignore[call-overload]
    )
    os.close(sender)
    no_traceback(Run(done.returncode, done.stdout or "", done.stderr or ""))
    if closed == "stdout":
        assert (tmp_path / "out/manifest.json").is_file()
