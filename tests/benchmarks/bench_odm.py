"""How fast and how large: ODM files of a size that is asked for, made here and read.

    python tests/benchmarks/bench_odm.py [megabytes]

Three makers' files: a snapshot of laboratory records, a feed of transactions (each value in a
ClinicalData of its own, as Rave sends them) and a REDCap project. Each is read in a process of its
own. The limits are 60 seconds and 1.5 GB for 200 MB, and as much a megabyte for other sizes (beside
what Python takes without a file); the exit code is 1 if one is exceeded.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from converters.sources import SourceSpec, read_source

SIZE = 200
SECONDS, PEAK = 60 / SIZE, 1500 / SIZE  # a megabyte
START, BASE = 3, 250  # seconds and megabytes for Python and its libraries
VISITS, TESTS = 10, 20
HEAD = '<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" FileType="{}" {}>\n'
REDCAP = 'xmlns:redcap="https://projectredcap.org"'


def items(number: int) -> list[tuple[str, str]]:
    """The items of one record: few distinct values in some, many in others."""
    return [
        ("TEST", f"T{number % TESTS}"),
        ("RESULT", f"{number * 7919 % 10007 / 100:.2f}"),
        ("UNIT", "mg/dL"),
        ("DATE", f"2026-{number % 12 + 1:02d}-{number % 28 + 1:02d}"),
        ("TIME", f"{number % 24:02d}:{number % 60:02d}"),
        ("SAMPLE", str(number)),
        ("LOW", "0.5"),
        ("HIGH", "9.5"),
        ("DONE", "Y"),
    ]


def data(number: int, group: str, repeat: int, prefix: str = "") -> str:
    """One item group."""
    values = "".join(f'<ItemData ItemOID="{o}" Value="{v}"/>\n' for o, v in items(number))
    return (
        f'<ItemGroupData ItemGroupOID="{group}" ItemGroupRepeatKey="{repeat}">\n{prefix}{values}'
        "</ItemGroupData>\n"
    )


def snapshot(subject: int) -> Iterator[str]:
    """The records of a subject."""
    yield f'<SubjectData SubjectKey="{subject:06d}"><SiteRef LocationOID="{subject % 50}"/>\n'
    for visit in range(VISITS):
        yield f'<StudyEventData StudyEventOID="V{visit}" StudyEventRepeatKey="1">\n'
        yield '<FormData FormOID="F.LB" FormRepeatKey="1">\n'
        for test in range(TESTS):
            yield data((subject * VISITS + visit) * TESTS + test, "LB", test + 1)
        yield "</FormData></StudyEventData>\n"
    yield "</SubjectData>\n"


def audit(subject: int) -> Iterator[str]:
    """A value, and a correction of it, at a time; some records are removed."""
    for number in range(VISITS):
        for oid, value in [*items(subject * VISITS + number), ("RESULT", "corrected")]:
            yield (
                '</ClinicalData><ClinicalData StudyOID="S" MetaDataVersionOID="1">\n'
                f'<SubjectData SubjectKey="{subject:06d}" mdsol:SubjectName="{subject}">\n'
                f'<StudyEventData StudyEventOID="V" StudyEventRepeatKey="V[{number}]">\n'
                '<FormData FormOID="F.LB" FormRepeatKey="1"><ItemGroupData ItemGroupOID="LB">\n'
                f'<ItemData ItemOID="{oid}" TransactionType="Upsert" Value="{value}"><AuditRecord>'
                '<UserRef UserOID="u"/><LocationRef LocationOID="L"/><DateTimeStamp>'
                "2026-01-01T00:00:00</DateTimeStamp></AuditRecord></ItemData></ItemGroupData>\n"
                "</FormData></StudyEventData></SubjectData>\n"
            )
    yield (
        f'<SubjectData SubjectKey="{subject:06d}"><StudyEventData StudyEventOID="V" '
        'StudyEventRepeatKey="V[0]" TransactionType="Remove"/></SubjectData>\n'
    )


def project(subject: int) -> Iterator[str]:
    """A repeating instrument with two headings."""
    yield f'<SubjectData SubjectKey="{subject}" redcap:RecordIdField="record_id">\n'
    yield '<StudyEventData StudyEventOID="E" redcap:UniqueEventName="e_arm_1">\n'
    for number in range(VISITS):
        yield f'<FormData FormOID="F.LB" FormRepeatKey="{number + 1}">\n'
        yield data(subject * VISITS + number, "lb.test", 1)
        yield '<ItemGroupData ItemGroupOID="lb.done" ItemGroupRepeatKey="1">\n'
        yield '<ItemData ItemOID="lb_complete" Value="2"/></ItemGroupData></FormData>\n'
    yield "</StudyEventData></SubjectData>\n"


#: Name -> what makes a subject, file type, namespaces of the root, what is read of it.
KINDS: dict[str, tuple[Callable[[int], Iterator[str]], str, str, str]] = {
    "snapshot": (snapshot, "Snapshot", "", "LB"),
    "audit": (
        *(audit, "Transactional"),
        *('xmlns:mdsol="http://www.mdsol.com/ns/odm/metadata"', "LB"),
    ),
    "redcap": (project, "Snapshot", REDCAP, "F.LB"),
}


def make(path: Path, kind: str, size: float) -> None:
    """Write a file of that many megabytes."""
    subject, file_type, namespaces, _ = KINDS[kind]
    number = written = 0
    with path.open("w") as file:
        file.write(HEAD.format(file_type, namespaces))
        file.write('<ClinicalData StudyOID="S" MetaDataVersionOID="1">\n')
        while written < size * 1e6:
            number += 1
            text = "".join(subject(number))
            written += len(text)
            file.write(text)
        file.write("</ClinicalData></ODM>\n")


def read(path: Path, group: str) -> None:
    """Read the file in this process; prints what it took as JSON."""
    start = time.perf_counter()
    source = read_source(SourceSpec("lb", (path,), format="odm", item_group=group))
    used = resource.getrusage(resource.RUSAGE_SELF)
    found = {
        "seconds": time.perf_counter() - start,
        "processor": used.ru_utime + used.ru_stime,
        "peak": used.ru_maxrss / 1024,
        "records": len(source.frame),
        "values": int(np.sum(source.frame.notna().to_numpy())),
    }
    print(json.dumps(found))


def main(size: float) -> int:
    """Every kind, as a table; 1 if a limit is exceeded."""
    exceeded = False
    print(f"{'':10}{'MB':>6}{'records':>10}{'seconds':>9}{'CPU s':>8}{'peak MB':>9}")
    with tempfile.TemporaryDirectory() as folder:
        for kind, (*_, group) in KINDS.items():
            path = Path(folder) / f"{kind}.xml"
            make(path, kind, size)
            megabytes = path.stat().st_size / 1e6
            command = [sys.executable, __file__, "--read", str(path), group]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            path.unlink()
            row = json.loads(done.stdout)
            print(
                f"{kind:10}{megabytes:6.0f}{row['records']:10,}{row['seconds']:9.1f}"
                f"{row['processor']:8.1f}{row['peak']:9.0f}"
            )
            exceeded |= row["processor"] > max(SECONDS * megabytes, START)
            exceeded |= row["peak"] > max(PEAK * megabytes, BASE)
            exceeded |= not row["records"]
    return int(exceeded)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--read"]:
        read(Path(sys.argv[2]), sys.argv[3])
    else:
        sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else SIZE))
