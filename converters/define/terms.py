"""Words of Define-XML 2.1: the values that its schema allows."""

from __future__ import annotations

import re

#: What SAS transport files call a dataset or a variable.
SAS_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,7}")

DEFINE_VERSION = "2.1.0"
#: This program, as the maker of a file and as the language of its formal expressions.
SYSTEM = "cdisc-converters"
CONTEXTS = ("Submission", "Other")
COMPARATORS = ("EQ", "NE", "IN", "NOTIN", "LT", "LE", "GT", "GE")
ORIGIN_TYPES = (
    "Assigned",
    "Collected",
    "Derived",
    "Not Available",
    "Other",
    "Predecessor",
    "Protocol",
)
ORIGIN_SOURCES = ("Investigator", "Sponsor", "Subject", "Vendor")
PUBLISHING_SETS = ("ADaM", "CDASH", "DEFINE-XML", "SDTM", "SEND")
STANDARD_NAMES = (
    "ADaM-OCCDSIG",
    "ADaMIG",
    "ADaMIG-MD",
    "ADaMIG-NCA",
    "ADaMIG-popPK",
    "BIMO",
    "CDISC/NCI",
    "SDTMIG",
    "SDTMIG-AP",
    "SDTMIG-MD",
    "SENDIG",
    "SENDIG-AR",
    "SENDIG-DART",
    "SENDIG-GENETOX",
)
#: Class of a dataset, and its place in the order in which reviewers read datasets.
CLASSES = {
    "TRIAL DESIGN": 0,
    "SPECIAL PURPOSE": 1,
    "INTERVENTIONS": 2,
    "EVENTS": 3,
    "FINDINGS": 4,
    "FINDINGS ABOUT": 5,
    "RELATIONSHIP": 6,
    "STUDY REFERENCE": 7,
    "SUBJECT LEVEL ANALYSIS DATASET": 0,
    "DEVICE LEVEL ANALYSIS DATASET": 1,
    "BASIC DATA STRUCTURE": 2,
    "OCCURRENCE DATA STRUCTURE": 2,
    "MEDICAL DEVICE BASIC DATA STRUCTURE": 2,
    "MEDICAL DEVICE OCCURRENCE DATA STRUCTURE": 2,
    "REFERENCE DATA STRUCTURE": 2,
    "ADAM OTHER": 2,
}
#: Class of which a subclass is.
SUBCLASSES = {
    "ADVERSE EVENT": "OCCURRENCE DATA STRUCTURE",
    "MEDICAL DEVICE TIME-TO-EVENT": "MEDICAL DEVICE BASIC DATA STRUCTURE",
    "NON-COMPARTMENTAL ANALYSIS": "BASIC DATA STRUCTURE",
    "POPULATION PHARMACOKINETIC ANALYSIS": "BASIC DATA STRUCTURE",
    "TIME-TO-EVENT": "BASIC DATA STRUCTURE",
}


def class_name(text: str) -> str:
    """The class as Define-XML spells it: ``Special-Purpose`` gives ``SPECIAL PURPOSE``."""
    return text.upper().replace("-", " ")


def yes_no(value: bool) -> str:
    """``Yes`` or ``No``."""
    return "Yes" if value else "No"


def yes(value: bool) -> str | None:
    """``Yes``, or no attribute at all."""
    return "Yes" if value else None


def sas_name(name: str) -> str | None:
    """The name as SAS transport files have it; None where it is too long for them."""
    return name if SAS_NAME.fullmatch(name) else None
