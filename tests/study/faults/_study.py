"""A small study that converts without a finding, and the means to break it and to run it."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

#: Stands in a changed text before each place that a message must name; it is not written.
MARK = "§"

FILES: dict[str, str] = {
    "study.yaml": """\
study: {id: ABC-01, title: A study to break, created: 2026-01-31}
standards: {sdtmig: "3.4", terminology: 2024-03-29}
usubjid: concat("ABC-01-", SUBJ)
sources:
  dm: {path: raw/dm.csv, encoding: utf-8}
  ae: {path: raw/ae.csv, encoding: utf-8}
  vs: {path: raw/vs.csv, encoding: utf-8}
visits:
  - {VISIT: SCREENING, VISITNUM: 1, VISITDY: -7}
  - {VISIT: BASELINE, VISITNUM: 2, VISITDY: 1}
""",
    "sdtm/dm.yaml": """\
dataset: DM
source: dm
variables:
  SUBJID: {from: SUBJ}
  SITEID: {from: SITE}
  RFSTDTC: {datetime: {date: FIRST, format: dd-mon-yyyy}}
  RFENDTC: {datetime: {date: LAST, format: dd-mon-yyyy}}
  RFXSTDTC: {datetime: {date: FIRST, format: dd-mon-yyyy}}
  RFXENDTC: {datetime: {date: LAST, format: dd-mon-yyyy}}
  AGE: {from: AGE}
  AGEU: {assign: YEARS}
  SEX: {from: SEX}
  RACE: {from: RACE}
  ETHNIC: {from: ETHNIC}
  ARMCD: {from: ARM, recode: {Active: ACT, Placebo: PBO}}
  ARM: {from: ARM}
  ACTARMCD: {from: ARM, recode: {Active: ACT, Placebo: PBO}}
  ACTARM: {from: ARM}
  COUNTRY: {assign: DEU}
""",
    "sdtm/ae.yaml": """\
dataset: AE
source: ae
variables:
  AETERM: {from: TERM, uppercase: true}
  AEDECOD: {from: TERM, uppercase: true}
  AESEV: {from: SEV, recode: {"1": MILD, "2": MODERATE, "3": SEVERE}}
  AESER: {from: SER}
  AEOUT: {from: OUTCOME}
  AESTDTC: {datetime: {date: START, format: dd-mon-yyyy}}
supplemental:
  AETRTEM:
    label: Treatment Emergent Flag
    case: [{when: AESTDTC >= DM.RFSTDTC, then: "Y"}]
""",
    "sdtm/vs.yaml": """\
dataset: VS
source: vs
findings:
  - {test: PULSE, from: PULSE, unit: beats/min, standard_unit: beats/min}
  - {test: WEIGHT, from: KG, unit: kg, standard_unit: kg}
variables:
  VISIT: {visit: VISIT}
  VSDTC: {datetime: {date: DAY, format: dd-mon-yyyy}}
  VSLOBXFL: {baseline_flag: {}}
""",
    "raw/dm.csv": """\
SUBJ,SITE,SEX,AGE,RACE,ETHNIC,ARM,FIRST,LAST
001,10,Female,34,WHITE,NOT HISPANIC OR LATINO,Active,03-MAR-2015,30-MAR-2015
002,10,Male,51,ASIAN,NOT HISPANIC OR LATINO,Placebo,05-MAR-2015,31-MAR-2015
003,11,Female,28,WHITE,HISPANIC OR LATINO,Active,09-MAR-2015,02-APR-2015
""",
    "raw/ae.csv": """\
SUBJ,TERM,SEV,SER,OUTCOME,START
001,Headache,1,No,Recovered/Resolved,04-MAR-2015
001,Nausea,2,No,Recovered/Resolved,UN-MAR-2015
002,Headache,1,No,Not Recovered/Not Resolved,06-MAR-2015
003,Back pain,3,Yes,Recovering/Resolving,10-MAR-2015
""",
    "raw/vs.csv": """\
SUBJ,VISIT,DAY,PULSE,KG
001,SCREENING,24-FEB-2015,70,61.5
001,BASELINE,03-MAR-2015,72,61.0
002,SCREENING,26-FEB-2015,66,80.2
002,BASELINE,05-MAR-2015,68,80.0
003,BASELINE,09-MAR-2015,75,55.5
""",
}

#: Nothing of the caller's that changes what a run does or prints.
ENVIRONMENT = {
    name: value
    for name, value in os.environ.items()
    if name not in {"SOURCE_DATE_EPOCH", "PYTHONHASHSEED", "FORCE_COLOR", "TTY_COMPATIBLE"}
}


@dataclass(frozen=True)
class Change:
    """``old`` in ``file`` becomes ``new``: the whole file for ``old`` None, no file for both."""

    file: str
    old: str | None = None
    new: str | bytes | None = None


def write_study(
    folder: Path, changes: Sequence[Change] = (), base: Mapping[str, str] = FILES
) -> list[str]:
    """Writes the study with its changes; the places of the marks as ``file:line:column``."""
    files: dict[str, str | bytes] = dict(base)
    marked: list[str] = []
    for change in changes:
        if change.new is None:
            del files[change.file]
        elif change.old is None:
            files[change.file] = change.new
        else:
            before = files[change.file]
            if not isinstance(before, str) or not isinstance(change.new, str):
                raise TypeError(f"{change.file}: only text is replaced in text")
            if before.count(change.old) != 1:
                raise ValueError(f"{change.file}: not once in it: {change.old}")
            files[change.file] = before.replace(change.old, change.new)
        marked.append(change.file)
    places: list[str] = []
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
            continue
        if name in marked:
            places += _marks(name, content)
            content = content.replace(MARK, "")
        path.write_text(content, encoding="utf-8", newline="")
    (folder / "sdtm").mkdir(parents=True, exist_ok=True)
    return places


def _marks(file: str, content: str) -> list[str]:
    places = []
    for number, line in enumerate(content.split("\n"), start=1):
        column = line.find(MARK)
        seen = 0
        while column >= 0:
            places.append(f"{file}:{number}:{column + 1 - seen}")
            seen += 1
            column = line.find(MARK, column + 1)
    return places


@dataclass(frozen=True)
class Run:
    """What a run of the command came to."""

    code: int
    out: str
    err: str

    @property
    def told(self) -> list[str]:
        """The lines on standard error."""
        return self.err.splitlines()


def executable() -> str:
    """The installed command ``cdisc`` of this Python's environment."""
    found = shutil.which("cdisc", path=str(Path(sys.executable).parent)) or shutil.which("cdisc")
    if found is None:
        raise FileNotFoundError("the command 'cdisc' is not installed")
    return found


def run(*arguments: str | Path, timeout: float = 60, **environment: str) -> Run:
    """Runs ``cdisc`` as a user would, without a terminal."""
    done = subprocess.run(
        [executable(), *map(str, arguments)],
        capture_output=True,
        encoding="utf-8",
        errors="strict",
        env=ENVIRONMENT | environment,
        timeout=timeout,
        check=False,
    )
    return Run(done.returncode, done.stdout, done.stderr)


def start(*arguments: str | Path) -> subprocess.Popen[str]:
    """Starts ``cdisc`` in a process that signals can be sent to."""
    return subprocess.Popen(
        [executable(), *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env=ENVIRONMENT,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )


def content(folder: Path) -> Mapping[str, str]:
    """Every file below a folder (hidden ones too) and the hash of its bytes."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


#: A place, by its text or the number of its mark, and what the message there must say.
Told = tuple[int | str, ...]


def check_told(run: Run, study: Path, wanted: Sequence[Told], marks: Sequence[str]) -> None:
    """Standard error tells each wanted problem at its place, in a line of its own, and no other."""
    lines = [line.replace(f"{study}/", "") for line in run.told]
    for place, *fragments in wanted:
        shown = marks[place] if isinstance(place, int) else place
        start = f"cdisc: {shown}" + ("" if shown.endswith(":") else ": ")
        found = [
            line
            for line in lines
            if line.startswith(start) and all(str(part) in line for part in fragments)
        ]
        assert len(found) == 1, f"wanted once: {start}... {fragments}\nin:\n{run.err}"
    assert len(lines) == len(wanted), f"more than {len(wanted)} lines:\n{run.err}"
    for line in lines:
        check_place_exists(line.removeprefix("cdisc: "), study)


def check_place_exists(message: str, study: Path) -> None:
    """A ``file:line:column`` that begins a message is a place that its file has."""
    file, *numbers = message.split(": ", 1)[0].split(":")
    path = study / file
    if not numbers or not path.is_file():
        return
    lines = path.read_bytes().splitlines() or [b""]
    line = int(numbers[0])
    assert 1 <= line <= len(lines) + 1, f"{file} has {len(lines)} lines: {message}"
    if len(numbers) > 1:
        text = lines[line - 1].decode("utf-8", "replace") if line <= len(lines) else ""
        assert 1 <= int(numbers[1]) <= len(text) + 1, f"{file}:{line} is '{text}': {message}"


def no_traceback(run: Run) -> None:
    """Nothing of Python's own shows on either stream."""
    for stream in (run.out, run.err):
        assert not re.search(r'Traceback|Exception ignored|\w+(Warning|Error): |File "', stream), (
            stream
        )
