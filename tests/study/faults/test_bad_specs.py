"""A wrong spec is refused with every fault at its place, before anything is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.study.faults._study import (
    FILES,
    Change,
    Told,
    check_told,
    no_traceback,
    run,
    write_study,
)

STUDY, DM, AE, VS = "study.yaml", "sdtm/dm.yaml", "sdtm/ae.yaml", "sdtm/vs.yaml"
BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{this}: &{this} [{','.join([f'*{before}'] * 9)}]\n"
    for before, this in zip("abcdefgh", "bcdefghi", strict=True)
)
RFSTDTC = "RFSTDTC: {datetime: {date: FIRST, format: dd-mon-yyyy}}"
RFENDTC = "RFENDTC: {datetime: {date: LAST, format: dd-mon-yyyy}}"


@dataclass(frozen=True)
class Case:
    """What is changed in the study, and what must be told."""

    name: str
    changes: tuple[Change, ...]
    told: tuple[Told, ...]


def change(file: str, old: str | None, new: str | bytes | None) -> tuple[Change, ...]:
    return (Change(file, old, new),)


CASES = [
    Case(
        "a misspelt key of a spec",
        change(DM, "variables:", "§varaibles:"),
        ((0, "'varaibles'", "'variables'"),),
    ),
    Case(
        "a misspelt key of study.yaml",
        change(STUDY, "title", "§tittle"),
        ((0, "'tittle'", "'title'"),),
    ),
    Case(
        "a misspelt key of a source",
        change(STUDY, "ae.csv, encoding", "ae.csv, §encodng"),
        ((0, "'encodng'", "'encoding'"),),
    ),
    Case(
        "an unknown rule",
        change(DM, "SEX: {from", "SEX: {§form"),
        ((0, "'form'", "'from'"),),
    ),
    Case(
        "an unknown raw column",
        change(DM, "{from: SEX}", "{from: §SXE}"),
        ((0, "'SXE'", "'dm'", "'SEX'"),),
    ),
    Case(
        "an unknown raw column in a condition",
        change(AE, "source: ae", 'source: ae\nwhere: §SVE == "1"'),
        ((0, "'SVE'", "'ae'", "'SEV'"),),
    ),
    Case(
        "an unknown raw column of a test",
        change(VS, "from: PULSE", "from: §PULS"),
        ((0, "'PULS'", "'vs'", "'PULSE'"),),
    ),
    Case(
        "an unknown raw column of a visit",
        change(VS, "visit: VISIT}", "visit: §VISITT}"),
        ((0, "'VISITT'", "'vs'", "'VISIT'"),),
    ),
    Case(
        "an unknown codelist",
        change(AE, "{from: SER}", "{from: SER, codelist: §NYY}"),
        ((0, "'NYY'", "2024-03-29", "'NY'"),),
    ),
    Case(
        "an unknown variable of the domain",
        change(AE, "AEOUT:", "§AEOUTT:"),
        ((0, "AEOUTT", "'AEOUT'"),),
    ),
    Case(
        "a key that is no variable",
        change(AE, "source: ae", "source: ae\nkeys: [USUBJID, §AETER]"),
        ((0, "AETER", "'AETERM'"),),
    ),
    Case(
        "a number where a column name is expected",
        change(AE, "{from: SER}", "{from: §12}"),
        ((0, "from", "text", "'12'"),),
    ),
    Case(
        "a text where true or false is expected",
        change(
            AE, "AETERM: {from: TERM, uppercase: true}", "AETERM: {from: TERM, uppercase: §yes}"
        ),
        ((0, "uppercase", "true or false", "'yes'"),),
    ),
    Case(
        "a word where a number is expected",
        change(STUDY, "VISITNUM: 2", "VISITNUM: §two"),
        ((0, "VISITNUM", "number", "'two'"),),
    ),
    Case("a list in place of a spec", change(DM, None, "§- a\n- b\n"), ((0, "mapping", "list"),)),
    Case("nothing in place of a rule", change(AE, "{from: SER}", "§{}"), ((0, "AESER", "empty"),)),
    Case(
        "two value rules for one variable",
        change(AE, "{from: SER}", '§{from: SER, assign: "N"}'),
        ((0, "AESER", "from", "assign"),),
    ),
    Case(
        "a label that is too long",
        change(AE, "label: Treatment Emergent Flag", f"label: §{'T' * 41}"),
        ((0, "label", "T" * 41, "40 characters"),),
    ),
    Case(
        "an unclosed bracket",
        change(AE, "AESER: {from: SER}\n  AEOUT:", "AESER: {from: SER\n  AEOUT§:"),
        ((0, "YAML syntax"),),
    ),
    Case(
        "a tab as indentation",
        change(AE, "  AESER", "§\tAESER"),
        ((0, "YAML syntax", "'\\t'"),),
    ),
    Case(
        "a key twice",
        change(AE, "  AEOUT: {", "  §AESEV: {"),
        ((0, "duplicate key 'AESEV'", "line 6"),),
    ),
    Case(
        "a cycle between datasets",
        change(DM, RFSTDTC, "RFSTDTC: {lookup: {dataset: AE, take: §AESTDY, pick: max}}"),
        ((0, "cycle", "AE.AESTDY", "DM.RFSTDTC"),),
    ),
    Case(
        "a cycle within a dataset",
        (
            Change(AE, "AESER: {from: SER}", "AESER: {formula: AEOUT}"),
            Change(AE, "AEOUT: {from: OUTCOME}", "AEOUT: {formula: §AESER}"),
        ),
        ((0, "cycle", "AE.AESER", "AE.AEOUT"),),
    ),
    Case("an empty spec", change(AE, None, ""), (("sdtm/ae.yaml:1:1", "empty"),)),
    Case("a spec of comments", change(AE, None, "# to do\n"), (("sdtm/ae.yaml:1:1", "empty"),)),
    Case("an empty study.yaml", change(STUDY, None, ""), (("study.yaml:1:1", "empty"),)),
    Case(
        "a spec that is not UTF-8",
        change(AE, None, FILES[AE].replace("Emergent", "Übel").encode("latin-1")),
        (("sdtm/ae.yaml:12", "UTF-8"),),
    ),
    Case(
        "an unknown encoding of a source",
        change(STUDY, "ae.csv, encoding: utf-8", "ae.csv, encoding: §utf-88"),
        ((0, "'utf-88'", "'utf-8'"),),
    ),
    Case(
        "a delimiter that is no ASCII character",
        change(STUDY, "ae.csv, encoding: utf-8", "ae.csv, delimiter: §é"),
        ((0, "delimiter", "'é'", "ASCII"),),
    ),
    Case(
        "an unknown format of a source",
        change(STUDY, "ae.csv, encoding: utf-8", "ae.csv, format: §csvv"),
        ((0, "'csvv'", "'csv'"),),
    ),
    Case(
        "paths above the study and from the root",
        (Change(STUDY, "raw/ae.csv", "§../ae.csv"), Change(STUDY, "raw/vs.csv", "§/etc/passwd")),
        ((0, "'../ae.csv'", "outside"), (1, "'/etc/passwd'", "outside")),
    ),
    Case(
        "a tag that would run a command",
        change(
            AE,
            "{from: SER}",
            '{from: §!!python/object/apply:os.system ["touch tests-study-faults-hacked"]}',
        ),
        ((0, "'!!python/object/apply:os.system'", "not allowed"),),
    ),
    Case("an alias bomb", change(AE, None, BOMB), (("sdtm/ae.yaml:1:24", "aliases"),)),
    Case(
        "an alias to what holds it",
        change(AE, None, "dataset: AE\nsource: ae\nvariables: §&v\n  AETERM: *v\n"),
        ((0, "aliases"),),
    ),
    Case("a list that holds itself", change(AE, None, "§&a [*a]\n"), ((0, "aliases"),)),
    Case(
        "an unknown alias",
        change(AE, "{from: SER}", "§*nowhere"),
        ((0, "YAML syntax", "nowhere"),),
    ),
    Case(
        "a spec nested too deep",
        change(AE, None, "dataset: AE\nsource: ae\nvariables: " + "[" * 5000),
        (("sdtm/ae.yaml:3", "nested"),),
    ),
    Case(
        "an unknown domain",
        change(AE, "dataset: AE", "dataset: §AEE"),
        ((0, "SDTMIG 3.4", "'AEE'", "'AE'"),),
    ),
    Case(
        "a domain in small letters",
        change(AE, "dataset: AE", "dataset: §ae"),
        ((0, "'ae'", "capitals"),),
    ),
    Case(
        "a dataset mapped twice",
        change("sdtm/ae2.yaml", None, FILES[AE].replace("dataset: AE", "dataset: §AE")),
        ((0, "AE", "sdtm/ae.yaml"),),
    ),
    Case(
        "an unknown source",
        change(AE, "source: ae", "source: §aee"),
        ((0, "'aee'", "did you mean 'ae'?", "dm, ae, vs"),),
    ),
    Case(
        "an unknown version of SDTMIG",
        change(STUDY, 'sdtmig: "3.4"', "sdtmig: §3.5"),
        ((0, "'3.5'", "3.4"),),
    ),
    Case(
        "an unknown version of the terminology",
        change(STUDY, "terminology: 2024-03-29", "terminology: §2024-03-30"),
        ((0, "'2024-03-30'", "2024-03-29"),),
    ),
    Case(
        "a creation date that does not exist",
        change(STUDY, "created: 2026-01-31", "created: §2026-02-31"),
        ((0, "'2026-02-31'"),),
    ),
    Case(
        "no creation date",
        change(STUDY, "{id: ABC-01, title: A study to break, created: 2026-01-31}", "§{id: A}"),
        ((0, "'created'", "SOURCE_DATE_EPOCH"),),
    ),
    Case(
        "an expression with an operator too many",
        change(AE, "source: ae", 'source: ae\nwhere: SEV == §= "1"'),
        ((0, "==", 'SEV == = "1"'),),
    ),
    Case(
        "an expression that ends early",
        change(STUDY, 'concat("ABC-01-", SUBJ)', 'concat§("ABC-01-", SUBJ'),
        ((0, "'('", "not closed"),),
    ),
    Case(
        "an unknown function",
        change(AE, "source: ae", 'source: ae\nwhere: SEV == "1" and §uper(SEV) == "2"'),
        ((0, "'uper'", "'upper'"),),
    ),
    Case(
        "an unknown function in a text of several lines",
        change(AE, "source: ae", 'source: ae\nwhere: >\n  SEV == "1"\n  and uper(SEV) == "2"'),
        (("sdtm/ae.yaml:", "'uper'", "'upper'"),),
    ),
    Case(
        "an expression that would import",
        change(AE, "when: AESTDTC >= DM.RFSTDTC", "when: §__import__('os').name == ''"),
        ((0, "__import__"),),
    ),
    Case(
        "a condition that is a value",
        change(AE, "source: ae", "source: ae\nwhere: §upper(SEV)"),
        ((0, "upper(SEV)"),),
    ),
    Case(
        "an unknown date format",
        change(AE, "START, format: dd-mon-yyyy", "START, format: §dd-xyz-yyyy"),
        ((0, "'dd-xyz-yyyy'", "'xyz'", "yyyy"),),
    ),
    Case(
        "an unknown dataset in an expression",
        change(AE, "when: AESTDTC >= DM.RFSTDTC", "when: §AESTDTC >= DN.RFSTDTC"),
        ((0, "'DN'", "DM"),),
    ),
    Case(
        "an unknown variable of another dataset",
        change(AE, "when: AESTDTC >= DM.RFSTDTC", "when: §AESTDTC >= DM.RFSTDT"),
        ((0, "'RFSTDT'", "'RFSTDTC'"),),
    ),
    Case(
        "an unknown dataset of a lookup",
        change(DM, RFENDTC, "RFENDTC: {lookup: {dataset: §EX, take: EXENDTC, pick: max}}"),
        ((0, "'EX'", "AE", "VS"),),
    ),
    Case(
        "an unknown variable of a lookup",
        change(DM, RFENDTC, "RFENDTC: {lookup: {dataset: AE, take: §AESTDT, pick: max}}"),
        ((0, "'AESTDT'", "'AESTDTC'"),),
    ),
    Case(
        "no spec at all",
        (Change(DM), Change(AE), Change(VS)),
        (("study.yaml", "no mapping spec", "sdtm"),),
    ),
    Case(
        "schema faults in three specs",
        (
            Change(DM, "SEX: {from", "SEX: {§form"),
            Change(AE, "{from: SER}", "{from: §12}"),
            Change(VS, "test: PULSE", "tset: PULSE"),
        ),
        (
            (0, "'form'"),
            (1, "'12'"),
            ("sdtm/vs.yaml:4:6", "'tset'", "'test'"),
            ("sdtm/vs.yaml:4:5", "'test'"),
        ),
    ),
    Case(
        "faults of five kinds in four files",
        (
            Change(STUDY, "title", "§tittle"),
            Change(DM, "SEX: {from", "SEX: {§form"),
            Change(AE, "{from: SER}", "{from: SER, codelist: §NYY}"),
            Change(AE, "when: AESTDTC >= DM.RFSTDTC", "when: AESTDTC >= §dat(DM.RFSTDTC)"),
            Change(VS, "VISIT: {visit: VISIT}\n  VSDTC:", "VISIT: {visit: VISIT\n  VSDTC§:"),
        ),
        (
            (0, "'tittle'", "'title'"),
            (1, "'form'", "'from'"),
            (2, "'NYY'", "'NY'"),
            (3, "'dat'"),
            (4, "YAML syntax"),
        ),
    ),
    Case(
        "a fault of the spec beside an unknown raw column",
        (
            Change(AE, "{from: SER}", "{from: SER, codelist: §NYY}"),
            Change(VS, "visit: VISIT}", "visit: §VISITT}"),
        ),
        ((0, "'NYY'"), (1, "'VISITT'", "'VISIT'")),
    ),
    Case(
        "an unknown raw column beside a source that is absent",
        (Change(DM, "{from: SEX}", "{from: §SXE}"), Change("raw/ae.csv")),
        ((0, "'SXE'", "'SEX'"), ("raw/ae.csv", "not found")),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_convert_refuses(
    case: Case, tmp_path: Path, out: Path, is_untouched: Callable[[Path], None]
) -> None:
    marks = write_study(tmp_path / "study", case.changes)
    done = run("convert", tmp_path / "study", "--out", out)
    no_traceback(done)
    assert done.code == 2, done.err
    assert done.out == ""
    check_told(done, tmp_path / "study", case.told, marks)
    is_untouched(out)
    assert {path.name for path in tmp_path.iterdir()} == {"study", "out"}
    assert not Path("tests-study-faults-hacked").exists()


#: These show only when the header of a source is read; ``check`` does not look at data.
NEED_DATA = ("raw column", "encoding of a source", "delimiter")


@pytest.mark.parametrize(
    "case",
    [case for case in CASES if not any(words in case.name for words in NEED_DATA)],
    ids=lambda case: case.name,
)
def test_check_tells_the_same_and_touches_no_data(case: Case, tmp_path: Path) -> None:
    no_data = [Change(name) for name in FILES if name.startswith("raw/")]
    marks = write_study(tmp_path, [*case.changes, *no_data])
    done = run("check", tmp_path)
    no_traceback(done)
    assert done.code == 2, done.err
    assert done.out == ""
    check_told(done, tmp_path, case.told, marks)


def test_check_of_a_good_study_says_so(tmp_path: Path) -> None:
    write_study(tmp_path)
    done = run("check", tmp_path)
    assert (done.code, done.err) == (0, "")
    assert "in order" in done.out


@pytest.mark.parametrize("target", ["/etc/passwd", "../elsewhere.csv"])
def test_a_source_that_is_a_link_out_of_the_study_is_refused(
    target: str, tmp_path: Path, out: Path, is_untouched: Callable[[Path], None]
) -> None:
    marks = write_study(tmp_path / "study", [Change(STUDY, "raw/ae.csv", "§raw/ae.csv")])
    (tmp_path / "elsewhere.csv").write_text(FILES["raw/ae.csv"])
    (tmp_path / "study/raw/ae.csv").unlink()
    (tmp_path / "study/raw/ae.csv").symlink_to(
        target if target.startswith("/") else tmp_path / "elsewhere.csv"
    )
    done = run("convert", tmp_path / "study", "--out", out)
    no_traceback(done)
    assert done.code == 2
    check_told(done, tmp_path / "study", [(0, "'raw/ae.csv'", "outside")], marks)
    is_untouched(out)


def test_a_pattern_that_meets_a_link_out_of_the_study_is_refused(tmp_path: Path) -> None:
    marks = write_study(tmp_path / "study", [Change(STUDY, "raw/ae.csv", '§"raw/a*.csv"')])
    (tmp_path / "elsewhere.csv").write_text(FILES["raw/ae.csv"])
    (tmp_path / "study/raw/ae2.csv").symlink_to(tmp_path / "elsewhere.csv")
    done = run("check", tmp_path / "study")
    no_traceback(done)
    assert done.code == 2
    assert "outside" in done.err
    assert "study.yaml:6:" in done.err
    assert marks


def test_a_folder_that_is_a_link_out_of_the_study_is_refused(tmp_path: Path) -> None:
    write_study(tmp_path / "study")
    (tmp_path / "study/raw").rename(tmp_path / "elsewhere")
    (tmp_path / "study/raw").symlink_to(tmp_path / "elsewhere")
    done = run("check", tmp_path / "study")
    no_traceback(done)
    assert done.code == 2
    assert done.err.count("outside") == 3


def test_a_spec_that_is_a_link_out_of_the_study_is_refused_unread(tmp_path: Path) -> None:
    write_study(tmp_path / "study")
    (tmp_path / "secret.txt").write_text("password of somebody")
    (tmp_path / "study/sdtm/lb.yaml").symlink_to(tmp_path / "secret.txt")
    done = run("check", tmp_path / "study")
    no_traceback(done)
    assert done.code == 2
    assert done.err.startswith("cdisc: sdtm/lb.yaml")
    assert "outside" in done.err
    assert "password" not in done.err


def test_a_message_shows_no_more_than_the_start_of_a_long_value(tmp_path: Path) -> None:
    write_study(
        tmp_path,
        [Change(AE, "uppercase: true}\n  AEDECOD", f"uppercase: {'x' * 9000}}}\n  AEDECOD")],
    )
    done = run("check", tmp_path)
    assert done.code == 2
    assert "xxxxxxxx" in done.err
    assert len(done.err) < 1000


@pytest.mark.parametrize(
    "epoch", ["abc", "-1", "1.5", "9" * 30, "²", "\uff11\uff12", "1_000", " ", "0x10", "1e9"]
)
def test_a_source_date_epoch_that_is_no_number_of_seconds_is_refused(
    epoch: str, tmp_path: Path, out: Path, is_untouched: Callable[[Path], None]
) -> None:
    write_study(tmp_path / "study")
    done = run("convert", tmp_path / "study", "--out", out, SOURCE_DATE_EPOCH=epoch)
    no_traceback(done)
    assert done.code == 2, done.err
    check_told(
        done, tmp_path / "study", [("SOURCE_DATE_EPOCH", f"'{epoch}'", "number of seconds")], []
    )
    is_untouched(out)
