"""Datasets of associated persons and devices, and the versions of SDTMIG, from raw to package."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from converters.api import convert, validate
from converters.define import check_xsd
from converters.errors import SpecError
from converters.findings import Severity

DM = {
    "dataset": "DM",
    "source": "dm",
    "variables": {
        "SUBJID": {"from": "SUBJ"},
        "SITEID": {"assign": "1"},
        "SEX": {"from": "SEX"},
        "RFSTDTC": {"from": "START"},
        "ARMCD": {"assign": "A"},
        "ARM": {"assign": "Arm A"},
        "ACTARMCD": {"assign": "A"},
        "ACTARM": {"assign": "Arm A"},
        "COUNTRY": {"assign": "DEU"},
    },
}
SUBJECTS = "SUBJ,SEX,START\n1,F,2026-01-01\n2,M,2026-01-01\n"
FAMILY = """PERSON,SUBJ,REL,COND,BEGAN,NOTE
P2,1,"FATHER, BIOLOGICAL",Asthma,2001,mild
P1,1,"MOTHER, BIOLOGICAL",Eczema,2000-05-01,
P1,1,"MOTHER, BIOLOGICAL",Asthma,1999-05,since birth
P3,,SPOUSE,Asthma,,
"""
APMH: dict[str, Any] = {
    "dataset": "APMH",
    "source": "family",
    "variables": {
        "APID": {"from": "PERSON"},
        "RSUBJID": {"subject": True},
        "SREL": {"from": "REL"},
        "MHTERM": {"from": "COND"},
        "MHSTDTC": {"from": "BEGAN"},
    },
    "supplemental": {"MHNOTE": {"label": "Note on the Condition", "from": "NOTE"}},
}
DEVICES = "DEVICE,SUBJ,WHEN,POWER\nD1,1,2026-01-02,5\nD2,1,2026-01-02,6\nD2,,2026-01-03,7\n"
DU: dict[str, Any] = {
    "dataset": "DU",
    "source": "devices",
    "findings": [{"test": "PIXSPCX", "from": "POWER", "unit": "mm"}],
    "variables": {"SPDEVID": {"from": "DEVICE"}, "DUDTC": {"from": "WHEN"}},
    "supplemental": {"DUNOTE": {"label": "Note", "from": "DEVICE"}},
}
DI: dict[str, Any] = {
    "dataset": "DI",
    "variables": {"SPDEVID": {"from": "NAME"}},
    "records": [
        {
            "source": "inventory",
            "variables": {
                "DIPARMCD": {"assign": code},
                "DIPARM": {"assign": name},
                "DIVAL": {"from": code},
            },
        }
        for code, name in (("DEVTYPE", "Device Type"), ("SERIAL", "Serial Number"))
    ],
}
INVENTORY = "NAME,DEVTYPE,SERIAL\nD2,MONITOR,78\nD1,MONITOR,77\n"


# --- associated persons


def test_records_of_associated_persons_are_identified_and_numbered_by_apid(
    workshop: Any,
) -> None:
    made = workshop.convert({"dm": SUBJECTS, "family": FAMILY}, DM, APMH)
    assert made.names("APMH")[:6] == ["STUDYID", "DOMAIN", "APID", "MHSEQ", "RSUBJID", "SREL"]
    assert made.records("APMH", "DOMAIN", "APID", "MHSEQ", "RSUBJID", "MHTERM") == [
        ("APMH", "P1", 1.0, "S1-1", "Asthma"),
        ("APMH", "P1", 2.0, "S1-1", "Eczema"),
        ("APMH", "P2", 1.0, "S1-1", "Asthma"),
        ("APMH", "P3", 1.0, None, "Asthma"),
    ]
    metadata = made.dataset("APMH").metadata
    assert metadata.keys[:2] == ("STUDYID", "APID")
    assert (metadata.standard, metadata.domain) == ("SDTMIG-AP", "APMH")
    method = made.variable("APMH", "MHSEQ").method
    assert method is not None and method.words.startswith(
        "Sequential number of the record within APID,"
    )


def test_no_study_days_are_made_of_associated_persons(workshop: Any) -> None:
    made = workshop.convert({"dm": SUBJECTS, "family": FAMILY}, DM, APMH)
    assert not {"MHSTDY", "USUBJID"} & set(made.names("APMH"))


def test_supplemental_qualifiers_of_associated_persons_have_apid(workshop: Any) -> None:
    made = workshop.convert({"dm": SUBJECTS, "family": FAMILY}, DM, APMH)
    assert made.names("SUPPAPMH")[:5] == ["STUDYID", "RDOMAIN", "APID", "IDVAR", "IDVARVAL"]
    assert made.records("SUPPAPMH", "RDOMAIN", "APID", "IDVAR", "IDVARVAL", "QVAL") == [
        ("APMH", "P1", "MHSEQ", "1", "since birth"),
        ("APMH", "P2", "MHSEQ", "1", "mild"),
    ]
    assert made.dataset("SUPPAPMH").metadata.standard == "SDTMIG-AP"
    assert [item.rule for item in validate(made.conversion)] == []


def test_parts_of_a_split_domain_of_associated_persons_are_numbered_on(workshop: Any) -> None:
    parts = [
        {**APMH, "dataset": name, "domain": "APMH", "where": where, "supplemental": {}}
        for name, where in (("APMHA", 'COND == "Asthma"'), ("APMHB", 'COND != "Asthma"'))
    ]
    made = workshop.convert({"dm": SUBJECTS, "family": FAMILY}, DM, *parts)
    assert made.records("APMHA", "APID", "MHSEQ") == [("P1", 1.0), ("P2", 1.0), ("P3", 1.0)]
    assert made.records("APMHB", "APID", "MHSEQ") == [("P1", 2.0)]
    assert "sequence-not-unique" not in [item.rule for item in validate(made.conversion)]


def test_findings_of_associated_persons_have_the_domains_own_letters(workshop: Any) -> None:
    spec = {
        "dataset": "APSC",
        "source": "family",
        "findings": [{"test": "MARISTAT", "from": "NOTE"}],
        "variables": {"APID": {"from": "PERSON"}, "SREL": {"from": "REL"}},
    }
    made = workshop.convert({"dm": SUBJECTS, "family": FAMILY}, DM, spec)
    assert made.records("APSC", "DOMAIN", "APID", "SCTESTCD", "SCTEST", "SCSTRESC") == [
        ("APSC", "P1", "MARISTAT", "Marital Status", "since birth"),
        ("APSC", "P2", "MARISTAT", "Marital Status", "mild"),
    ]
    levels = made.dataset("APSC").metadata.value_level
    assert [item.variable for item in levels] == ["SCORRES", "SCSTRESC"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"variables": {"USUBJID": {"from": "SUBJ"}}}, "USUBJID is no variable of APMH"),
        ({"variables": {"APMHTERM": {"from": "COND"}}}, "APMHTERM is no variable of APMH"),
        ({"dataset": "APSE"}, "associated persons have no APSE"),
        ({"dataset": "APQQ"}, "has no domain 'QQ'"),
    ],
)
def test_what_associated_persons_do_not_have_is_told(
    workshop: Any, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(SpecError, match=message):
        workshop.convert({"dm": SUBJECTS, "family": FAMILY}, DM, {**APMH, **changes})


# --- devices


def test_records_that_may_lack_a_subject_go_by_subject_and_device(workshop: Any) -> None:
    made = workshop.convert({"dm": SUBJECTS, "devices": DEVICES}, DM, DU)
    assert made.records("DU", "USUBJID", "SPDEVID", "DUSEQ", "DUORRES") == [
        (None, "D2", 1.0, "7"),
        ("S1-1", "D1", 1.0, "5"),
        ("S1-1", "D2", 1.0, "6"),
    ]
    assert made.records("SUPPDU", "USUBJID", "SPDEVID", "IDVARVAL", "QVAL") == [
        (None, "D2", "1", "D2"),
        ("S1-1", "D1", "1", "D1"),
        ("S1-1", "D2", "1", "D2"),
    ]
    assert made.account("devices")["rejected"] == {}
    assert made.column("DU", "DUDY") == [None, 2.0, 2.0]
    assert [item.rule for item in validate(made.conversion)] == []


def test_devices_are_numbered_within_device_and_parameter(workshop: Any) -> None:
    made = workshop.convert({"inventory": INVENTORY}, DI)
    assert made.records("DI", "SPDEVID", "DIPARMCD", "DISEQ", "DIVAL") == [
        ("D1", "DEVTYPE", 1.0, "MONITOR"),
        ("D1", "SERIAL", 1.0, "77"),
        ("D2", "DEVTYPE", 1.0, "MONITOR"),
        ("D2", "SERIAL", 1.0, "78"),
    ]
    assert made.dataset("DI").metadata.standard == "SDTMIG-MD"
    assert [item.rule for item in validate(made.conversion)] == []


def test_a_dataset_of_devices_has_no_subject_and_qualifiers_by_device(workshop: Any) -> None:
    spec = {
        "dataset": "DT",
        "source": "inventory",
        "variables": {
            "SPDEVID": {"from": "NAME"},
            "DTTERM": {"assign": "Shipped"},
            "DTPARTY": {"assign": "SITE"},
            "DTSTDTC": {"assign": "2026-01-01"},
        },
        "supplemental": {"SERIAL": {"label": "Serial Number", "from": "SERIAL"}},
    }
    made = workshop.convert({"inventory": INVENTORY}, spec)
    assert "USUBJID" not in made.names("DT")
    assert made.records("SUPPDT", "SPDEVID", "IDVAR", "IDVARVAL", "QVAL") == [
        ("D1", "DTSEQ", "1", "77"),
        ("D2", "DTSEQ", "1", "78"),
    ]
    assert [item.rule for item in validate(made.conversion)] == []


@pytest.mark.parametrize("version", ["3.2", "3.3", "3.4"])
def test_a_device_may_be_named_in_every_observation(workshop: Any, version: str) -> None:
    spec = {
        "dataset": "VS",
        "source": "devices",
        "where": "SUBJ is not None",
        "findings": [{"test": "HR", "from": "POWER", "unit": "beats/min"}],
        "variables": {"SPDEVID": {"from": "DEVICE"}, "VSDTC": {"from": "WHEN"}},
    }
    made = workshop.convert(
        {"dm": SUBJECTS, "devices": DEVICES}, DM, spec, standards={"sdtmig": version}
    )
    assert made.column("VS", "SPDEVID") == ["D1", "D2"]
    assert "SPDEVID" in made.names("VS")[:5]


@pytest.mark.parametrize("dataset", ["DI", "TS"])
def test_reference_data_have_no_supplemental_qualifiers(workshop: Any, dataset: str) -> None:
    spec = {
        "dataset": dataset,
        "source": "inventory",
        "supplemental": {"NOTE": {"label": "Note", "from": "NAME"}},
    }
    with pytest.raises(SpecError, match=f"{dataset} has no such records"):
        workshop.convert({"inventory": INVENTORY}, spec)


# --- packages

LB: dict[str, Any] = {
    "dataset": "LB",
    "source": "lab",
    "findings": [{"test": "ALT", "from": "ALT", "unit": "U/L"}],
    "variables": {
        "LBCAT": {"assign": "CHEMISTRY"},
        "LBDTC": {"from": "WHEN"},
        "LBBLFL": {"baseline_flag": {}},
        "VISIT": {"visit": "VISIT"},
    },
}
SV: dict[str, Any] = {
    "dataset": "SV",
    "source": "lab",
    "variables": {
        "VISIT": {"visit": "VISIT"},
        "SVSTDTC": {"from": "WHEN"},
        "SVENDTC": {"from": "WHEN"},
    },
}
LAB = "SUBJ,VISIT,WHEN,ALT\n1,BASELINE,2025-12-31,20\n1,WEEK 1,2026-01-08,22\n"
HEAD = {
    "study": {"id": "S1", "created": "2026-01-01"},
    "visits": [
        {"VISIT": "BASELINE", "VISITNUM": 1, "VISITDY": 1},
        {"VISIT": "WEEK 1", "VISITNUM": 2, "VISITDY": 8},
    ],
}
SOURCES = {
    "dm": SUBJECTS,
    "lab": LAB,
    "family": FAMILY,
    "devices": DEVICES,
    "inventory": INVENTORY,
}
#: What a version has and those before it have not.
SINCE = {"ARMNRS": "3.3", "ACTARMUD": "3.3", "LBLOBXFL": "3.3", "SVPRESP": "3.4", "SVCNTMOD": "3.4"}


@pytest.mark.parametrize("version", ["3.2", "3.3", "3.4"])
def test_a_study_by_each_version_gives_a_package_without_faults(
    workshop: Any, tmp_path: Path, version: str
) -> None:
    flag = {} if version == "3.2" else {"LBLOBXFL": {"baseline_flag": {"reference": "DM.RFSTDTC"}}}
    lab = {**LB, "variables": {**LB["variables"], **flag}}
    head = {**HEAD, "standards": {"sdtmig": version}}
    study = workshop.study(SOURCES, DM, lab, SV, APMH, DU, DI, **head)
    report = convert(study.folder, out=tmp_path / "out")
    assert [item.message for item in report.findings if item.severity is not Severity.NOTE] == []
    place = tmp_path / "out" / "sdtm" / "define.xml"
    assert check_xsd(place) == []
    root = etree.parse(place).getroot()
    name = f"{{{root.nsmap['def']}}}"
    guides = [
        (item.get("Name"), item.get("Version"))
        for item in root.iter(f"{name}Standard")
        if item.get("Type") == "IG"
    ]
    assert guides == [("SDTMIG", version), ("SDTMIG-AP", "1.0"), ("SDTMIG-MD", "1.1")]
    groups = {
        item.get("Name"): (item.get("Domain"), item.get(f"{name}StandardOID"))
        for item in root.iter("{*}ItemGroupDef")
    }
    assert groups["DM"] == ("DM", f"STD.SDTMIG.{version}")
    assert groups["APMH"] == ("APMH", "STD.SDTMIG-AP.1.0")
    assert groups["SUPPAPMH"] == ("APMH", "STD.SDTMIG-AP.1.0")
    assert groups["SUPPDU"] == ("DU", "STD.SDTMIG-MD.1.1")
    made = {str(n) for item in report.datasets.values() for n in item.frame}
    for variable, since in SINCE.items():
        assert variable not in made or version >= since


@pytest.mark.parametrize(
    ("version", "spec", "message"),
    [
        ("3.2", {"dataset": "NV", "source": "dm"}, "SDTMIG 3.2 has no domain 'NV'"),
        ("3.3", {"dataset": "CP", "source": "dm"}, "SDTMIG 3.3 has no domain 'CP'"),
        (
            "3.2",
            {**LB, "variables": {"LBLOBXFL": {"baseline_flag": {}}}},
            r"LBLOBXFL is no variable of LB \(did you mean 'LBBLFL'\?\)",
        ),
        ("3.3", {**SV, "variables": {"SVPRESP": {"assign": "Y"}}}, "SVPRESP is no variable of SV"),
    ],
)
def test_what_a_version_does_not_have_is_told(
    workshop: Any, version: str, spec: dict[str, Any], message: str
) -> None:
    with pytest.raises(SpecError, match=message):
        workshop.convert(
            {"dm": SUBJECTS, "lab": LAB}, DM, spec, **HEAD, standards={"sdtmig": version}
        )
