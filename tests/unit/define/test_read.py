"""Reading files as they come: other prefixes, encodings and orders, additions and mistakes."""

from __future__ import annotations

import codecs
import os
import random
import time
from pathlib import Path

import pytest

from converters.define.binding import DEFINE, ODM
from converters.define.elements import ItemDef
from converters.define.index import index
from converters.define.read import read_define
from converters.define.serialise import to_xml
from converters.errors import InputError
from tests.unit.formats.test_fuzz import PATIENCE
from tests.unit.formats.test_fuzz import damaged as damaged_bytes

OLD = Path(__file__).parent / "data" / "define-1-0.xml"
CASES = int(os.environ.get("FUZZ_CASES", "600"))
#: A small file with something of everything.
FILE = """<?xml version="1.0" encoding="UTF-8"?>
<?xml-stylesheet type="text/xsl" href="define2-1.xsl"?>
<!-- Study X-03 -->
<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" xmlns:def="http://www.cdisc.org/ns/def/v2.1"
  xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:arm="http://www.cdisc.org/ns/arm/v1.0"
  ODMVersion="1.3.2" FileType="Snapshot" FileOID="F" CreationDateTime="2026-01-31T09:00:00"
  def:Context="Submission">
  <Study OID="X-03">
    <GlobalVariables>
      <StudyName>X-03</StudyName>
      <StudyDescription>Überempfindlichkeit &amp; mehr</StudyDescription>
      <ProtocolName>X-03</ProtocolName>
    </GlobalVariables>
    <MetaDataVersion OID="MDV" Name="X-03" def:DefineVersion="2.1.0">
      <def:Standards>
        <def:Standard OID="STD.1" Name="SDTMIG" Type="IG" Version="3.4" Status="Final"/>
      </def:Standards>
      <def:AnnotatedCRF><def:DocumentRef leafID="LF.acrf"/></def:AnnotatedCRF>
      <def:ValueListDef OID="VL.1">
        <ItemRef ItemOID="IT.AE.X" Mandatory="No">
          <def:WhereClauseRef WhereClauseOID="WC.1"/>
        </ItemRef>
      </def:ValueListDef>
      <def:WhereClauseDef OID="WC.1">
        <RangeCheck Comparator="IN" SoftHard="Soft" def:ItemOID="IT.AE.AETERM">
          <CheckValue>A</CheckValue><CheckValue>B &lt; C</CheckValue>
        </RangeCheck>
      </def:WhereClauseDef>
      <ItemGroupDef OID="IG.AE" Name="AE" Repeating="Yes" def:Structure="One record per event">
        <Description><TranslatedText xml:lang="en">Adverse Events</TranslatedText></Description>
        <ItemRef ItemOID="IT.AE.AETERM" OrderNumber="1" Mandatory="Yes" KeySequence="1"/>
        <ItemRef ItemOID="IT.AE.AESER" OrderNumber="2" Mandatory="No" MethodOID="MT.1"/>
        <def:Class Name="EVENTS"/>
        <def:leaf ID="LF.AE" xlink:href="ae.xpt"><def:title>ae.xpt</def:title></def:leaf>
      </ItemGroupDef>
      <!-- Variables -->
      <ItemDef OID="IT.AE.AETERM" Name="AETERM" DataType="text" Length="200">
        <Description><TranslatedText xml:lang="en">Term</TranslatedText></Description>
        <def:Origin Type="Collected" Source="Investigator">
          <def:DocumentRef leafID="LF.acrf">
            <def:PDFPageRef PageRefs="7 9" Type="PhysicalRef"/>
          </def:DocumentRef>
        </def:Origin>
        <def:ValueListRef ValueListOID="VL.1"/>
      </ItemDef>
      <ItemDef OID="IT.AE.AESER" Name="AESER" DataType="text" Length="1">
        <CodeListRef CodeListOID="CL.NY"/>
      </ItemDef>
      <ItemDef OID="IT.AE.X" Name="X" DataType="text" Length="1"/>
      <CodeList OID="CL.NY" Name="No Yes Response" DataType="text">
        <CodeListItem CodedValue="Y">
          <Decode><TranslatedText>Yes</TranslatedText></Decode>
          <Alias Context="nci:ExtCodeID" Name="C49488"/>
        </CodeListItem>
        <Alias Context="nci:ExtCodeID" Name="C66742"/>
      </CodeList>
      <MethodDef OID="MT.1" Name="Serious" Type="Computation">
        <Description><TranslatedText>Any of the criteria</TranslatedText></Description>
        <FormalExpression Context="SAS"> if a &gt; b
  then c; </FormalExpression>
      </MethodDef>
      <def:leaf ID="LF.acrf" xlink:href="acrf.pdf"><def:title>Annotated CRF</def:title></def:leaf>
    </MetaDataVersion>
  </Study>
</ODM>
""".encode()


def described(content: bytes) -> object:
    """What a file says, its prefixes apart."""
    odm = read_define(content)
    return odm.version, odm.studies, odm.originator, odm.context


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(codecs.BOM_UTF8 + FILE, id="a byte order mark"),
        pytest.param(FILE.decode().replace("UTF-8", "UTF-16").encode("utf-16"), id="UTF-16"),
        pytest.param(
            FILE.replace(b"UTF-8", b"ISO-8859-1").decode().encode("latin-1"), id="ISO-8859-1"
        ),
        pytest.param(FILE.replace(b"\n", b"\r\n"), id="lines of Windows"),
        pytest.param(b"\r\n\n" + FILE, id="empty lines before the declaration"),
        pytest.param(FILE.partition(b"\n")[2], id="no declaration"),
        pytest.param(
            FILE.replace(b"<def:", b"<d:").replace(b"</def:", b"</d:")
            .replace(b" def:", b" d:").replace(b"xmlns:def", b"xmlns:d"),
            id="another prefix",
        ),
        pytest.param(
            FILE.replace(b"odm/v1.3", b"odm/v1.2"), id="the namespace of ODM 1.2"
        ),
        pytest.param(FILE.replace(b"odm/v1.3", b"odm/v1.3.2/"), id="a patch version of ODM"),
        pytest.param(FILE.replace(b"def/v2.1", b"def/v2.1.0"), id="a patch version of Define-XML"),
        pytest.param(
            FILE.replace(b'xmlns="http://www.cdisc.org/ns/odm/v1.3"', b""), id="no namespace of ODM"
        ),
        pytest.param(
            FILE.replace(b"Adverse Events", b"<![CDATA[Adverse ]]>&#69;vents"), id="CDATA"
        ),
        pytest.param(
            FILE.replace(b"<def:Class ", f'<def:Class xmlns:def="{DEFINE["2.1"]}" '.encode()),
            id="namespaces declared again",
        ),
    ],
)  # fmt: skip
def test_the_same_file_in_another_form_says_the_same(content: bytes) -> None:
    assert content != FILE
    assert described(content) == described(FILE)


def test_a_prefix_on_every_element_of_odm_is_kept() -> None:
    text = FILE.decode().replace("xmlns=", "xmlns:odm=").replace("<", "<odm:")
    for old, new in [
        ("<odm:/", "</odm:"),
        ("odm:def:", "def:"),
        ("<odm:?", "<?"),
        ("<odm:!", "<!"),
    ]:
        text = text.replace(old, new)
    odm = read_define(text.encode())
    assert odm.studies == read_define(FILE).studies
    assert b"<odm:ItemDef " in to_xml(odm)


def test_elements_of_2_1_in_a_file_of_2_0_are_read() -> None:
    odm = read_define(FILE.replace(b"def/v2.1", b"def/v2.0"))
    assert odm.version == "2.0"
    assert odm.metadata.standards is not None
    assert odm.metadata.standards.standards[0].name == "SDTMIG"


def test_of_two_versions_the_one_in_use_counts() -> None:
    both = FILE.replace(b"xmlns:xlink", b'xmlns:old="http://www.cdisc.org/ns/def/v2.0" xmlns:xlink')
    assert read_define(both.replace(b"<ODM ", b"<ODM old:x='1' ")).version == "2.1"
    assert DEFINE["2.0"] in dict(read_define(both).namespaces).values()


def item(content: bytes, oid: str = "IT.AE.AETERM") -> ItemDef:
    return index(read_define(content)).items[oid]


def test_what_comes_twice_is_read_once_and_kept() -> None:
    second = b"<Description><TranslatedText>Again</TranslatedText></Description><def:Origin"
    found = item(FILE.replace(b"<def:Origin", second, 1))
    assert str(found.description) == "Term"
    assert found.extras is not None
    assert len(found.extras.elements) == 1
    assert "Again" in found.extras.elements[0]


@pytest.mark.parametrize(
    ("inside", "read"),
    [
        ("Te<!-- not here -->rm", "Term"),
        ("<?page 1?>Term", "Term"),
        ("A <b>bold</b> te&lt;rm", "A bold te<rm"),
    ],
)
def test_comments_and_markup_in_a_text_are_no_part_of_it_and_stay(inside: str, read: str) -> None:
    content = FILE.replace(b">Term<", f">{inside}<".encode())
    assert str(item(content).description) == read
    written = to_xml(read_define(content)).decode().replace(f' xmlns="{ODM}">', ">")
    assert f">{inside}</TranslatedText>" in written


def test_texts_in_several_languages_stay_in_order_with_their_language() -> None:
    more = '<TranslatedText xml:lang="ja">用語</TranslatedText></Description>'.encode()
    found = item(
        FILE.replace(b">Term</TranslatedText></Description>", b">Term</TranslatedText>" + more)
    )
    assert found.description is not None
    assert [(text.lang, text.text) for text in found.description.texts] == [
        ("en", "Term"),
        ("ja", "用語"),
    ]


def test_spaces_and_lines_of_programs_are_kept() -> None:
    (method,) = read_define(FILE).metadata.methods
    assert method.expressions[0].text == " if a > b\n  then c; "


def test_attributes_in_other_letters_are_kept_apart() -> None:
    found = item(FILE.replace(b'Name="AETERM" DataType="text"', b'name="AETERM" DataType="text"'))
    assert found.name is None
    assert found.extras is not None
    assert found.extras.attributes == (("name", "AETERM"),)


def test_vendor_extensions_keep_their_order_and_their_prefixes() -> None:
    vendor = b'<v:b xmlns:v="urn:v">1</v:b><def:Origin xmlns:w="urn:w" w:seen="yes"'
    content = FILE.replace(b"<def:Origin", vendor, 1).replace(
        b"<def:ValueListRef V", b'<v:a xmlns:v="urn:v"/><def:ValueListRef V'
    )
    written = to_xml(read_define(content)).decode()
    assert written.index("<v:b") < written.index("<v:a")
    assert 'w:seen="yes"' in written


def test_each_object_knows_its_line_even_far_down() -> None:
    assert item(FILE).line == FILE[: FILE.index(b"<ItemDef")].count(b"\n") + 1
    assert item(b"\n\n" + FILE).line == item(FILE).line + 2
    assert item(FILE.replace(b"<!-- Variables -->", b"<!-- -->" + b"\n" * 70_000)).line > 70_000


def test_a_file_without_most_of_its_parts_is_read() -> None:
    odm = read_define(f'<ODM xmlns="{ODM}" xmlns:def="{DEFINE["2.1"]}"/>'.encode())
    assert odm.studies == ()
    assert odm.metadata.items == ()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "define.xml: the file is empty; expected a define.xml of version 1.0, 2.0 or 2.1"),
        (b" \n ", "define.xml: the file is empty"),
        (b"\n\n<ODM", "define.xml:3:4: no well-formed XML: "),
        (b"PK\x03\x04zip", "define.xml:1: no well-formed XML: "),
        (FILE.replace(b"</ItemDef>", b"", 1), "define.xml:"),
        (FILE.replace(b"Term<", b"T&nbsp;m<"), "Entity 'nbsp' not defined"),
        (FILE.decode().encode("latin-1"), "define.xml:11:24: no well-formed XML: "),
        (b"<html><body/></html>", "define.xml: no Define-XML: its root is <html>; expected a"),
        (
            f'<ODM xmlns="{ODM}"/>'.encode(),
            "define.xml: no Define-XML: it declares no namespace of Define-XML; expected a",
        ),
        (
            FILE.replace(b"def/v2.1", b"def/v3.0"),
            "define.xml: no Define-XML: it declares no namespace of Define-XML; expected a",
        ),
        (b'<!DOCTYPE ODM SYSTEM "http://x/y.dtd"><ODM/>', "declares a document type"),
        (b"<!DOCTYPE ODM [<!ENTITY a 'b'>]><ODM>&a;</ODM>", "declares a document type"),
    ],
)
def test_what_cannot_be_read_is_told_in_one_message(content: bytes, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read_define(content)
    assert len(caught.value.problems) == 1
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_that_unfold_without_end_are_refused_at_once(encoding: str) -> None:
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 20}">' for n in range(1, 12))
    text = f'<!DOCTYPE ODM [<!ENTITY a0 "x">{entities}]><ODM Name="&a11;"/>'
    start = time.monotonic()
    with pytest.raises(InputError):
        read_define(text.encode(encoding))
    assert time.monotonic() - start < PATIENCE


def test_a_file_that_is_not_there_is_told_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.xml: cannot be read: No such file"):
        read_define(tmp_path / "none.xml")


def test_the_message_about_a_file_names_it(tmp_path: Path) -> None:
    path = tmp_path / "my define.xml"
    path.write_bytes(FILE[:-3])
    with pytest.raises(InputError) as caught:
        read_define(path)
    assert caught.value.problems[0].file == str(path)


@pytest.mark.parametrize("original", [FILE, OLD.read_bytes()], ids=["2.1", "1.0"])
def test_a_damaged_file_is_told_or_read(original: bytes) -> None:
    chance = random.Random("define 1")
    read = 0
    for case in range(CASES):
        content = damaged_bytes(original, chance)
        start = time.monotonic()
        try:
            odm = read_define(content)
        except InputError as error:
            assert len(error.problems) == 1, case
        else:
            read += 1
            written = to_xml(odm)
            assert to_xml(read_define(written)) == written, case
        assert time.monotonic() - start < PATIENCE, case
    assert read > 0


@pytest.mark.parametrize("depth", [300, 5000])
def test_a_file_nested_without_end_is_told_or_read(depth: int) -> None:
    nested = b"<x>" * depth + b"</x>" * depth
    content = FILE.replace(b"<!-- Variables -->", nested)
    try:
        assert to_xml(read_define(content)).count(b"<x") == depth
    except InputError as error:
        assert "no well-formed XML" in str(error)


def test_a_file_of_five_megabytes_is_read_in_time() -> None:
    start, end = FILE.index(b"<!-- Variables -->"), FILE.index(b"<CodeList ")
    items = FILE[start:end]
    number = 5_000_000 // len(items)
    many = b"".join(items.replace(b"IT.AE.", b"IT.%d." % n) for n in range(number))
    content = FILE[:start] + many + FILE[end:]
    begun = time.monotonic()
    odm = read_define(content)
    assert len(odm.metadata.items) == 3 * number
    assert time.monotonic() - begun < 10
