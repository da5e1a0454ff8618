"""Random damage: whatever a spec or a file holds, there is an answer and never an accident."""

from __future__ import annotations

import random
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from converters.api import Report, check, convert
from converters.errors import CdiscError, Problem
from converters.pipeline.account import adds_up
from tests.study.faults._study import Change, check_place_exists, write_study

RICH = Path(__file__).parent / "rich"

#: A study that uses every part of the language.
FILES = {
    path.relative_to(RICH).as_posix(): path.read_bytes().decode("utf-8")
    for path in sorted(RICH.rglob("*"))
    if path.is_file()
}
SPECS = [name for name in FILES if name.endswith(".yaml")]
DATA = [name for name in FILES if name.startswith("raw/")]
SPEC_CASES, DATA_CASES = 360, 150

#: A warning of Python on a user's screen is an accident too.
pytestmark = pytest.mark.filterwarnings("error")
SECONDS = 20

#: What may stand anywhere: other types, other languages, other programs' text, nothing.
SCALARS = (
    *("", "~", "null", "true", "12", "-1", "1.50", "1e999", "0", "[]", "{}", "[1, 2]", "{a: b}"),
    *('"', "'", "&a x", "*a", "!!int x", "|", ">", "- a", "? a", "a: b: c", "%", "@x", "`x`"),
    *("DM", "AE", "DM.RFSTDTC", "AE.AESTDTC", "USUBJID", "raw.SUBJ", "AESTDTC", "1 == 1", "not"),
    *("NY", "C66742", "yyyy", "dd-mon-yyyy", "raw/*.csv", "../x", "/", "\\", "é", "\u202e", "日本"),
    *("x" * 300, "(" * 90, "upper(upper(SUBJ))", "1/0", "SUBJ[0]", "lambda: 0", "2024-03-29"),
    *("dataset", "source", "variables", "from", "lookup", "{lookup: {dataset: DM, take: AGE}}"),
    *("{formula: 1/0}", "{assign: 1}", "{sequence: {}}", "{baseline_flag: {}}", "{visit: SUBJ}"),
    *("{study_day: X}", "{split: {column: SUBJ, separator: '', part: 0}}", "{datetime: {}}"),
    *("{concat: []}", "{case: []}", "{decode: AESEV}", "{standard_result: {}}", "{recode: {}}"),
)


@contextmanager
def no_hang() -> Iterator[None]:
    """Raises in work that takes too long."""

    def over(*_: object) -> None:
        raise TimeoutError(f"more than {SECONDS} seconds")

    before = signal.signal(signal.SIGALRM, over)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def delete_line(lines: list[str], chance: random.Random) -> None:
    del lines[chance.randrange(len(lines))]


def indent(lines: list[str], chance: random.Random) -> None:
    number = chance.randrange(len(lines))
    lines[number] = chance.choice(["  ", " ", "\t", "    ", ""]) + lines[number].lstrip()


def replace_scalar(lines: list[str], chance: random.Random) -> None:
    number = chance.randrange(len(lines))
    words = list(re.finditer(r"[^\s{}\[\],:]+", lines[number]))
    if words:
        word = chance.choice(words)
        new = chance.choice(SCALARS)
        lines[number] = lines[number][: word.start()] + new + lines[number][word.end() :]


def replace_value(lines: list[str], chance: random.Random) -> None:
    number = chance.randrange(len(lines))
    key, colon, _ = lines[number].partition(":")
    lines[number] = f"{key}{colon} {chance.choice(SCALARS)}"


def duplicate_block(lines: list[str], chance: random.Random) -> None:
    first = chance.randrange(len(lines))
    last = min(len(lines), first + chance.randint(1, 6))
    place = chance.randrange(len(lines) + 1)
    lines[place:place] = lines[first:last]


def swap_words(lines: list[str], chance: random.Random) -> None:
    text = "\n".join(lines)
    words = list(re.finditer(r"\w+", text))
    one, other = sorted(chance.sample(words, 2), key=lambda word: word.start())
    text = (
        text[: one.start()]
        + other.group()
        + text[one.end() : other.start()]
        + one.group()
        + text[other.end() :]
    )
    lines[:] = text.split("\n")


def change_sign(lines: list[str], chance: random.Random) -> None:
    number = chance.randrange(len(lines))
    if lines[number]:
        place = chance.randrange(len(lines[number]))
        sign = chance.choice([*"{}[],:#&*!|>'\"%@` \t\u00e9\x07\ufeff", ""])
        lines[number] = lines[number][:place] + sign + lines[number][place + 1 :]


def cut(lines: list[str], chance: random.Random) -> None:
    del lines[chance.randrange(1, len(lines)) :]


MUTATIONS: tuple[Callable[[list[str], random.Random], None], ...] = (
    *(delete_line, indent, replace_scalar, replace_scalar, replace_value, replace_value),
    *(duplicate_block, swap_words, change_sign, cut),
)


def damaged_specs(seed: int) -> list[Change]:
    chance = random.Random(seed)
    changes = []
    for name in chance.sample(SPECS, chance.choice([1, 1, 1, 2])):
        lines = FILES[name].splitlines()
        for _ in range(chance.choice([1, 1, 2, 4])):
            if len(lines) > 1:
                chance.choice(MUTATIONS)(lines, chance)
        changes.append(Change(name, None, "\n".join(lines) + "\n"))
    return changes


def check_words(problem: Problem) -> None:
    """A problem is told in words and not as Python prints itself."""
    assert problem.message.strip()
    assert not re.search(
        r"NoneType|object at 0x|<class|<function|dtype|KeyError|Traceback", problem.message
    )


def converted(study: Path, out: Path) -> Report | CdiscError:
    """A report whose accounts add up, or an error that tells its problems."""
    try:
        with no_hang():
            report = convert(study, out, fail_on=None)
    except CdiscError as error:
        assert error.problems
        assert error.exit_code in (2, 3, 4)
        for problem in error.problems:
            check_words(problem)
        return error
    assert report.published
    assert (out / "manifest.json").is_file()
    for account in report.sources:
        assert adds_up(account), account
    return report


@pytest.mark.parametrize("seed", range(SPEC_CASES))
def test_a_damaged_spec_gives_problems_or_converts(seed: int, tmp_path: Path) -> None:
    study = tmp_path / "study"
    changes = damaged_specs(seed)
    write_study(study, changes, FILES)
    shown = "\n".join(f"--- {item.file}\n{item.new!s}" for item in changes)
    print(shown)
    with no_hang():
        problems = check(study)
    assert isinstance(problems, list)
    for problem in problems:
        assert isinstance(problem, Problem)
        check_words(problem)
        check_place_exists(str(problem), study)
    assert len(problems) == len(set(problems))
    if not problems:
        converted(study, tmp_path / "out")


def test_the_undamaged_study_converts_every_record(tmp_path: Path) -> None:
    write_study(tmp_path / "study", [], FILES)
    report = converted(tmp_path / "study", tmp_path / "out")
    assert isinstance(report, Report)
    assert {name: len(item.frame) for name, item in report.datasets.items()} == {
        "AE": 4,
        "DM": 3,
        "EX": 3,
        "LB": 5,
        "RELREC": 2,
        "SE": 5,
        "SUPPAE": 4,
        "SUPPEX": 3,
        "SV": 5,
        "TA": 4,
        "TE": 2,
        "TI": 2,
        "TS": 5,
        "TV": 3,
        "VS": 10,
    }


def damaged_data(seed: int) -> Change:
    chance = random.Random(seed)
    name = chance.choice(DATA)
    kind = seed % 5
    good = FILES[name].encode()
    if kind == 0:
        return Change(name, None, chance.randbytes(chance.choice([1, 2, 10, 300, 5000])))
    if kind == 1:
        signs = 'abcÄé0123456789,;|\t"\n\r .-/日'
        text = "".join(chance.choices(signs, k=chance.choice([5, 80, 2000])))
        return Change(name, None, text.encode(chance.choice(["utf-8", "utf-16", "utf-16-le"])))
    if kind == 2:
        header = good.splitlines()[0]
        lines = [
            b",".join(
                bytes(chance.choices(range(1, 256), k=chance.randrange(12)))
                for _ in range(header.count(b",") + 1)
            )
            for _ in range(chance.randrange(1, 9))
        ]
        return Change(name, None, b"\n".join([header, *lines, b""]))
    if kind == 3:
        header = FILES[name].splitlines()[0]
        values = (
            *("", " ", "001", "1", "-", "NaN", "nan", "inf", "-0.0", "1e400", "1.50", "é", "None"),
            *(
                "UN-UNK-2015",
                "29-FEB-2015",
                "00-JAN-0000",
                "31-DEC-9999",
                "2015",
                "x" * 400,
                '"a""b"',
            ),
            *("SCREENING", "Yes", "M", "\u200b", "0x1F", "١٢", "٣٤", "1,5".replace(",", "."), "ﬁ"),
        )
        lines_ = [
            ",".join(chance.choices(values, k=header.count(",") + 1))
            for _ in range(chance.choice([1, 7, 60]))
        ]
        return Change(name, None, "\n".join([header, *lines_, ""]))
    data = bytearray(good)
    for _ in range(chance.choice([1, 3, 20])):
        place = chance.randrange(len(data))
        chance.choice(
            (
                lambda at: data.__setitem__(at, chance.randrange(256)),
                lambda at: data.insert(at, chance.choice(b'",\n\r\0\xff ')),
                lambda at: data.__delitem__(slice(at, at + chance.randrange(1, 9))),
            )
        )(min(place, len(data) - 1))
    return Change(name, None, bytes(data))


@pytest.mark.parametrize("seed", range(DATA_CASES))
@pytest.mark.parametrize("declared", [True, False], ids=["declared", "detected"])
def test_a_damaged_file_is_refused_or_reported(declared: bool, seed: int, tmp_path: Path) -> None:
    study = tmp_path / "study"
    change = damaged_data(seed)
    settings = FILES["study.yaml"].replace("" if declared else ", encoding: utf-8", "")
    write_study(study, [change, Change("study.yaml", None, settings)], FILES)
    print(change.file, change.new)
    converted(study, tmp_path / "out")
