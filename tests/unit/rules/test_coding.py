"""``coding``: MedDRA and WHODrug from a coding file."""

from __future__ import annotations

from typing import Any

import pytest

from converters import api
from tests.unit.conftest import write_study

HEAD = {"dictionaries": {"MedDRA": 27.0, "WHODrug": "GLOBAL 2024-03-01", "LOINC": "2.77"}}
RAW = [
    {"SUBJ": "1", "LINE": "1", "TERM": "Rash "},
    {"SUBJ": "1", "LINE": "2", "TERM": "bad  cold"},
    {"SUBJ": "2", "LINE": "1", "TERM": "RASH"},
]
BY_TERM = """Verbatim,LLT,LLT Code,PT,PT_CODE,HLT,HLT code,HLGT,HLGTCD,SOC Name,SOCCD
rash,Rash,10037844,Rash,10037844,Rashes NEC,10052566,Epidermal,10014982,Skin,10040785
Bad cold,Cold,10009851,Nasopharyngitis,10028810,URTI,10046304,Viral,10021879,Infected,10021881
"""


def ae(coding: Any = None, **more: Any) -> dict[str, Any]:
    usual = {"dictionary": "MedDRA", "source": "codes", "by": {"TERM": "Verbatim"}}
    variables = {"AETERM": {"from": "TERM"}, **more}
    return {
        "dataset": "AE",
        "source": "raw",
        "coding": usual if coding is None else coding,
        "variables": variables,
    }


def test_the_dictionarys_variables_are_made_by_their_usual_columns(workshop: Any) -> None:
    result = workshop.convert({"raw": RAW, "codes": BY_TERM}, ae(), **HEAD)
    names = ("AETERM", "AELLT", "AELLTCD", "AEDECOD", "AEPTCD", "AEHLT", "AEHLTCD", "AEHLGT")
    names += ("AEHLGTCD", "AEBODSYS", "AEBDSYCD", "AESOC", "AESOCCD")
    assert [item for item in result.names("AE") if item in names] == list(names)
    rash = ("Rash", 10037844, "Rash", 10037844, "Rashes NEC", 10052566, "Epidermal", 10014982)
    assert sorted(result.records("AE", "USUBJID", *names)) == [
        ("S1-1", "Rash", *rash, "Skin", 10040785, "Skin", 10040785),
        (
            *("S1-1", "bad  cold", "Cold", 10009851, "Nasopharyngitis", 10028810, "URTI"),
            *(10046304, "Viral", 10021879, "Infected", 10021881, "Infected", 10021881),
        ),
        ("S1-2", "RASH", *rash, "Skin", 10040785, "Skin", 10040785),
    ]
    assert result.told() == []
    assert result.account("codes")["mapped"] == 2


def test_keys_may_be_variables_and_subjects_are_compared_letter_by_letter(workshop: Any) -> None:
    codes = [
        {"SUBJ": "a", "NO": "1", "PT": "Rash"},
        {"SUBJ": "A", "NO": "1", "PT": "Other"},
    ]
    raw = [{"SUBJ": "a", "LINE": "1", "TERM": "x"}]
    coding = {
        "dictionary": "MedDRA",
        "source": "codes",
        "by": {"USUBJID": "USUBJID", "AESPID": "NO"},
    }
    spec = ae(coding, AESPID={"from": "LINE"})
    result = workshop.convert({"raw": raw, "codes": codes}, spec, **HEAD)
    assert result.column("AE", "AEDECOD") == ["Rash"]
    assert result.told() == []
    account = result.account("codes")
    assert (account["mapped"], account["excluded"]) == (1, {"AE: asked for by no record": 1})


def test_take_names_columns_that_are_not_usual(workshop: Any) -> None:
    codes = [{"Verbatim": "rash", "Chosen": "Rash", "PT": "no", "SOC": "Skin", "Body": "Bodies"}]
    take = {"AEDECOD": "Chosen", "AEBODSYS": "Body"}
    coding = {"dictionary": "MedDRA", "source": "codes", "by": {"TERM": "Verbatim"}, "take": take}
    result = workshop.convert({"raw": RAW[:1], "codes": codes}, ae(coding), **HEAD)
    assert result.records("AE", "AEDECOD", "AEBODSYS", "AESOC") == [("Rash", "Bodies", "Skin")]


def test_what_the_spec_makes_or_omits_goes_first(workshop: Any) -> None:
    spec = ae(AEDECOD={"assign": "Mine"}, AESOC={"omit": True})
    result = workshop.convert({"raw": RAW, "codes": BY_TERM}, spec, **HEAD)
    assert set(result.column("AE", "AEDECOD")) == {"Mine"}
    assert "AESOC" not in result.names("AE")
    assert sorted(set(result.column("AE", "AELLT"))) == ["Cold", "Rash"]
    assert result.account("codes")["mapped"] == 2


def test_a_term_without_a_code_is_a_finding_by_term(workshop: Any) -> None:
    raw = [*RAW, {"SUBJ": "3", "TERM": "Fall"}, {"SUBJ": "3", "TERM": "Fall"}, {"SUBJ": "3"}]
    raw.append({"SUBJ": "4", "TERM": "Odd"})
    codes = BY_TERM + "odd,,,,,,,,,,\nnever,Never,1,Never,1,,,,,,\n"
    result = workshop.convert({"raw": raw, "codes": codes}, ae(), **HEAD)
    assert result.told() == [
        ("not-coded", "AEDECOD", "Fall", 2, 4),
        ("not-coded", "AEDECOD", "Odd", 1, 7),
    ]
    assert [item.severity.value for item in result.findings] == ["Warning", "Warning"]
    account = result.account("codes")
    assert (account["mapped"], account["excluded"]) == (3, {"AE: asked for by no record": 1})


def test_a_key_with_several_codes_is_an_error_and_the_lowest_is_taken(workshop: Any) -> None:
    codes = BY_TERM + "RASH,Rash,10037844,Dermatitis,10012431,,,,,,\nrash,,,,,,,,,,\n"
    result = workshop.convert({"raw": RAW, "codes": codes}, ae(), **HEAD)
    assert sorted(result.column("AE", "AEDECOD")) == ["Dermatitis", "Dermatitis", "Nasopharyngitis"]
    assert result.told() == [("coded-twice", "AEDECOD", "Rash", 2, 1)]
    assert result.findings[0].severity.value == "Error"
    lines = codes.splitlines(keepends=True)
    turned = "".join([lines[0], *lines[:0:-1]])
    again = workshop.convert({"raw": RAW, "codes": turned}, ae(), **HEAD)
    assert again.dataset("AE").frame.astype(str).equals(result.dataset("AE").frame.astype(str))


def test_the_same_code_twice_is_no_finding(workshop: Any) -> None:
    codes = BY_TERM + BY_TERM.splitlines()[1] + "\n"
    result = workshop.convert({"raw": RAW, "codes": codes}, ae(), **HEAD)
    assert result.told() == []
    assert result.account("codes")["mapped"] == 3


def test_a_term_that_records_have_coded_differently_is_told(workshop: Any) -> None:
    codes = [
        {"SUBJ": "1", "LINE": "1", "PT": "Rash"},
        {"SUBJ": "1", "LINE": "2", "PT": "Nasopharyngitis"},
        {"SUBJ": "2", "LINE": "1", "PT": "Dermatitis"},
    ]
    coding = {"dictionary": "MedDRA", "source": "codes", "by": ["SUBJ", "LINE"]}
    result = workshop.convert({"raw": RAW, "codes": codes}, ae(coding), **HEAD)
    assert sorted(result.column("AE", "AEDECOD")) == ["Dermatitis", "Nasopharyngitis", "Rash"]
    assert sorted(result.told()) == [
        ("coded-differently", "AEDECOD", "RASH", 1, 3),
        ("coded-differently", "AEDECOD", "Rash", 1, 1),
    ]
    assert "'Dermatitis', 'Rash'" in result.findings[0].message


def test_where_chooses_among_the_files_records(workshop: Any) -> None:
    codes = [
        {"Verbatim": "Rash", "PT": "Old", "Status": "draft"},
        {"Verbatim": "Rash", "PT": "Rash", "Status": "final"},
    ]
    coding = {
        "dictionary": "MedDRA",
        "source": "codes",
        "by": {"TERM": "Verbatim"},
        "where": 'Status == "final"',
    }
    result = workshop.convert({"raw": RAW[:1], "codes": codes}, ae(coding), **HEAD)
    assert result.column("AE", "AEDECOD") == ["Rash"]
    assert result.told() == []
    assert result.account("codes")["mapped"] == 1


CM = {
    "dataset": "CM",
    "source": "raw",
    "coding": {
        "dictionary": "WHODrug",
        "source": "drugs",
        "by": {"CMTRT": "Drug"},
        "take": {"CMATC1": "ATC 1", "CMATC1CD": "ATC 1 Code"},
    },
    "variables": {"CMTRT": {"from": "TERM"}},
}
DRUGS = [
    {
        "Drug": "aspirin",
        "Preferred Name": "ACETYLSALICYLIC ACID",
        "ATC Text": "SALICYLIC ACID AND DERIVATIVES",
        "ATC Code": "N02BA",
        "ATC 1": "NERVOUS SYSTEM",
        "ATC 1 Code": "N",
    }
]


def test_whodrug_gives_class_and_levels_as_qualifiers(workshop: Any) -> None:
    raw = [{"SUBJ": "1", "TERM": "Aspirin"}]
    result = workshop.convert({"raw": raw, "drugs": DRUGS}, CM, **HEAD)
    assert result.records("CM", "CMDECOD", "CMCLAS", "CMCLASCD") == [
        ("ACETYLSALICYLIC ACID", "SALICYLIC ACID AND DERIVATIVES", "N02BA")
    ]
    assert result.records("SUPPCM", "QNAM", "QLABEL", "QVAL", "QORIG", "QEVAL") == [
        ("CMATC1", "ATC Level 1 Text", "NERVOUS SYSTEM", "ASSIGNED", "SPONSOR"),
        ("CMATC1CD", "ATC Level 1 Code", "N", "ASSIGNED", "SPONSOR"),
    ]
    used = result.variable("CM", "CMDECOD").codelist
    assert (used.dictionary, used.dictionary_version) == ("WHODrug", "GLOBAL 2024-03-01")
    levels = [item.definition.codelist for item in result.dataset("SUPPCM").metadata.value_level]
    assert {item.dictionary for item in levels} == {"WHODrug"}


def test_several_dictionaries_in_one_block(workshop: Any) -> None:
    """Another dictionary makes what 'take' says."""
    other = {"dictionary": "LOINC", "source": "loinc", "by": {"TERM": "T"}, "take": {"CMSCAT": "N"}}
    spec = {**CM, "coding": [CM["coding"], other]}
    sources = {
        "raw": [{"SUBJ": "1", "TERM": "Aspirin"}],
        "drugs": DRUGS,
        "loinc": [{"T": "aspirin", "N": "x"}],
    }
    result = workshop.convert(sources, spec, **HEAD)
    assert result.records("CM", "CMDECOD", "CMSCAT") == [("ACETYLSALICYLIC ACID", "x")]


def test_a_block_of_records_may_have_its_own(workshop: Any) -> None:
    blocks = {
        "dataset": "AE",
        "records": [
            {"source": "raw", "coding": ae()["coding"]},
            {"source": "raw", "where": 'LINE == "1"'},
        ],
        "variables": {"AETERM": {"from": "TERM"}},
    }
    result = workshop.convert({"raw": RAW, "codes": BY_TERM}, blocks, **HEAD)
    assert sorted(result.column("AE", "AEDECOD"), key=str) == [
        "Nasopharyngitis",
        None,
        None,
        "Rash",
        "Rash",
    ]


@pytest.mark.parametrize(
    ("name", "kind"), [("AEDECOD", "Char"), ("AEPTCD", "Num"), ("AESOC", "Char")]
)
def test_metadata_name_the_dictionary_and_its_version(workshop: Any, name: str, kind: str) -> None:
    result = workshop.convert({"raw": RAW, "codes": BY_TERM}, ae(), **HEAD)
    variable = result.variable("AE", name)
    assert (variable.kind, variable.origin.type, variable.origin.source) == (
        kind,
        "Assigned",
        "Sponsor",
    )
    used = variable.codelist
    assert (used.dictionary, used.dictionary_version, used.terms) == ("MedDRA", "27.0", ())


def test_variables_mapped_plainly_name_the_dictionary_of_the_standard(workshop: Any) -> None:
    spec = {
        "dataset": "AE",
        "source": "raw",
        "variables": {"AETERM": {"from": "TERM"}, "AEDECOD": {"from": "TERM"}},
    }
    with_version = workshop.convert({"raw": RAW}, spec, **HEAD)
    assert with_version.variable("AE", "AEDECOD").codelist.dictionary_version == "27.0"
    assert with_version.variable("AE", "AETERM").codelist is None
    assert workshop.convert({"raw": RAW}, spec).variable("AE", "AEDECOD").codelist is None


def test_define_xml_has_an_external_codelist(tmp_path: Any) -> None:
    study = write_study(tmp_path / "s", {"raw": RAW, "codes": BY_TERM}, [ae()], dict(HEAD))
    report = api.convert(study, tmp_path / "out", fail_on=None)
    assert report.out is not None
    text = (report.out / "sdtm" / "define.xml").read_text("utf-8")
    assert '<ExternalCodeList Dictionary="MedDRA" Version="27.0"' in text
    assert not [item for item in report.findings if item.rule.startswith("define-")]


USUAL = {"dictionary": "MedDRA", "source": "codes", "by": {"TERM": "Verbatim"}}


@pytest.mark.parametrize(
    ("coding", "words"),
    [
        ({**USUAL, "dictionary": "Meddra"}, "says which|does not say which version of Meddra"),
        ({**USUAL, "source": "codez"}, "unknown source 'codez' (did you mean 'codes'?)"),
        ({**USUAL, "by": {"TREM": "Verbatim"}}, "has no column 'TREM' (did you mean 'TERM'?)"),
        ({**USUAL, "by": {"TERM": "Verbatm"}}, "has no column 'Verbatm' (did you mean 'Verb"),
        ({**USUAL, "take": {"AEDECOD": "PTT"}}, "has no column 'PTT' (did you mean 'PT'?)"),
        ({**USUAL, "take": {"AEDECODE": "PT"}}, "AEDECODE is no variable of AE (did you mean"),
        ({**USUAL, "where": "PT =="}, "in the expression: PT =="),
        ({**USUAL, "where": "DM.AGE > 1"}, "'DM.AGE': only columns of the source"),
        ({**USUAL, "where": "PX == 1"}, "has no column 'PX'"),
        ({**USUAL, "dictionary": "LOINC"}, "what is to be taken of LOINC has to be said"),
        ({**USUAL, "source": "raw", "by": "TERM"}, "has no column for AEDECOD (such as decod, pt"),
        ({**USUAL, "tke": {}}, "unknown key 'tke' (did you mean 'take'?)"),
    ],
)
def test_wrong_codings_are_told(workshop: Any, coding: Any, words: str) -> None:
    found = workshop.problems({"raw": RAW, "codes": BY_TERM}, ae(coding), **HEAD)
    assert any(words.split("|")[-1] in item for item in found), found
    assert len(found) <= 2


def test_a_coding_without_a_version_is_told_without_data(tmp_path: Any) -> None:
    study = write_study(tmp_path / "s", {"raw": RAW, "codes": BY_TERM}, [ae()], {})
    (problem,) = api.check(study)
    assert "does not say which version of MedDRA: dictionaries: {MedDRA: ...}" in str(problem)


def test_a_right_coding_is_right_without_data(tmp_path: Any) -> None:
    spec = ae(AEMODIFY={"formula": "upper(AEDECOD)"})
    study = write_study(tmp_path / "s", {"raw": RAW, "codes": BY_TERM}, [spec], dict(HEAD))
    assert api.check(study) == []


def test_no_records_on_either_side(workshop: Any) -> None:
    sources = {"raw": "SUBJ,LINE,TERM\n", "codes": BY_TERM.splitlines()[0] + "\n"}
    result = workshop.convert(sources, ae(), **HEAD)
    assert result.column("AE", "AEDECOD") == []
    result = workshop.convert({**sources, "raw": RAW[:1]}, ae(), **HEAD)
    assert result.records("AE", "AEDECOD", "AEPTCD") == [(None, None)]
