"""The template study converts as it is shipped, without a finding, and shows what it says."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

from converters.api import Report, convert
from converters.define import check_xsd
from converters.pipeline.account import adds_up

TEMPLATE = Path(__file__).parents[2] / "mappings" / "template"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    return convert(TEMPLATE, tmp_path_factory.mktemp("template") / "out")


def read(report: Report, name: str) -> pd.DataFrame:
    assert report.out is not None
    frame, _ = pyreadstat.read_xport(str(report.out / "sdtm" / f"{name}.xpt"))
    return frame


def test_the_template_converts_without_a_finding(report: Report) -> None:
    assert report.published
    assert [item.message for item in report.findings] == []


def test_its_define_xml_passes_the_official_schema(report: Report) -> None:
    assert report.out is not None
    assert check_xsd(report.out / "sdtm" / "define.xml") == []


def test_every_raw_record_is_accounted_for(report: Report) -> None:
    assert all(adds_up(account) for account in report.sources)
    read = {account["source"]: account["records"] for account in report.sources}
    assert read == {"demographics": 3, "adverse_events": 4, "vital_signs": 8}
    excluded = {account["source"]: account["excluded"] for account in report.sources}
    assert excluded["adverse_events"] == {'AE: not (ANYAE == "Yes")': 1}


def test_it_uses_every_raw_column_of_its_files(report: Report) -> None:
    assert [account["unread_columns"] for account in report.sources] == [[], [], []]


def test_the_comment_on_partial_dates_is_true(report: Report) -> None:
    starts = read(report, "ae").set_index("AEDECOD")["AESTDTC"]
    assert starts["Nasopharyngitis"] == "2025-01"
    assert starts["Headache"] == "2025-02-12T08:30"


def test_age_is_one_year_less_before_the_birthday(report: Report) -> None:
    ages = read(report, "dm").set_index("SUBJID")["AGE"]
    # born 14 March 1961, 19 July 1974 and 30 November 1958; consent in February 2025
    assert ages.to_dict() == {"101": 63, "102": 50, "201": 66}


def test_units_are_converted_and_rounded(report: Report) -> None:
    signs = read(report, "vs")
    first = signs[(signs["USUBJID"] == "TEMPLATE-01-01-101") & (signs["VISIT"] == "SCREENING")]
    found = first.set_index("VSTESTCD")[["VSSTRESN", "VSSTRESU"]].apply(tuple, axis=1).to_dict()
    # 69.5 in, 182.0 LB, 98.2 F
    assert found["HEIGHT"] == (176.5, "cm")
    assert found["WEIGHT"] == (82.6, "kg")
    assert found["TEMP"] == (36.8, "C")


def test_what_was_not_measured_says_why(report: Report) -> None:
    signs = read(report, "vs")
    done = signs[signs["VSSTAT"] == "NOT DONE"]
    assert sorted(done["VSTESTCD"]) == ["DIABP", "SYSBP"]
    assert set(done["VSREASND"]) == {"Cuff broken"}
    assert set(done["VSORRES"]) == {""}


def test_an_event_before_the_first_dose_is_not_treatment_emergent(report: Report) -> None:
    flags = read(report, "suppae")
    assert set(flags["QNAM"]) == {"AETRTEM"}
    flagged = set(zip(flags["USUBJID"], flags["IDVARVAL"].str.strip(), strict=True))
    events = read(report, "ae")
    terms = {
        term
        for subject, number, term in zip(
            events["USUBJID"], events["AESEQ"], events["AEDECOD"], strict=True
        )
        if (subject, str(int(number))) in flagged
    }
    assert terms == {"Headache", "Fall"}
