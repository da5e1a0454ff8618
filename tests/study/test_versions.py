"""The reference study by the version of SDTMIG before the one it is written for."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from lxml import etree

from converters.api import Report, convert
from converters.define import check_xsd
from converters.findings import Severity
from converters.standards.sdtmig import load_domain

STUDY = Path(__file__).parents[2] / "mappings" / "nct01933802"
#: What SDTMIG 3.4 added to SV: one line in a block, or with the lines indented below it.
ADDED = re.compile(r"^( +)(?:SVPRESP|SVOCCUR|SVCNTMOD):.*\n(?:\1 +.*\n)*", re.MULTILINE)

#: The contact mode of SV in ADSL; before, the EDSS has it as a qualifier.
SEEN = re.compile(r"dataset: SV, where: (VISITNUM == 30), take: (\{M30CNTMD): SVCNTMOD")


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    folder = tmp_path_factory.mktemp("study") / "nct01933802"
    shutil.copytree(STUDY, folder)
    for file, pattern, text in (
        ("study.yaml", re.compile(r'(?<=sdtmig: )"3\.4"'), '"3.3"'),
        ("sdtm/sv.yaml", ADDED, ""),
        (
            "adam/adsl.yaml",
            SEEN,
            r"dataset: RS, where: \1 and RSTESTCD == 'EDSS0101', take: \2: RSCNTMOD",
        ),
    ):
        content, count = pattern.subn(text, (folder / file).read_text(encoding="utf-8"))
        assert count
        (folder / file).write_text(content, encoding="utf-8")
    return convert(folder, out=tmp_path_factory.mktemp("out") / "package")


def test_findings_are_notes_on_variables_of_the_model_and_absent_parameters(report: Report) -> None:
    found = {item.rule for item in report.findings}
    assert found == {"odm-removed", "variable-from-model", "parameter-absent"}
    assert all(item.severity is Severity.NOTE for item in report.findings)


def test_define_xml_is_valid_and_states_the_version(report: Report) -> None:
    assert report.out is not None
    place = report.out / "sdtm" / "define.xml"
    assert check_xsd(place) == []
    standards = etree.parse(place).getroot().iter("{*}Standard")
    assert next((i.get("Name"), i.get("Version")) for i in standards) == ("SDTMIG", "3.3")


def test_variables_have_the_labels_and_order_of_the_version(report: Report) -> None:
    for dataset in report.datasets.values():
        if dataset.name.startswith(("SUPP", "AD")):
            continue
        domain = load_domain("3.3", dataset.metadata.domain)
        order = {item.name: item for item in domain.variables}
        own = [item for item in dataset.metadata.variables if item.name in order]
        assert [item.name for item in own] == [n for n in order if n in {i.name for i in own}]
        assert dataset.metadata.structure == domain.structure
        for item in own:
            assert (item.core, item.kind) == (order[item.name].core, order[item.name].kind)
