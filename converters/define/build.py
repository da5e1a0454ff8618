"""The define.xml of a package as objects, from its metadata alone."""

from __future__ import annotations

from dataclasses import replace

from converters import __version__
from converters.dataset import Package, StandardUse
from converters.define.binding import ARM, DEFINE, ODM, XLINK
from converters.define.build_codelists import code_list
from converters.define.build_datasets import domain_labels, item_group
from converters.define.build_items import item_def, value_list
from converters.define.build_results import analysis_results
from converters.define.codelists import unite
from converters.define.documents import Documents
from converters.define.elements import (
    AnnotatedCrf,
    GlobalVariables,
    MetaDataVersion,
    Odm,
    ProtocolName,
    Standard,
    Standards,
    Study,
    StudyDescription,
    StudyName,
    SupplementalDoc,
)
from converters.define.layout import all_items, lay_out
from converters.define.oids import Oids
from converters.define.problems import problems
from converters.define.shared import Comments, Shared, shared
from converters.define.standards import standard_oid
from converters.define.terms import DEFINE_VERSION, SYSTEM
from converters.define.version_2_0 import as_version_2_0
from converters.errors import SpecError


def build(package: Package, context: str = "Submission", version: str = "2.1") -> Odm:
    """The define.xml of a package: Define-XML 2.1 or 2.0, with ARM 1.0 where it has displays.

    ``context`` is ``Submission`` or ``Other`` (2.1 alone tells it). OIDs say what they name:
    ``IG.AE``, ``IT.AE.AESEV``, ``CL.AESEV``, ``MT.AE.AESTDY``, ``VL.LB.LBORRES``,
    ``WC.LB.LBTESTCD.HGB``, ``LF.AE``, ``RD.Table_1``, ``AR.Table_1.Primary``.

    Raises:
        SpecError: the metadata cannot be written; lists every problem.
    """
    found = problems(package, context, version)
    if found:
        raise SpecError(*found)
    arm = (("arm", ARM),) if package.displays else ()
    study_oid, _ = package_oids(package)
    odm = Odm(
        namespaces=(("", ODM), ("def", DEFINE["2.1"]), ("xlink", XLINK), *arm),
        odm_version="1.3.2",
        file_type="Snapshot",
        file_oid=f"ODM.{_name(package)}.{package.created}",
        creation_date_time=package.created,
        originator=package.originator or None,
        source_system=SYSTEM,
        source_system_version=__version__,
        context=context,
        studies=(
            Study(
                oid=study_oid,
                global_variables=GlobalVariables(
                    study_name=StudyName(text=package.study_name),
                    study_description=StudyDescription(text=package.description),
                    protocol_name=ProtocolName(text=package.protocol or package.study_id),
                ),
                versions=(_metadata(package),),
            ),
        ),
    )
    return odm if version == "2.1" else as_version_2_0(odm)


def package_oids(package: Package) -> tuple[str, str]:
    """The OIDs of the Study and the MetaDataVersion in the package's define.xml."""
    return f"STDY.{package.study_id}", f"MDV.{_name(package)}"


def _guide(package: Package) -> StandardUse | None:
    return next((item for item in package.standards if item.type == "IG"), None)


def _name(package: Package) -> str:
    guide = _guide(package)
    return f"{package.study_id}.{guide.name}.{guide.version}" if guide else package.study_id


def _metadata(package: Package) -> MetaDataVersion:
    oids = Oids(f"LF.{dataset.name}" for dataset in package.datasets.values())
    known = shared(oids, Documents(package, oids))
    groups = lay_out(package, known)
    every = tuple(all_items(groups))
    united, codelist_oid = unite(((item.place, item.definition) for item in every), oids.claim)
    labels = domain_labels(groups)
    guide = _guide(package)
    by_guide = f" by {guide.name} {guide.version}" if guide else ""
    about = MetaDataVersion(
        oid=package_oids(package)[1],
        name=f"{package.study_name}, Data Definitions",
        description=f"Data definitions{by_guide}",
        define_version=DEFINE_VERSION,
        comment_oid=known.comments.oid(package.comment, "MDV"),
        standards=_standards(package, known.comments),
        # Datasets before value lists: what both share is called after the variable.
        item_groups=tuple(item_group(package, group, labels, known) for group in groups),
        value_lists=tuple(value_list(item, known) for item in every if item.values),
        # Variables first, then what holds of them at value level.
        items=tuple(
            item_def(item, codelist_oid, known)
            for item in sorted(every, key=lambda item: bool(item.where))
        ),
        code_lists=tuple(code_list(package, item, known.comments) for item in united),
        displays=analysis_results(package, known),
    )
    return _with_shared(about, known)


def _standards(package: Package, comments: Comments) -> Standards | None:
    standards = tuple(
        Standard(
            oid=standard_oid(item),
            name=item.name,
            type=item.type,
            publishing_set=item.publishing_set if item.type == "CT" else None,
            version=item.version,
            status=item.status,
            comment_oid=comments.oid(item.comment, standard_oid(item)),
        )
        for item in package.standards
    )
    return Standards(standards=standards) if standards else None


def _with_shared(about: MetaDataVersion, known: Shared) -> MetaDataVersion:
    """The definitions with those that they refer to, which are known when all others are made."""
    wheres = known.wheres.definitions()
    crf = known.documents.of_kind("Annotated CRF")
    supplemental = known.documents.of_kind("Supplemental")
    return replace(
        about,
        annotated_crf=AnnotatedCrf(documents=crf) if crf else None,
        supplemental_doc=SupplementalDoc(documents=supplemental) if supplemental else None,
        where_clauses=wheres,
        methods=known.methods.definitions(),
        comments=known.comments.definitions(),
        leaves=known.documents.leaves(),
    )
