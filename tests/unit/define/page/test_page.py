"""The whole page: everything of a file is on it, every link leads somewhere, nothing can run."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

import pytest
from lxml import html

from converters.define.elements import Odm
from converters.define.index import Index, index
from converters.define.page import define_page, write_page
from converters.define.read import read_define
from converters.errors import InputError, OutputError

SHARED = Path(__file__).parents[5] / "shared" / "data"
EXAMPLES = sorted([*SHARED.glob("define/*.xml"), *SHARED.glob("packages/*/define.xml")])
STUDY = Path(__file__).with_name("study.xml")
FILES = [STUDY, *EXAMPLES]

if not EXAMPLES:
    FILES.append(
        pytest.param(STUDY, marks=pytest.mark.skip(reason="no published examples beside the tree"))  # type: ignore[arg-type]
    )


def name_of(path: Path) -> str:
    return f"{path.parent.name}-{path.stem}"


@pytest.fixture(scope="module", params=FILES, ids=name_of)
def page(request: pytest.FixtureRequest) -> tuple[Odm, str, html.HtmlElement]:
    odm = read_define(request.param)
    text = define_page(odm)
    return odm, text, html.document_fromstring(text)


def expected(file: Index) -> Iterator[tuple[str, str]]:
    """The kind and the id of everything that a file defines and the page must show."""
    metadata = file.metadata
    for group in metadata.item_groups:
        yield "dataset", group.oid or ""
        for ref in group.items:
            yield "variable", f"{group.oid}/{ref.item_oid}"
        for _, item in file.variables(group):
            for below, _ in file.value_level(item):
                yield "value", f"{group.oid}/{item.oid}/{below.item_oid}"
    for code_list in metadata.code_lists:
        yield "codelist", code_list.oid or ""
        for term in code_list.terms:
            yield "term", f"{code_list.oid}/{term.coded_value}"
    for display, result in file.results():
        yield "display", display.oid or ""
        yield "result", result.oid or ""
    for kind, definitions in (
        ("method", metadata.methods),
        ("comment", metadata.comments),
        ("standard", metadata.standards.standards if metadata.standards else ()),
    ):
        for definition in definitions:
            yield kind, definition.oid or ""
    for leaf in metadata.leaves:
        yield "document", leaf.id or ""


def test_everything_that_the_file_defines_has_its_element(
    page: tuple[Odm, str, html.HtmlElement],
) -> None:
    odm, _, tree = page
    shown = {(element.get("data-kind"), element.get("id")) for element in tree.iter("*")}
    assert not set(expected(index(odm))) - shown


def test_every_where_clause_that_is_used_can_be_linked_to(
    page: tuple[Odm, str, html.HtmlElement],
) -> None:
    odm, _, tree = page
    file = index(odm)
    used = {
        where.where_clause_oid
        for group in file.metadata.item_groups
        for _, item in file.variables(group)
        for below, _ in file.value_level(item)
        for where in below.where_clauses
    } & set(file.where_clauses)
    shown = {element.get("id") for element in tree.iterfind(".//*[@data-kind='where']")}
    assert used <= shown


def test_no_id_is_used_twice(page: tuple[Odm, str, html.HtmlElement]) -> None:
    counts = Counter(page[2].xpath("//@id"))
    assert [name for name, count in counts.items() if count > 1] == []


def test_every_link_inside_the_page_leads_to_an_element(
    page: tuple[Odm, str, html.HtmlElement],
) -> None:
    tree = page[2]
    ids = set(tree.xpath("//@id"))
    hrefs = [href for href in tree.xpath("//a/@href") if href.startswith("#")]
    assert hrefs
    assert {href for href in hrefs if unquote(href[1:]) not in ids} == set()
    controls = set(tree.xpath("//@aria-controls | //@aria-labelledby"))
    assert controls - ids - {"panel-title"} == set()


def test_nothing_is_loaded_from_elsewhere(page: tuple[Odm, str, html.HtmlElement]) -> None:
    _, text, tree = page
    assert tree.xpath("//@src | //@srcset | //@data | //@poster | //@background | //@action") == []
    assert tree.xpath("//link/@href") == ["data:,"]
    styles = "".join(tree.xpath("//style/text()"))
    assert "url(" not in styles
    assert "@import" not in styles
    for link in tree.xpath("//a[starts-with(@href, 'http')]"):
        assert link.get("rel") == "noopener noreferrer"
    assert not re.search(r"<(iframe|object|embed|img|audio|video|base|form)\b", text)


def test_the_policy_lets_only_the_pages_own_style_and_scripts_run(
    page: tuple[Odm, str, html.HtmlElement],
) -> None:
    tree = page[2]
    (policy,) = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"
    assert sorted(rules["script-src"].split()) == sorted(map(sha, tree.xpath("//script/text()")))
    assert rules["style-src"].split() == list(map(sha, tree.xpath("//style/text()")))
    assert tree.xpath("//@style") == []


def sha(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_headings_follow_in_order(page: tuple[Odm, str, html.HtmlElement]) -> None:
    levels = [int(tag.tag[1]) for tag in page[2].xpath("//h1|//h2|//h3|//h4|//h5|//h6")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_every_table_head_says_what_it_is_the_head_of(
    page: tuple[Odm, str, html.HtmlElement],
) -> None:
    assert page[2].xpath("//th[not(@scope)]") == []
    assert page[2].xpath("//table[not(thead)]") == []


def test_every_dataset_is_in_the_contents_and_in_the_filter(
    page: tuple[Odm, str, html.HtmlElement],
) -> None:
    odm, _, tree = page
    names = [group.name for group in odm.metadata.item_groups]
    links = tree.xpath("//nav[@aria-label='Contents']//a/b/text()")
    assert set(names) <= set(links)
    assert tree.xpath("//select[@id='filter-dataset']/option/text()") == ["All datasets", *names]


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_the_same_file_gives_the_same_page(file: Path) -> None:
    assert define_page(read_define(file)) == define_page(read_define(file))


@pytest.mark.parametrize("file", EXAMPLES, ids=name_of)
def test_the_page_is_at_most_three_times_its_file_and_what_every_page_has(file: Path) -> None:
    empty = len(define_page(Odm()))
    assert len(define_page(read_define(file)).encode()) < 3 * file.stat().st_size + empty


def test_the_page_is_written_to_its_place(tmp_path: Path) -> None:
    target = tmp_path / "define.html"
    write_page(STUDY, target)
    assert target.read_text(encoding="utf-8") == define_page(read_define(STUDY))
    assert list(tmp_path.iterdir()) == [target]


def test_a_page_that_cannot_be_written_is_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be written"):
        write_page(STUDY, tmp_path / "no" / "define.html")


def test_a_file_that_is_no_define_xml_makes_no_page(tmp_path: Path) -> None:
    source = tmp_path / "other.xml"
    source.write_text("<html/>")
    with pytest.raises(InputError, match="no Define-XML"):
        write_page(source, tmp_path / "define.html")
    assert not (tmp_path / "define.html").exists()


def test_a_title_may_be_given() -> None:
    tree = html.document_fromstring(define_page(Odm(), title="Ours <1>"))
    assert tree.findtext(".//title") == tree.findtext(".//h1") == "Ours <1>"


def test_what_the_page_is_made_of_stands_beside_the_code() -> None:
    """The build takes every file of the package, so what stands here is in the wheel."""
    from converters.define.page import render

    here = Path(render.__file__).parent
    for name in ("style.css", "early.js", "script.js", "templates/page.html.j2"):
        assert (here / name).is_file()
