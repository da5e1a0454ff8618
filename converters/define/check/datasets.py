"""Datasets: names, domains, classes, purpose, labels and files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath

from converters.define import terms
from converters.define.check.rule import Check, Place, Rule, at_group
from converters.define.check.standards import guide_of, is_analysis
from converters.define.check.walk import class_of
from converters.define.elements import ItemGroupDef
from converters.define.index import Index
from converters.errors import nearest
from converters.findings import Finding, Severity
from converters.standards import sdtmig

NAME = Rule("define-dataset-name", Severity.ERROR)
DOMAIN_MISSING = Rule("define-domain-missing", Severity.ERROR, ("DD0045",))
DOMAIN_SURPLUS = Rule("define-domain-surplus", Severity.WARNING, ("DD0046",))
SAS_NAME_MISSING = Rule("define-sas-dataset-name-missing", Severity.ERROR, ("DD0047",))
SAS_NAME = Rule("define-sas-dataset-name", Severity.ERROR, ("DD0049",))
DOMAIN = Rule("define-dataset-domain", Severity.ERROR, ("DD0049",))
SPLIT_DOMAIN = Rule("define-split-dataset-domain", Severity.ERROR, ("DD0050",))
SPLIT_CLASS = Rule("define-split-dataset-class", Severity.ERROR, ("DD0114",))
SPLIT_AND_WHOLE = Rule("define-split-and-unsplit", Severity.ERROR, ("DD0115",))
CLASS_MISSING = Rule("define-class-missing", Severity.ERROR, ("DD0054",))
CLASS = Rule("define-class", Severity.ERROR, ("DD0055",))
SUBCLASS = Rule("define-subclass", Severity.ERROR, ("DD0140",))
PURPOSE = Rule("define-purpose", Severity.ERROR, ("DD0053",))
REPEATING = Rule("define-repeating", Severity.WARNING, ("DD0135",))
REFERENCE_DATA = Rule("define-reference-data", Severity.WARNING, ("DD0135",))
STRUCTURE = Rule("define-structure-missing", Severity.ERROR)
LABEL_MISSING = Rule("define-dataset-label-missing", Severity.ERROR, ("DD0057",))
LABEL_LONG = Rule("define-dataset-label-long", Severity.ERROR, ("DD0136",))
LABEL = Rule("define-dataset-label", Severity.WARNING, ("DD0136",))
FILE_MISSING = Rule("define-dataset-file-missing", Severity.ERROR, ("DD0056",))
FILE_LEAF = Rule("define-dataset-leaf", Severity.ERROR, ("DD0018",))
FILE_NAME = Rule("define-dataset-file-name", Severity.ERROR, ("DD0052",))
ALIAS_MISSING = Rule("define-domain-description-missing", Severity.WARNING, ("DD0063",))
ALIAS_CONTEXT = Rule("define-dataset-alias", Severity.WARNING, ("DD0064",))
NO_DATA_COMMENT = Rule("define-dataset-no-data-comment", Severity.ERROR, ("DD0133",))
NO_DATA_FILE = Rule("define-dataset-no-data-file", Severity.WARNING)
NON_STANDARD_COMMENT = Rule("define-non-standard-comment", Severity.NOTE)

#: Subclasses that a second class may have too.
_ALSO: Mapping[str, tuple[str, ...]] = {"POPULATION PHARMACOKINETIC ANALYSIS": ("ADAM OTHER",)}
_OBSERVATIONS = ("INTERVENTIONS", "EVENTS", "FINDINGS", "FINDINGS ABOUT")
#: Whom a record is about. A device alone is none: what is known of it may be reference data.
_SUBJECTS = ("USUBJID", "APID", "POOLID", "RSUBJID")
_LABEL_LENGTH = 40
_YES = "Yes"


def _classes(subclass: str) -> tuple[str, ...]:
    """The classes that a subclass may be of; none if there is no such subclass."""
    own = terms.SUBCLASSES.get(subclass)
    return (own, *_ALSO.get(subclass, ())) if own else ()


def _supplemental(group: ItemGroupDef) -> str:
    """What stands behind SUPP or SQ in the name of a supplemental dataset; else nothing."""
    name = group.name or ""
    start = next((start for start in ("SUPP", "SQ") if name.startswith(start)), "")
    relation = terms.class_name(class_of(group)) == "RELATIONSHIP"
    return name[len(start) :] if start and relation else ""


def is_split(group: ItemGroupDef) -> bool:
    """Whether it is one of several datasets that a domain is split into, such as QSCG of QS."""
    name, domain = group.name or "", group.domain or ""
    return len(domain) == 2 and name != domain and name.startswith(domain)


def names(index: Index) -> Iterator[Finding]:
    """Name, SASDatasetName and Domain, each right and agreeing with each other."""
    wanted = index.odm.version != "2.1" or index.odm.context == "Submission"
    uses = Counter(group.sas_dataset_name for group in index.item_groups.values())
    for group in index.item_groups.values():
        place, name, sas_name = at_group(group), group.name or "", group.sas_dataset_name
        if name and not terms.SAS_NAME.fullmatch(name):
            message = f"'{name}' is no name of a dataset: expected 1 to 8 letters, digits or _"
            yield NAME.at(place, message, name)
        elif name and sas_name and sas_name != name:
            # Told as a duplicate where two datasets have it, by the schema where it is no name.
            if uses[sas_name] == 1 and terms.SAS_NAME.fullmatch(sas_name):
                message = f"the dataset {name} has the SASDatasetName '{sas_name}'"
                yield SAS_NAME.at(place, message, sas_name)
        elif not sas_name and wanted:
            yield SAS_NAME_MISSING.at(place, f"the dataset {name} has no SASDatasetName")
        if name:
            yield from _domain(group, place)


def _domain(group: ItemGroupDef, place: Place) -> Iterator[Finding]:
    name, domain = group.name or "", group.domain
    if is_analysis(group):
        if domain:
            message = f"the analysis dataset {name} has the Domain '{domain}'; expected none"
            yield DOMAIN_SURPLUS.at(place, message, domain)
    elif not domain:
        yield DOMAIN_MISSING.at(place, f"the dataset {name} has no Domain")
    elif name != domain and not _supplemental(group).startswith(domain) and not is_split(group):
        rule, what = (SPLIT_DOMAIN, " split") if _looks_split(group) else (DOMAIN, "")
        message = f"the{what} dataset {name} has the Domain '{domain}', expected "
        expected = name[:2] if _looks_split(group) else (_supplemental(group)[:2] or name)
        yield rule.at(place, f"{message}'{expected}'", domain)


def _looks_split(group: ItemGroupDef) -> bool:
    name = group.name or ""
    observation = terms.class_name(class_of(group)) in _OBSERVATIONS
    return observation and len(name) > 2 and not name.startswith("AP")


def split(index: Index) -> Iterator[Finding]:
    """Split datasets: of an observation class, without the whole beside, with what they are."""
    groups = list(index.item_groups.values())
    whole = {group.name for group in groups}
    for group in groups:
        place = at_group(group)
        if is_split(group) and not is_analysis(group):
            if group.domain in whole:
                message = f"{group.name} is a part of {group.domain}, which is there as a whole too"
                yield SPLIT_AND_WHOLE.at(place, message, group.name)
            name = terms.class_name(class_of(group))
            if name in terms.CLASSES and name not in _OBSERVATIONS:
                message = f"{group.name} is a part of {group.domain}, and a dataset of class {name}"
                yield SPLIT_CLASS.at(place, f"{message} is not split", name)
        yield from _aliases(group, place)


def _aliases(group: ItemGroupDef, place: Place) -> Iterator[Finding]:
    wrong = [alias for alias in group.aliases if alias.context != "DomainDescription"]
    for alias in wrong:
        message = f"an Alias of {group.name} has the Context '{alias.context}'"
        message += ", expected 'DomainDescription'"
        yield ALIAS_CONTEXT.at(replace(place, line=alias.line), message, alias.context)
    part = is_split(group) or (_supplemental(group) and group.domain not in (None, group.name))
    if part and not group.aliases and not is_analysis(group):
        message = f"{group.name} has no Alias that says what the domain {group.domain} is"
        yield ALIAS_MISSING.at(place, f"{message} (Context 'DomainDescription')")


def classes(index: Index) -> Iterator[Finding]:
    """Class, subclass and purpose."""
    for group in index.item_groups.values():
        place, name = at_group(group), class_of(group)
        if not name and not (group.dataset_class and group.dataset_class.name is None):
            yield CLASS_MISSING.at(place, f"the dataset {group.name} has no class")
        elif name and name not in terms.CLASSES and index.odm.version != "2.1":
            # The schema of 2.1 lists the classes, that of 2.0 does not.
            hint = nearest(name, terms.CLASSES) or f" (one of {', '.join(terms.CLASSES)})"
            yield CLASS.at(place, f"'{name}' is no class of a dataset{hint}", name)
        yield from _subclasses(group, place)
        expected = "Analysis" if is_analysis(group) else "Tabulation"
        if name in terms.CLASSES and group.purpose and group.purpose != expected:
            message = f"{group.name} of class {name} has the Purpose '{group.purpose}'"
            yield PURPOSE.at(place, f"{message}, expected '{expected}'", group.purpose)
        elif group.purpose is None:
            yield PURPOSE.at(place, f"{group.name} has no Purpose, expected '{expected}'")


def _subclasses(group: ItemGroupDef, place: Place) -> Iterator[Finding]:
    given = group.dataset_class.subclasses if group.dataset_class else ()
    name = class_of(group)
    parents = {name, *(item.name for item in given)}
    for item in given:
        there = replace(place, line=item.line or place.line)
        allowed = _classes(item.name or "")
        if allowed and name not in allowed:
            message = f"the subclass {item.name} of {group.name} is of {' or '.join(allowed)}"
            yield SUBCLASS.at(there, f"{message}, not of {name or 'no class'}", item.name)
        elif item.parent_class and item.parent_class not in parents:
            message = f"ParentClass '{item.parent_class}' is neither class nor subclass of"
            yield SUBCLASS.at(there, f"{message} {group.name}", item.parent_class)


def repetition(index: Index) -> Iterator[Finding]:
    """Repeating and IsReferenceData by what the dataset is about; its structure in words."""
    for group in index.item_groups.values():
        place, name = at_group(group), terms.class_name(class_of(group))
        reference, repeating = group.is_reference_data == _YES, group.repeating == _YES
        variables = {item.name for _, item in index.variables(group)}
        subject = next((name for name in _SUBJECTS if name in variables), "")
        if reference and subject:
            message = f"{group.name} has {subject}, so it is no reference data"
            yield REFERENCE_DATA.at(place, f"{message} (IsReferenceData 'No')", _YES)
        elif name == "TRIAL DESIGN" and not reference and not subject:
            message = f"{group.name} is about no subject, so it is reference data"
            yield REFERENCE_DATA.at(
                place, f"{message} (IsReferenceData 'Yes')", group.is_reference_data
            )
        single = group.name in ("DM", "ADSL") or name == "SUBJECT LEVEL ANALYSIS DATASET"
        if repeating and (single or reference):
            told = "has one record per subject" if single else "is reference data"
            message = f"{group.name} {told}, so it does not repeat (Repeating 'No')"
            yield REPEATING.at(place, message, _YES)
        if group.structure is not None and not group.structure.strip():
            message = f"def:Structure of {group.name} is empty: expected what a record is"
            yield STRUCTURE.at(place, message)


def labels(index: Index) -> Iterator[Finding]:
    """Labels of datasets: there, no longer than a transport file holds, the standard's."""
    for group in index.item_groups.values():
        place, label = at_group(group), str(group.description or "")
        if not label.strip():
            message = f"the dataset {group.name} has no label (Description)"
            yield LABEL_MISSING.at(place, message)
            continue
        if len(label.encode()) > _LABEL_LENGTH:
            message = f"the label of {group.name} has {len(label.encode())} bytes"
            yield LABEL_LONG.at(place, f"{message}, a transport file holds 40: {label}", label)
            continue
        expected = _standard_label(index, group)
        if expected and label != expected:
            message = f"the label of {group.name} is '{label}', the standard's is '{expected}'"
            yield LABEL.at(place, message, label)


def _standard_label(index: Index, group: ItemGroupDef) -> str:
    """The label that the guide gives to the dataset; empty where it has none or is not shipped."""
    standard, version = guide_of(index, group)
    if standard in sdtmig.COMPANIONS:
        versions = sdtmig.versions() if version == sdtmig.COMPANIONS[standard] else []
        version = versions[-1] if versions else ""
    elif standard != "SDTMIG" or group.is_non_standard:
        return ""
    name = group.name or ""
    if version not in sdtmig.versions() or name not in sdtmig.domain_names(version):
        return ""
    domain = sdtmig.load_domain(version, name)
    return domain.label if domain.standard == standard else ""


def files(index: Index) -> Iterator[Finding]:
    """The file of each dataset: said by a leaf in it, called as the dataset, only with data."""
    for group in index.item_groups.values():
        place, leaf = at_group(group), group.leaf
        if group.has_no_data == _YES:
            if leaf or group.archive_location_id:
                message = f"{group.name} has no data (def:HasNoData), and a file"
                yield NO_DATA_FILE.at(place, message)
            continue
        if not group.archive_location_id:
            message = f"{group.name} does not say where its file is (def:ArchiveLocationID)"
            yield FILE_MISSING.at(place, message)
            continue
        if leaf is None or leaf.id != group.archive_location_id:
            found = f"its def:leaf is '{leaf.id}'" if leaf else "it has no def:leaf"
            message = f"def:ArchiveLocationID of {group.name} is '{group.archive_location_id}'"
            yield FILE_LEAF.at(place, f"{message}, and {found}", group.archive_location_id)
        stem = PurePosixPath(leaf.href or "").stem if leaf else ""
        name = group.sas_dataset_name or group.name or ""
        if (
            stem
            and name
            and stem.casefold() not in {name.casefold(), (group.name or "").casefold()}
        ):
            message = f"the file of {group.name} is called '{leaf.href if leaf else ''}'"
            yield FILE_NAME.at(place, f"{message}, expected '{name.lower()}'", stem)


def comments(index: Index) -> Iterator[Finding]:
    """Datasets without data say why, and the sponsor's own what they are."""
    for group in index.item_groups.values():
        place = at_group(group)
        if group.has_no_data == _YES and not group.comment_oid:
            message = f"{group.name} has no data (def:HasNoData) and no comment that says why"
            yield NO_DATA_COMMENT.at(place, message)
        elif group.is_non_standard == _YES and not group.comment_oid:
            message = f"{group.name} is of no standard (def:IsNonStandard); a comment may say what"
            yield NON_STANDARD_COMMENT.at(place, f"{message} it holds")


CHECKS: tuple[Check, ...] = (names, split, classes, repetition, labels, files, comments)
