"""odmlib as a second opinion on a define.xml: loads it, checks it in its ways, writes it again."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import Any

from lxml import etree
from odmlib import arm_loader, define_loader
from odmlib.exceptions import OdmlibError
from odmlib.loader import ODMLoader
from odmlib.odm_parser import ODMSchemaValidator
from odmlib.oid_generator import create_oid_checker
from odmlib.schema_manager import get_schema_dir

#: What nothing can refer to, and what nothing needs to: a standard followed by no list of its own.
NEVER_REFERENCED = ("ResultDisplay", "AnalysisResult", "StandardOID")
#: An alarm without a cause (see ``test_an_only_child_is_out_of_order_for_the_judge``).
FALSE_ALARM = "order of elements in ProgrammingCode should be Code, DocumentRef"


def load(path: Path, model: str) -> Any:
    """The file as objects of odmlib's model ``define_2_0``, ``define_2_1`` or ``arm_1_0``."""
    kind = arm_loader.XMLArmLoader() if model == "arm_1_0" else define_loader.XMLDefineLoader(model)
    loader = ODMLoader(kind)
    loader.open_odm_document(str(path))
    return loader.root()


def objections(path: Path) -> list[str]:
    """What odmlib has to say against a file; nothing if it finds it in order.

    OIDs and order are checked by its model with analysis results, where the file has any; its
    Cerberus schemas know none, so conformance is checked of the file as its model without reads it.
    """
    version, results = of(path)
    model = "arm_1_0" if results and version == "2_1" else f"define_{version}"
    rules = import_module(f"odmlib.define_{version}.rules.metadata_schema")
    try:
        whole, plain = load(path, model), load(path, f"define_{version}")
    except OdmlibError as error:
        return [str(error)]
    found = [
        *whole.validate(collect_errors=True, oid_checker=create_oid_checker(model)),
        *plain.validate(collect_errors=True, conformance_checker=rules.MetadataSchema()),
    ]
    found = [str(error) for error in found if FALSE_ALARM not in str(error)]
    if found:
        return found
    unused = whole.unreferenced_oids(create_oid_checker(model))
    # Its model of 2.0 does not read the results, which refer to definitions too.
    results_of_file = path.read_text("utf-8").partition("<arm:AnalysisResultDisplays")[2]
    return [
        f"{oid} is not referred to"
        for oid, kind in unused.items()
        if kind not in NEVER_REFERENCED and f'"{oid}"' not in results_of_file
    ]


def is_valid(path: Path) -> bool:
    """Whether odmlib's schema validator finds the file valid."""
    version, results = of(path)
    if not results:
        validator = ODMSchemaValidator(standard="define", version=version.replace("_", "."))
    else:
        folder = "1.0" if version == "2_0" else "1.0-define2.1"
        validator = ODMSchemaValidator(Path(get_schema_dir("arm", folder)) / "arm1-0-0.xsd")
    return bool(validator.xsd.is_valid(str(path)))


def round_trip(path: Path) -> tuple[bytes, bytes]:
    """The file as it is, and as odmlib writes it after loading.

    Comments and processing instructions, which it does not load, are left out, and a Rank of 1.0,
    which it writes for 1, is 1.
    """
    version, results = of(path)
    model = "arm_1_0" if results and version == "2_1" else f"define_{version}"
    written = load(path, model).to_xml_string()
    root = etree.fromstring(path.read_bytes())
    etree.strip_tags(root, etree.Comment, etree.PI)
    return etree.tostring(root), re.sub(r'(\bRank="\d+)\.0"', r'\1"', written).encode()


def of(path: Path) -> tuple[str, bool]:
    """The version of a file, and whether it has analysis results."""
    content = path.read_bytes()
    return "2_1" if b"/def/v2.1" in content else "2_0", b"AnalysisResultDisplays" in content
