"""Define-XML 2.1 of a package, from its metadata alone."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from lxml import etree

from converters import __version__
from converters.dataset import Document, Metadata, Method, Package, StandardUse
from converters.define import terms
from converters.define.codelists import CodeList
from converters.define.model import Group, Item, Model, Oids, Where, all_items, build
from converters.define.problems import problems
from converters.define.standards import guides, standard_oid, terminologies
from converters.errors import OutputError, Problem, SpecError
from converters.standards.sdtmig import is_associated

_SYSTEM = "cdisc-converters"
_PREFIXES = {"def": terms.DEF, "xlink": terms.XLINK, "xml": terms.XML}
_NAMESPACES: Any = {None: terms.ODM, "def": terms.DEF, "xlink": terms.XLINK}
_ACRF = Document("Annotated CRF", "acrf.pdf", "Annotated CRF")
_HAS_LENGTH = ("text", "integer", "float")

Attributes = Mapping[str, str | None]


def write_define(
    package: Package,
    path_or_stream: str | os.PathLike[str] | BinaryIO,
    *,
    context: str = "Submission",
) -> None:
    """Write the package's define.xml to a file or a binary stream.

    A file is replaced only when the new one is complete.

    Raises:
        SpecError: the metadata cannot be written; lists every problem.
        OutputError: the file cannot be written.
    """
    content = define_xml(package, context=context)
    if not isinstance(path_or_stream, str | os.PathLike):
        path_or_stream.write(content)
        return
    path = Path(path_or_stream)
    beside = path.with_name(f".{path.name}.part")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    except OSError as error:
        with suppress(OSError):
            beside.unlink()
        problem = Problem(str(path), None, None, f"cannot be written: {error.strerror}")
        raise OutputError(problem) from error


def define_xml(package: Package, *, context: str = "Submission") -> bytes:
    """The package's define.xml (Define-XML 2.1, UTF-8): the same bytes for the same package.

    ``context`` is ``Submission`` or ``Other``. Elements come in the order of the XML Schema, OIDs
    tell what they name (``IG.AE``, ``IT.AE.AESEV``, ``CL.AESEV``, ``MT.AE.AESTDY``,
    ``VL.LB.LBORRES``, ``WC.LB.LBTESTCD.HGB``, ``LF.AE``).

    Raises:
        SpecError: the metadata cannot be written; lists every problem.
    """
    found = problems(package, context)
    if found:
        raise SpecError(*found)
    root = _root(package, context)
    text: bytes = etree.tostring(root, pretty_print=True, encoding="UTF-8", xml_declaration=False)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + text


def package_oids(package: Package) -> tuple[str, str]:
    """The OIDs of the Study and the MetaDataVersion in the package's define.xml."""
    return f"STDY.{package.study_id}", f"MDV.{_name(package)}"


def _guide(package: Package) -> StandardUse | None:
    return next((item for item in package.standards if item.type == "IG"), None)


def _name(package: Package) -> str:
    guide = _guide(package)
    return f"{package.study_id}.{guide.name}.{guide.version}" if guide else package.study_id


def _root(package: Package, context: str) -> etree._Element:
    oids = Oids({f"LF.{dataset.name}" for dataset in package.datasets.values()})
    documents = _documents(package, oids)
    model = build(package, oids)
    guide = _guide(package)
    name = _name(package)
    root = etree.Element(f"{{{terms.ODM}}}ODM", nsmap=_NAMESPACES)
    _set(
        root,
        {
            "ODMVersion": "1.3.2",
            "FileType": "Snapshot",
            "FileOID": f"ODM.{name}.{package.created}",
            "CreationDateTime": package.created,
            "Originator": package.originator or None,
            "SourceSystem": _SYSTEM,
            "SourceSystemVersion": __version__,
            "def:Context": context,
        },
    )
    study_oid, version_oid = package_oids(package)
    study = _add(root, "Study", {"OID": study_oid})
    variables = _add(study, "GlobalVariables")
    _add(variables, "StudyName", text=package.study_name)
    _add(variables, "StudyDescription", text=package.description)
    _add(variables, "ProtocolName", text=package.protocol or package.study_id)
    version = _add(
        study,
        "MetaDataVersion",
        {
            "OID": version_oid,
            "Name": f"{package.study_name}, Data Definitions",
            "Description": "Data definitions"
            + (f" by {guide.name} {guide.version}" if guide else ""),
            "def:DefineVersion": terms.DEFINE_VERSION,
        },
    )
    _standards(version, package)
    _document_lists(version, documents)
    _definitions(version, package, model, documents)
    for document, leaf in documents.items():
        _leaf(version, leaf, document.href, document.title)
    return root


def _definitions(
    version: etree._Element, package: Package, model: Model, documents: Mapping[Document, str]
) -> None:
    every = [item for group in model.groups for item in all_items(group)]
    labels = {group.metadata.name: group.metadata.label for group in model.groups}
    for item in every:
        if item.values:
            values = _add(version, "def:ValueListDef", {"OID": f"VL.{item.place}"})
            for number, value in enumerate(item.values, 1):
                _item_ref(values, model, value, number, {})
    for where in model.wheres:
        _where(version, where)
    for group in model.groups:
        _item_group(version, package, model, group, labels)
    # Variables first, then what holds of them at value level.
    for item in sorted(every, key=lambda item: bool(item.where)):
        _item(version, model, item, documents)
    for codelist in model.codelists:
        _codelist(version, package, codelist)
    for method, oid in model.method_oid.items():
        _method(version, method, oid, model.method_users[method])
    for comment, oid in model.comment_oid.items():
        _description(_add(version, "def:CommentDef", {"OID": oid}), comment.text)


def _documents(package: Package, oids: Oids) -> dict[Document, str]:
    """Leaf ID by document; pages without a declared annotated CRF are those of ``acrf.pdf``."""
    documents = list(package.documents)
    if not any(item.kind == "Annotated CRF" for item in documents) and _has_pages(package):
        documents.insert(0, _ACRF)
    return {
        item: oids.claim("LF." + re.sub(r"[^A-Za-z0-9_.-]+", "_", Path(item.href).stem))
        for item in documents
    }


def _has_pages(package: Package) -> bool:
    return any(
        variable.origin is not None and variable.origin.pages
        for dataset in package.datasets.values()
        for variable in (
            *dataset.metadata.variables,
            *(level.definition for level in dataset.metadata.value_level),
        )
    )


def _standards(version: etree._Element, package: Package) -> None:
    if not package.standards:
        return
    parent = _add(version, "def:Standards")
    for item in package.standards:
        _add(
            parent,
            "def:Standard",
            {
                "OID": standard_oid(item),
                "Name": item.name,
                "Type": item.type,
                "PublishingSet": item.publishing_set if item.type == "CT" else None,
                "Version": item.version,
                "Status": item.status,
            },
        )


def _document_lists(version: etree._Element, documents: Mapping[Document, str]) -> None:
    for kind, name in (("Annotated CRF", "AnnotatedCRF"), ("Supplemental", "SupplementalDoc")):
        leaves = [leaf for document, leaf in documents.items() if document.kind == kind]
        if leaves:
            parent = _add(version, f"def:{name}")
            for leaf in leaves:
                _add(parent, "def:DocumentRef", {"leafID": leaf})


def _where(version: etree._Element, where: Where) -> None:
    parent = _add(version, "def:WhereClauseDef", {"OID": where.oid})
    for condition in where.conditions:
        check = _add(
            parent,
            "RangeCheck",
            {
                "Comparator": condition.comparator,
                "SoftHard": "Soft",
                "def:ItemOID": f"IT.{where.dataset}.{condition.variable}",
            },
        )
        for value in condition.values:
            _add(check, "CheckValue", text=value)


def _item_group(
    version: etree._Element,
    package: Package,
    model: Model,
    group: Group,
    labels: Mapping[str, str],
) -> None:
    metadata = group.metadata
    name = metadata.name
    file = f"{name.lower()}.xpt"
    domain = _domain(metadata)
    guide = next(iter(guides(package, metadata)), None)
    parent = _add(
        version,
        "ItemGroupDef",
        {
            "OID": f"IG.{name}",
            "Domain": domain,
            "Name": name,
            "Repeating": _yes_no(metadata.repeating),
            "IsReferenceData": _yes_no(metadata.reference_data),
            "SASDatasetName": _sas_name(name),
            "Purpose": metadata.purpose,
            "def:Structure": metadata.structure,
            "def:StandardOID": standard_oid(guide) if guide else None,
            "def:IsNonStandard": _yes(metadata.standard is None),
            "def:HasNoData": _yes(group.no_data),
            "def:CommentOID": model.comment_oid.get(group.comment) if group.comment else None,
            "def:ArchiveLocationID": None if group.no_data else f"LF.{name}",
        },
    )
    _description(parent, metadata.label)
    keys = {key: str(number) for number, key in enumerate(metadata.keys, 1)}
    for number, item in enumerate(group.items, 1):
        variable = item.definition
        own = metadata.standard is not None and not variable.standard
        more = {"KeySequence": keys.get(variable.name), "def:IsNonStandard": _yes(own)}
        _item_ref(parent, model, item, number, more)
    described = metadata.domain_label or labels.get(domain or "")
    if domain and domain != name and described:
        _add(parent, "Alias", {"Context": "DomainDescription", "Name": described})
    named = _add(parent, "def:Class", {"Name": terms.class_name(metadata.dataset_class)})
    if metadata.subclass:
        _add(named, "def:SubClass", {"Name": metadata.subclass.upper()})
    if not group.no_data:
        _leaf(parent, f"LF.{name}", file, file)


def _domain(metadata: Metadata) -> str | None:
    """An analysis dataset has none, a supplemental one that of its parent."""
    name = metadata.name
    if metadata.purpose == "Analysis":
        return None
    if metadata.domain in ("", name) and name.startswith("SUPP") and len(name) > 5:
        return name[4:] if is_associated(name[4:]) else name[4:6]
    return metadata.domain or name


def _item_ref(
    parent: etree._Element, model: Model, item: Item, number: int, more: Attributes
) -> None:
    variable = item.definition
    reference = _add(
        parent,
        "ItemRef",
        {
            "ItemOID": f"IT.{item.place}",
            "OrderNumber": str(number),
            "Mandatory": _yes_no(variable.mandatory),
            "MethodOID": model.method_oid[variable.method] if variable.method else None,
            "Role": variable.role or None,
            **more,
            "def:HasNoData": _yes(item.no_data),
        },
    )
    if item.where:
        _add(reference, "def:WhereClauseRef", {"WhereClauseOID": item.where})


def _item(
    version: etree._Element, model: Model, item: Item, documents: Mapping[Document, str]
) -> None:
    variable = item.definition
    digits = variable.significant_digits if variable.data_type == "float" else None
    parent = _add(
        version,
        "ItemDef",
        {
            "OID": f"IT.{item.place}",
            "Name": variable.name,
            "DataType": variable.data_type,
            "Length": str(max(variable.length, 1)) if variable.data_type in _HAS_LENGTH else None,
            "SignificantDigits": None if digits is None else str(digits),
            "SASFieldName": _sas_name(variable.name),
            "def:DisplayFormat": variable.format or None,
            "def:CommentOID": model.comment_oid.get(item.comment) if item.comment else None,
        },
    )
    _description(parent, variable.label)
    if item.place in model.codelist_oid:
        _add(parent, "CodeListRef", {"CodeListOID": model.codelist_oid[item.place]})
    _origin(parent, item, documents)
    if item.values:
        _add(parent, "def:ValueListRef", {"ValueListOID": f"VL.{item.place}"})


def _origin(parent: etree._Element, item: Item, documents: Mapping[Document, str]) -> None:
    origin = item.origin
    if origin is None:
        return
    element = _add(parent, "def:Origin", {"Type": origin.type, "Source": origin.source or None})
    words = [text for text in (origin.predecessor, origin.description) if text]
    _description(element, ". ".join(words))
    if origin.pages:
        crf = next(leaf for document, leaf in documents.items() if document.kind == "Annotated CRF")
        reference = _add(element, "def:DocumentRef", {"leafID": crf})
        for attributes in _page_references(origin.pages):
            _add(reference, "def:PDFPageRef", attributes)


def _page_references(pages: tuple[str, ...]) -> list[dict[str, str]]:
    """Numbers as one list, ranges such as ``7-9`` and named destinations each by itself."""
    numbers = [page for page in pages if page.isdecimal()]
    named = []
    references = [{"PageRefs": " ".join(numbers), "Type": "PhysicalRef"}] if numbers else []
    for page in pages:
        span = re.fullmatch(r"(\d+)-(\d+)", page)
        if span:
            references.append({"FirstPage": span[1], "LastPage": span[2], "Type": "PhysicalRef"})
        elif not page.isdecimal():
            named.append(page)
    if named:
        references.append({"PageRefs": " ".join(named), "Type": "NamedDestination"})
    return references


def _codelist(version: etree._Element, package: Package, codelist: CodeList) -> None:
    used = codelist.used
    standard = next(iter(terminologies(package, used)), None)
    parent = _add(
        version,
        "CodeList",
        {
            "OID": codelist.oid,
            "Name": codelist.name,
            "DataType": codelist.data_type,
            "def:StandardOID": standard_oid(standard) if standard else None,
            "def:IsNonStandard": _yes(standard is None),
        },
    )
    if used.dictionary:
        _add(
            parent,
            "ExternalCodeList",
            {"Dictionary": used.dictionary, "Version": used.dictionary_version or None},
        )
    else:
        _terms(parent, codelist, sponsor=standard is None)
    if used.code:
        _add(parent, "Alias", {"Context": "nci:ExtCodeID", "Name": used.code})


def _terms(parent: etree._Element, codelist: CodeList, *, sponsor: bool) -> None:
    """Terms with decodes if any term has one: the schema wants all of one kind.

    Only a codelist of a standard can be extended, not one of the sponsor's own.
    """
    decoded = any(term.decode for term in codelist.used.terms)
    for number, term in enumerate(codelist.used.terms, 1):
        element = _add(
            parent,
            "CodeListItem" if decoded else "EnumeratedItem",
            {
                "CodedValue": term.value,
                "OrderNumber": str(number),
                "def:ExtendedValue": _yes(term.extended and not sponsor),
            },
        )
        if decoded:
            _translated(_add(element, "Decode"), term.decode or term.value)
        if term.code:
            _add(element, "Alias", {"Context": "nci:ExtCodeID", "Name": term.code})


def _method(version: etree._Element, method: Method, oid: str, users: tuple[str, ...]) -> None:
    parent = _add(
        version,
        "MethodDef",
        {"OID": oid, "Name": f"Algorithm to derive {', '.join(users)}", "Type": method.type},
    )
    _description(parent, method.words or method.expression)
    if method.expression:
        _add(parent, "FormalExpression", {"Context": _SYSTEM}, method.expression)


def _leaf(parent: etree._Element, leaf: str, href: str, title: str) -> None:
    element = _add(parent, "def:leaf", {"ID": leaf, "xlink:href": href})
    _add(element, "def:title", text=title)


def _description(parent: etree._Element, text: str) -> None:
    if text:
        _translated(_add(parent, "Description"), text)


def _translated(parent: etree._Element, text: str) -> None:
    _add(parent, "TranslatedText", {"xml:lang": "en"}, text)


def _add(
    parent: etree._Element, name: str, attributes: Attributes | None = None, text: str | None = None
) -> etree._Element:
    element = etree.SubElement(parent, _qualified(name, terms.ODM))
    _set(element, attributes or {})
    element.text = text
    return element


def _set(element: etree._Element, attributes: Attributes) -> None:
    for name, value in attributes.items():
        if value is not None:
            element.set(_qualified(name, ""), value)


def _qualified(name: str, default: str) -> str:
    prefix, colon, local = name.partition(":")
    if colon:
        return f"{{{_PREFIXES[prefix]}}}{local}"
    return f"{{{default}}}{name}" if default else name


def _yes_no(value: bool) -> str:
    return "Yes" if value else "No"


def _yes(value: bool) -> str | None:
    return "Yes" if value else None


def _sas_name(name: str) -> str | None:
    return name if terms.SAS_NAME.fullmatch(name) else None
