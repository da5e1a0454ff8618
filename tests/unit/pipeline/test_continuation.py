"""Texts of more than 200 bytes: cut at words, and continued where the standard says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from converters import api
from converters.formats import read_dataset
from converters.formats.xpt_text import plain
from converters.pipeline.continuation import TEXT_BYTES, pieces
from converters.validation import check_datasets
from tests.unit.conftest import Result, write_study

WORDS = st.text(st.characters(exclude_categories=["Cs", "Zs", "Cc"]), min_size=1, max_size=45)
TEXTS = st.lists(WORDS | st.sampled_from(["", "", "word", "°C", "ﷺ"]), max_size=80).map(" ".join)


@given(TEXTS)
@example(" " * 500 + "x")
@example("word " * 39 + "of" + " " * 9 + "it")
def test_pieces_joined_with_a_blank_are_the_text(text: str) -> None:
    assert " ".join(pieces(text)).rstrip(" ") == text.rstrip(" ")


@given(st.text(st.characters(exclude_categories=["Cs"]) | st.just(" "), max_size=900))
@example("w" * 650)
@example("  " + "ü" * 300 + "  end")
def test_pieces_fit_and_lose_nothing_but_blanks(text: str) -> None:
    found = pieces(text)
    assert all(fits(piece) for piece in found)
    assert "".join(found).replace(" ", "") == text.replace(" ", "")
    assert all(not piece.endswith(" ") for piece in found[1:-1] if piece.strip(" "))


def fits(text: str) -> bool:
    """Whether a file has room for the text in UTF-8, and in ASCII with signs spelt out."""
    spelt = sum(len(plain(char)) for char in text)
    return max(len(text.encode()), spelt) <= TEXT_BYTES


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a" * 200, ["a" * 200]),
        ("a" * 200 + " b", ["a" * 200, "b"]),
        ("a" * 199 + " bc", ["a" * 199, "bc"]),
        ("a" * 100 + "  " + "b" * 100, ["a" * 100, " " + "b" * 100]),
        ("x " + "a" * 250, ["x", "a" * 200, "a" * 50]),
        ("ü" * 101, ["ü" * 100, "ü"]),
        ("°" * 67, ["°" * 66, "°"]),  # deg: three letters in ASCII
        ("a" * 150 + " " * 90, ["a" * 150]),
    ],
)
def test_a_text_is_cut_at_the_last_blank_that_fits(text: str, expected: list[str]) -> None:
    assert pieces(text) == expected


LONG = " ".join(f"word{number:03}" for number in range(60))  # 479 bytes
PIECES = pieces(LONG)


def ae(**more: Any) -> dict[str, Any]:
    return {"dataset": "AE", "source": "raw", "variables": {"AETERM": {"from": "T"}}, **more}


def rows(*texts: str) -> list[dict[str, str]]:
    return [{"SUBJ": str(number), "T": text} for number, text in enumerate(texts, 1)]


def test_a_long_variable_goes_on_in_qualifiers(workshop: Any) -> None:
    result = workshop.convert({"raw": rows("short", LONG)}, ae())
    assert result.column("AE", "AETERM") == ["short", PIECES[0]]
    names = ("USUBJID", "IDVAR", "IDVARVAL", "QNAM", "QLABEL", "QVAL", "QORIG", "QEVAL")
    label = "Reported Term for the Adverse Event"
    assert result.records("SUPPAE", *names) == [
        ("S1-2", "AESEQ", "1", f"AETERM{number}", label, PIECES[number], "CRF", None)
        for number in (1, 2)
    ]
    assert [record for *_, record in result.trace("SUPPAE")] == [2, 2]
    assert result.told() == [("text-continued", "AETERM", None, 1, 2)]
    assert "SUPPAE as AETERM1, AETERM2" in result.findings[0].message


def test_value_level_metadata_describe_each_piece(workshop: Any) -> None:
    result = workshop.convert({"raw": rows(LONG)}, ae())
    described = {
        item.where[0].values[0]: item.definition
        for item in result.dataset("SUPPAE").metadata.value_level
    }
    lengths = {name: item.length for name, item in described.items()}
    assert lengths == {"AETERM1": len(PIECES[1]), "AETERM2": len(PIECES[2])}
    assert result.variable("AE", "AETERM").length == len(PIECES[0])
    assert {item.origin.type for item in described.values()} == {"Collected"}


def test_the_checks_have_nothing_against_the_pieces(workshop: Any) -> None:
    spec = ae(supplemental={"AEDESCRI": {"label": "Description", "from": "T"}})
    result = workshop.convert({"raw": rows(LONG + " " + LONG)}, spec)
    found = check_datasets(result.conversion.datasets)
    told = {(item.rule, item.dataset) for item in found}
    assert not {item for item in told if item[1] == "SUPPAE"}, found
    assert ("text-too-long", "AE") not in told


@pytest.mark.parametrize(
    ("name", "qualifier"), [("AEMODIFY", "AEMODIF1"), ("AETERM", "AETERM1"), ("AEACN", "AEACN1")]
)
def test_a_name_of_eight_characters_gives_up_its_last(
    workshop: Any, name: str, qualifier: str
) -> None:
    spec = ae(variables={"AETERM": {"assign": "x"}, name: {"from": "T", "codelist": "none"}})
    result = workshop.convert({"raw": rows(LONG)}, spec)
    assert result.column("SUPPAE", "QNAM")[0] == qualifier


def test_a_name_that_is_taken_is_passed_over(workshop: Any) -> None:
    spec = ae(supplemental={"AETERM1": {"label": "Own", "assign": "own"}})
    result = workshop.convert({"raw": rows(LONG)}, spec)
    assert result.records("SUPPAE", "QNAM", "QVAL") == [
        ("AETERM2", PIECES[1]),
        ("AETERM3", PIECES[2]),
        ("AETERM1", "own"),
    ]


def test_names_that_become_alike_are_told_apart(workshop: Any) -> None:
    spec = ae(
        supplemental={
            "AEREMARK": {"label": "Remark", "from": "T"},
            "AEREMARX": {"label": "Another", "from": "T"},
        },
        variables={"AETERM": {"assign": "x"}},
    )
    result = workshop.convert({"raw": rows(LONG)}, spec)
    assert result.records("SUPPAE", "QNAM", "QLABEL") == [
        ("AEREMARK", "Remark"),
        ("AEREMAR1", "Remark"),
        ("AEREMAR2", "Remark"),
        ("AEREMARX", "Another"),
        ("AEREMAR3", "Another"),
        ("AEREMAR4", "Another"),
    ]


def test_a_long_qualifier_keeps_its_label_origin_and_evaluator(workshop: Any) -> None:
    more = {"label": "More", "from": "T", "origin": "Assigned", "evaluator": "INVESTIGATOR"}
    result = workshop.convert({"raw": rows(LONG)}, ae(supplemental={"AEMORE": more}))
    assert result.records("SUPPAE", "QNAM", "QLABEL", "QORIG", "QEVAL")[
        2:
    ] == [  # after AETERM1 and 2
        (name, "More", "ASSIGNED", "INVESTIGATOR") for name in ("AEMORE", "AEMORE1", "AEMORE2")
    ]


def test_what_the_sponsor_assigned_is_judged_by_the_sponsor(workshop: Any) -> None:
    spec = ae(variables={"AETERM": {"assign": "x"}, "AEDECOD": {"from": "T"}})
    result = workshop.convert({"raw": rows(LONG)}, spec)
    assert set(result.records("SUPPAE", "QORIG", "QEVAL")) == {("ASSIGNED", "SPONSOR")}


def test_in_dm_the_pieces_have_no_idvar(workshop: Any) -> None:
    dm = {"dataset": "DM", "source": "raw", "variables": {"INVNAM": {"from": "T"}}}
    result = workshop.convert({"raw": rows(LONG)}, dm)
    assert result.records("SUPPDM", "IDVAR", "IDVARVAL", "QNAM") == [
        (None, None, "INVNAM1"),
        (None, None, "INVNAM2"),
    ]


def test_a_long_result_goes_on_as_collected_and_in_standard_form(workshop: Any) -> None:
    spec = {
        "dataset": "PE",
        "source": "raw",
        "findings": [{"test": "SKIN", "label": "Skin", "from": "T"}],
    }
    result = workshop.convert({"raw": rows(LONG)}, spec)
    assert result.column("SUPPPE", "QNAM") == ["PEORRES1", "PEORRES2", "PESTRES1", "PESTRES2"]


def test_a_comment_goes_on_in_variables(workshop: Any) -> None:
    spec = {"dataset": "CO", "source": "raw", "variables": {"COVAL": {"from": "T"}}}
    result = workshop.convert({"raw": rows("short", LONG)}, spec)
    assert result.records("CO", "COVAL", "COVAL1", "COVAL2") == [
        ("short", None, None),
        tuple(PIECES),
    ]
    names = result.names("CO")
    assert names[names.index("COVAL") :][:3] == ["COVAL", "COVAL1", "COVAL2"]
    described = result.variable("CO", "COVAL2")
    assert (described.label, described.length) == ("Comment 2", len(PIECES[2]))
    assert described.origin == result.variable("CO", "COVAL").origin
    assert not described.mandatory
    assert "SUPPCO" not in result.conversion.datasets
    assert "continued in CO as COVAL1, COVAL2" in result.findings[0].message


def test_a_trial_summary_value_goes_on_in_variables(workshop: Any) -> None:
    spec = {"dataset": "TS", "rows": [{"TSPARMCD": "TITLE", "TSVAL": LONG}]}
    result = workshop.convert({"raw": rows("x")}, spec)
    assert result.records("TS", "TSVAL", "TSVAL1", "TSVAL2") == [tuple(PIECES)]
    assert result.variable("TS", "TSVAL1").label == "Parameter Value 1"


def test_numbered_variables_may_be_mapped_like_any(workshop: Any) -> None:
    spec = {
        "dataset": "CO",
        "source": "raw",
        "variables": {"COVAL": {"from": "T"}, "COVAL1": {"assign": "more"}},
    }
    result = workshop.convert({"raw": rows("short", LONG)}, spec)
    assert result.records("CO", "COVAL", "COVAL1") == [("short", "more"), (LONG, "more")]
    assert result.told() == [("text-not-continued", "COVAL", None, 1, 2)]
    assert "the spec itself makes COVAL1" in result.findings[0].message


TI = {"dataset": "TI", "rows": [{"IETESTCD": "I1", "IETEST": LONG, "IECAT": "INCLUSION"}]}
SPLIT = {
    "dataset": "AELONG",
    "domain": "AE",
    "source": "raw",
    "variables": {"AETERM": {"from": "T"}},
}
TV = {"dataset": "TV", "rows": [{"VISITNUM": 1, "TVSTRL": LONG}]}


@pytest.mark.parametrize(
    ("spec", "dataset", "variable", "words"),
    [
        (TI, "TI", "IETEST", "abbreviate it"),
        (SPLIT, "AELONG", "AETERM", "SUPPAELONG is longer than 8 characters"),
        (TV, "TV", "TVSTRL", "TV has no supplemental qualifiers"),
        (
            ae(variables={"AETERM": {"assign": "x"}, "AESPID": {"from": "T"}}),
            "AE",
            "AESPID",
            "identifier variables are not continued",
        ),
    ],
)
def test_what_cannot_be_continued_stays_and_is_told(
    workshop: Any, spec: Any, dataset: str, variable: str, words: str
) -> None:
    result = workshop.convert({"raw": rows(LONG)}, spec)
    assert result.column(dataset, variable) == [LONG]
    assert result.told() == [("text-not-continued", variable, None, 1, 1)]
    assert words in result.findings[0].message
    assert not any(name.startswith("SUPP") for name in result.conversion.datasets)
    checked = check_datasets(result.conversion.datasets)
    assert "text-too-long" in {item.rule for item in checked if item.variable == variable}


def test_nothing_but_blanks_is_no_text(workshop: Any) -> None:
    spec = ae(variables={"AETERM": {"formula": 'replace(T, "x", " ")'}})
    result = workshop.convert({"raw": rows("x" * 300, "y")}, spec)
    assert result.column("AE", "AETERM") == [None, "y"]


def test_a_cut_word_is_told(workshop: Any) -> None:
    result = workshop.convert({"raw": rows("w" * 300)}, ae())
    assert result.findings[0].message.endswith("; a word is cut")


def test_other_rules_read_the_whole_text(workshop: Any) -> None:
    spec = ae(variables={"AETERM": {"from": "T"}, "AESPID": {"formula": "text(length(AETERM))"}})
    assert workshop.convert({"raw": rows(LONG)}, spec).column("AE", "AESPID") == [str(len(LONG))]


def test_the_text_is_in_the_files(tmp_path: Path) -> None:
    study = write_study(tmp_path / "study", {"raw": rows(LONG)}, [ae()], {})
    report = api.convert(study, tmp_path / "out", fail_on=None)
    folder = report.out / "sdtm" if report.out else Path()
    kept = read_dataset(folder / "ae.xpt").frame["AETERM"].tolist()
    kept += read_dataset(folder / "suppae.xpt").frame["QVAL"].tolist()
    assert " ".join(kept) == LONG
    assert not re.search("xpt-|too-long", " ".join(item.rule for item in report.findings))


def test_the_order_of_the_records_does_not_matter(workshop: Any) -> None:
    texts = [LONG, "short", LONG[:300], LONG[8:]]
    records = [{"SUBJ": "1", "T": text} for text in texts]
    one: Result = workshop.convert({"raw": records}, ae())
    other: Result = workshop.convert({"raw": records[::-1]}, ae())
    for name in ("AE", "SUPPAE"):
        assert one.dataset(name).frame.astype(str).equals(other.dataset(name).frame.astype(str))


def test_texts_about_associated_persons_and_devices_go_on_too(workshop: Any) -> None:
    raw = [{"SUBJ": "1", "WHO": "M1", "T": LONG}]
    persons = {
        "dataset": "APMH",
        "source": "raw",
        "variables": {"APID": {"from": "WHO"}, "MHTERM": {"from": "T"}},
    }
    devices = {
        "dataset": "DU",
        "source": "raw",
        "variables": {
            "SPDEVID": {"from": "WHO"},
            "DUTESTCD": {"assign": "X"},
            "DUORRES": {"from": "T"},
        },
    }
    result = workshop.convert({"raw": raw}, persons, devices)
    names = ("RDOMAIN", "IDVAR", "IDVARVAL", "QNAM")
    assert result.records("SUPPAPMH", "APID", *names) == [
        ("M1", "APMH", "MHSEQ", "1", f"MHTERM{number}") for number in (1, 2)
    ]
    assert ("M1", "DU", "DUSEQ", "1", "DUORRES1") in result.records("SUPPDU", "SPDEVID", *names)
