"""The commands ``cdisc terminology``, as a person and as a program use them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from converters import cli

HEADER = (
    "Code\tCodelist Code\tCodelist Extensible (Yes/No)\tCodelist Name\tCDISC Submission Value"
    "\tCDISC Synonym(s)\tNCI Preferred Term\tStandard and Date\n"
)
RELEASE = HEADER + "".join(
    f"{line}\t{{release}}\n"
    for line in (
        "C1\t\tYes\tVital Signs Test Code\tVSTESTCD\t\t",
        "C9\tC1\t\tVital Signs Test Code\tSYSBP\tSBP; Systolic\tSystolic Pressure",
        "C2\t\tYes\tVital Signs Test Name\tVSTEST\t\t",
        "C9\tC2\t\tVital Signs Test Name\tSystolic Blood Pressure\t\tSystolic Pressure",
        "C3\t\tNo\tNo Yes [Response]\tNY\t\t",
        "\tC3\t\tNo Yes [Response]\tY\tYes\tYes",
    )
)


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's data folder, empty."""
    monkeypatch.setenv("CDISC_CONVERTERS_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs a command of ``cdisc terminology``: exit code, output, errors."""

    def _run(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        try:
            cli.main(["terminology", *map(str, arguments)])
            code = 0
        except SystemExit as stop:
            code = int(stop.code or 0)
        return code, *capsys.readouterr()

    return _run


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "ct.txt"
    path.write_text(RELEASE.format(release="SDTM CT 2025-03-28"))
    return path


def test_add_says_what_was_read_and_what_is_odd(run: Any, file: Path) -> None:
    code, out, err = run("add", file)
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "SDTM terminology 2025-03-28: 3 codelists, 3 terms: imported",
        "  Warning: term-without-code (1): rows of terms without an NCI code: the values are kept"
        " without one:"
        f" 'Y' of NY [{file}, from line 7]",
    ]
    code, out, _ = run("add", file)
    assert code == 0 and "unchanged, it was imported before" in out


def test_add_tells_programs_all(run: Any, file: Path) -> None:
    code, out, _ = run("add", file, "--json")
    (item,) = json.loads(out)
    assert code == 0
    assert (item["standard"], item["version"], item["origin"]) == ("sdtm", "2025-03-28", "imported")
    assert (item["codelists"], item["terms"], item["changed"]) == (3, 3, True)
    assert [finding["rule"] for finding in item["oddities"]] == ["term-without-code"]


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["add"], 2, "Missing argument 'FILE...'"),
        (["add", "{file}", "--sort"], 2, "No such option"),
        (["remove"], 2, "No such command 'remove'"),
        (["add", "{file}", "--standard", "send"], 2, "its standard is sdtm, and not send"),
        (["add", "{file}.none"], 3, "ct.txt.none: cannot be read: No such file or directory"),
        (["add", __file__], 3, "is no terminology: expected NCI EVS text"),
        (["show", "NYY"], 2, "SDTM terminology 2024-03-29 has no codelist 'NYY' (did you mean"),
        (["show", "NY", "--standard", "send"], 2, "there is no SEND terminology: import a release"),
        (["search", "yes", "--version", "2024-03-28"], 2, "did you mean '2024-03-29'"),
        (["search", "yes", "--limit", "0"], 2, "Invalid value for '--limit'"),
    ],
)
def test_what_is_wrong_has_its_message_and_exit_code(
    run: Any, file: Path, data: Path, arguments: list[str], code: int, told: str
) -> None:
    found, out, err = run(*(item.format(file=file) for item in arguments))
    assert (found, out) == (code, "")
    assert told in err
    assert not data.exists()


def test_a_place_that_cannot_be_written_is_exit_code_4(run: Any, file: Path, data: Path) -> None:
    data.write_text("a file")
    code, _, err = run("add", file)
    assert code == 4 and "cannot be written" in err


def test_list_shows_what_is_shipped_and_imported_and_which_is_used(
    run: Any, file: Path, tmp_path: Path, data: Path
) -> None:
    again = tmp_path / "again.txt"
    again.write_text(RELEASE.format(release="SDTM 2024-03-29"))
    run("add", file, again)
    code, out, _ = run("list")
    assert code == 0
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in out.splitlines()]
    published = "shipped: ADaM Terminology 2026-03-27.txt"
    assert [row for row in rows if row] == [
        ["ADaM", "2026-03-27", "25", "144", published, "yes"],
        ["SDTM", "2024-03-29", "3", "3", "imported: again.txt", "yes"],
        ["SDTM", "2024-03-29", "1,056", "39,468", "shipped", "no: the imported one is"],
        ["SDTM", "2025-03-28", "3", "3", "imported: ct.txt", "yes"],
    ]
    assert out.splitlines()[-1] == f"Imported releases are kept in {data / 'terminology'}"
    adam, *found = json.loads(run("list", "--json")[1])
    assert (adam["standard"], adam["origin"], adam["used"]) == ("adam", "shipped", True)
    assert [(item["version"], item["origin"], item["used"]) for item in found] == [
        ("2024-03-29", "imported", True),
        ("2024-03-29", "shipped", False),
        ("2025-03-28", "imported", True),
    ]
    assert [item["files"][0]["file"] for item in found if item["files"]] == ["again.txt", "ct.txt"]
    assert Path(found[0]["place"]).is_file()


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("c1", [("VSTESTCD", None, "code")]),
        ("vstest", [("VSTEST", None, "short name"), ("VSTESTCD", None, "short name")]),
        ("test code", [("VSTESTCD", None, "name")]),
        ("SBP", [("VSTESTCD", "SYSBP", "synonym")]),
        (
            "systolic",
            [
                ("VSTESTCD", "SYSBP", "synonym"),  # equal to the word
                ("VSTEST", "Systolic Blood Pressure", "submission value"),
            ],
        ),
        (
            "pressure",
            [("VSTESTCD", "SYSBP", "preferred term"), ("VSTEST", "*", "submission value")],
        ),
        ("C9", [("VSTESTCD", "SYSBP", "code"), ("VSTEST", "*", "code")]),
        ("CD", [("VSTESTCD", None, "short name")]),  # a code counts whole
        ("[resp", [("NY", None, "name")]),
    ],
)
def test_search_finds_codelists_and_terms_by_all_their_names(
    run: Any, file: Path, word: str, expected: list[tuple[str, str | None, str]]
) -> None:
    run("add", file)
    code, out, _ = run("search", word, "--version", "2025-03-28", "--json")
    found = json.loads(out)
    assert code == 0 and found["nearest"] == []
    assert [
        (item["codelist"]["name"], item["term"] and item["term"]["value"], item["matched"])
        for item in found["matches"]
    ] == [
        (name, "Systolic Blood Pressure" if value == "*" else value, what)
        for name, value, what in expected
    ]
    assert found["found"] == len(expected)


def test_search_looks_into_the_newest_release_and_prints_a_table(run: Any, file: Path) -> None:
    run("add", file)
    code, out, _ = run("search", "no yes")
    assert code == 0
    assert "'no yes' in SDTM terminology 2025-03-28" in out
    assert "No Yes [Response]" in out  # brackets are text, and no markup
    assert "Pancreatic" in run("search", "pancrea", "--version", "2024-03-29")[1]


def test_search_shows_the_first_and_says_how_many_more(run: Any) -> None:
    _, out, _ = run("search", "blood", "--limit", "2")
    assert out.count("│\n") == 2
    assert "more: --limit shows them" in out


def test_what_is_not_found_has_its_nearest_words(run: Any, file: Path) -> None:
    run("add", file)
    code, out, _ = run("search", "Systolc", "--version", "2025-03-28")
    assert (code, out.splitlines()) == (
        0,
        ["SDTM terminology 2025-03-28 has nothing with 'Systolc'; near it are: Systolic"],
    )
    found = json.loads(run("search", "Systolc", "--json", "--version", "2025-03-28")[1])
    assert (found["found"], found["matches"], found["nearest"][0]) == (0, [], "Systolic")
    assert run("search", "qqqqqq")[1].endswith("has nothing with 'qqqqqq'\n")


@pytest.mark.parametrize("name", ["VSTESTCD", "vstestcd", "C1"])
def test_show_prints_a_codelist_of_test_codes_with_their_names(
    run: Any, file: Path, name: str
) -> None:
    run("add", file)
    code, out, _ = run("show", name)
    assert code == 0
    assert out.splitlines()[0].strip() == (
        "VSTESTCD (C1): Vital Signs Test Code, extensible, SDTM terminology 2025-03-28"
    )
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in out.splitlines()]
    assert [row for row in rows if row] == [
        ["SYSBP", "C9", "Systolic Blood Pressure", "SBP; Systolic", "Systolic Pressure"]
    ]
    found = json.loads(run("show", name, "--json")[1])
    assert found["pair"] == {"code": "C2", "name": "VSTEST"}
    assert found["release"]["version"] == "2025-03-28"
    assert found["terms"] == [
        {
            "value": "SYSBP",
            "code": "C9",
            "synonyms": ["SBP", "Systolic"],
            "preferred_term": "Systolic Pressure",
            "decode": "Systolic Blood Pressure",
        }
    ]


def test_show_prints_a_codelist_without_a_pair_and_another_standard(
    run: Any, tmp_path: Path
) -> None:
    path = tmp_path / "adam.txt"
    path.write_text(RELEASE.format(release="ADaM 2026-03-27"))
    run("add", path)
    code, out, _ = run("show", "NY", "--standard", "ADaM")
    assert code == 0
    assert "NY (C3): No Yes [Response], not extensible, ADaM terminology 2026-03-27" in out
    found = json.loads(run("show", "NY", "--standard", "adam", "--json")[1])
    assert (found["pair"], found["terms"][0]["decode"]) == (None, None)


def test_the_help_of_every_command_is_there(run: Any) -> None:
    for command in ((), ("add",), ("list",), ("search",), ("show",)):
        code, out, _ = run(*command, "--help")
        assert code == 0 and "Usage: cdisc terminology" in out
