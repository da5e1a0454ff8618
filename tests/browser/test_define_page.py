"""define.html in a browser: opened from disk, searched, linked into, printed, without a mouse."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from lxml import etree

from converters.api import convert
from converters.define.index import index
from converters.define.page import define_page, write_page
from converters.define.read import read_define

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT.parent / "shared" / "data" / "define"
NAMES = ("defineV20-ADaM-ARM", "defineV20-SDTM", "defineV21-ADaM", "defineV21-SDTM")
SOURCES = ("sdtm", "adam", *NAMES)

#: Texts that do something where they are taken for markup or for an address.
CORPUS = (
    "<script>window.hit=1;alert(1)</script>",
    '<img src=x onerror="window.hit=1;alert(1)">',
    '"><svg onload=window.hit=1>',
    "' onmouseover='window.hit=1' autofocus onfocus='window.hit=1'",
    "</style></script><script>window.hit=1</script>",
    "</textarea></title><iframe src=javascript:window.hit=1></iframe>",
    "{{ 7 * 7 }}{% raw %}${window.hit=1}",
    "<!-- --><base href=//example.com/><meta http-equiv=refresh content='0;url=data:,'>",
    "javascript:window.hit=1//",
    "\u202e\u2028<b>bold</b>&lt;script&gt;window.hit=1&lt;/script&gt;",
)
Open = Callable[..., Any]


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reference study's package."""
    out = tmp_path_factory.mktemp("package") / "out"
    convert(ROOT / "mappings" / "nct01933802", out)
    return out


@pytest.fixture(scope="session")
def define_of(package: Path) -> Callable[[str], Path]:
    """The define.xml of a source: of the reference study, or an example by others."""

    def path(source: str) -> Path:
        if source in NAMES:
            found = EXAMPLES / f"{source}.xml"
            if not found.is_file():
                pytest.skip("needs the examples at ../shared/data/define")
            return found
        return package / source / "define.xml"

    return path


@pytest.fixture
def page_of(define_of: Callable[[str], Path], tmp_path: Path) -> Callable[[str], Path]:
    """The page of a source, as ``cdisc define page`` writes it."""

    def path(source: str) -> Path:
        target = tmp_path / f"{source}.html"
        write_page(define_of(source), target)
        return target

    return path


def value_levels(file: Path) -> list[tuple[str, str, str]]:
    """The OIDs of dataset, variable and definition of each value level of a file."""
    found = index(read_define(file))
    return [
        (group.oid or "", item.oid or "", value.oid or "")
        for group in found.metadata.item_groups
        for _, item in found.variables(group)
        for _, value in found.value_level(item)
    ]


@pytest.mark.parametrize("source", SOURCES)
def test_a_page_opens_from_disk_without_error_request_or_dialog(
    source: str, opened: Open, page_of: Callable[[str], Path]
) -> None:
    found = opened(page_of(source))
    assert found.page.locator("h1").is_visible()
    assert found.page.locator("nav[aria-label=Contents]").is_visible()
    assert found.complaints == []


@pytest.mark.parametrize("source", SOURCES)
def test_every_dataset_variable_and_codelist_of_the_file_is_on_the_page(
    source: str, opened: Open, page_of: Callable[[str], Path], define_of: Callable[[str], Path]
) -> None:
    page = opened(page_of(source)).page
    file = index(read_define(define_of(source)))
    groups = file.metadata.item_groups
    kinds = {
        "dataset": len(groups),
        "variable": sum(len(list(file.variables(group))) for group in groups),
        "value": len(value_levels(define_of(source))),
        "codelist": len(file.metadata.code_lists),
        "term": sum(len(item.terms) for item in file.metadata.code_lists),
        "method": len(file.metadata.methods),
        "comment": len(file.metadata.comments),
        "result": len(list(file.results())),
    }
    assert {kind: page.locator(f"[data-kind={kind}]").count() for kind in kinds} == kinds


@pytest.mark.parametrize("source", SOURCES)
def test_a_search_finds_a_variable_and_enter_goes_there(
    source: str, opened: Open, page_of: Callable[[str], Path], define_of: Callable[[str], Path]
) -> None:
    file = index(read_define(define_of(source)))
    group = file.metadata.item_groups[-1]
    _, item = list(file.variables(group))[-1]
    found = opened(page_of(source))
    page = found.page
    page.keyboard.press("/")
    page.keyboard.type(f"{group.name}.{item.name}")
    first = page.get_by_role("option").first
    assert f"{group.name}.{item.name}" in first.inner_text()
    page.keyboard.press("Enter")
    row = page.locator(f'[id="{group.oid}/{item.oid}"]')
    assert row.evaluate("row => document.activeElement === row")
    page.wait_for_timeout(100)
    assert row.evaluate(
        "row => { const at = row.getBoundingClientRect();"
        " return at.top >= 0 && at.top < innerHeight; }"
    )
    assert page.get_by_role("listbox").is_hidden()
    assert found.complaints == []


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("severity", "variable"),
        ("MODERATE", "term"),
        ("No Yes Response", "codelist"),
        ("LB", "dataset"),
    ],
)
def test_a_search_looks_into_datasets_labels_codelists_and_terms(
    words: str, kind: str, opened: Open, page_of: Callable[[str], Path]
) -> None:
    page = opened(page_of("sdtm")).page
    page.get_by_role("combobox", name="Search").fill(words)
    kinds = page.locator("[role=option] .kind").all_inner_texts()
    assert kind in [text.lower() for text in kinds]


def test_a_search_that_finds_nothing_says_so_and_escape_closes_it(
    opened: Open, page_of: Callable[[str], Path]
) -> None:
    page = opened(page_of("sdtm")).page
    box = page.get_by_role("combobox", name="Search")
    box.fill("no such thing")
    assert "Nothing found" in page.locator("#search-results").inner_text()
    assert page.get_by_role("status").inner_text() == "0 found"
    box.press("Escape")
    assert page.locator("#search-results").is_hidden()


@pytest.mark.parametrize("source", SOURCES)
def test_a_deep_link_opened_cold_shows_the_value_level(
    source: str, opened: Open, page_of: Callable[[str], Path], define_of: Callable[[str], Path]
) -> None:
    target = "/".join(value_levels(define_of(source))[-1])
    found = opened(page_of(source), target)
    row = found.page.locator(f'[id="{target}"]')
    row.wait_for(state="visible")
    found.page.wait_for_timeout(100)
    assert row.evaluate(
        "row => { const at = row.getBoundingClientRect();"
        " return at.bottom > 0 && at.top < innerHeight; }"
    )
    assert found.complaints == []


@pytest.mark.parametrize("source", SOURCES)
def test_value_level_is_expanded_and_closed_in_place(
    source: str, opened: Open, page_of: Callable[[str], Path], define_of: Callable[[str], Path]
) -> None:
    group, item, value = value_levels(define_of(source))[0]
    page = opened(page_of(source)).page
    button = page.locator(f'[id="{group}/{item}"] button.level')
    row = page.locator(f'[id="{group}/{item}/{value}"]')
    assert button.get_attribute("aria-expanded") == "false"
    assert row.is_hidden()
    button.press("Enter")
    assert button.get_attribute("aria-expanded") == "true"
    assert row.is_visible()
    button.click()
    assert row.is_hidden()


@pytest.mark.parametrize("source", SOURCES)
def test_a_codelist_is_shown_beside_the_variable_with_all_its_terms(
    source: str, opened: Open, page_of: Callable[[str], Path], define_of: Callable[[str], Path]
) -> None:
    file = index(read_define(define_of(source)))
    group, item = next(
        (group, item)
        for group in file.metadata.item_groups
        for _, item in file.variables(group)
        if (codelist := file.code_list(item)) is not None and codelist.terms
    )
    page = opened(page_of(source)).page
    button = page.locator(f'[id="{group.oid}/{item.oid}"] button.peek')
    button.click()
    dialog = page.get_by_role("dialog")
    codelist = file.code_list(item)
    values = dialog.locator("tbody th .n").all_text_contents()
    assert values == [term.coded_value for term in codelist.terms]
    assert codelist.name in dialog.get_by_role("heading").first.inner_text()
    page.keyboard.press("Escape")
    assert dialog.is_hidden()
    assert button.evaluate("button => document.activeElement === button")


def test_the_filter_leaves_one_dataset_and_what_it_uses(
    opened: Open, page_of: Callable[[str], Path]
) -> None:
    page = opened(page_of("sdtm")).page
    page.get_by_label("Show dataset").select_option(label="AE")
    shown = page.locator("main section[data-kind=dataset]:visible")
    assert [section.locator(".n").first.inner_text() for section in shown.all()] == ["AE"]
    assert page.locator("[id='CL.AESEV']").is_visible()
    assert page.locator("[id='CL.SEX']").is_hidden()
    page.get_by_label("Show dataset").select_option(label="All datasets")
    assert page.locator("[id='CL.SEX']").count() == 1
    assert shown.count() > 10


def test_what_is_filtered_away_comes_back_when_it_is_linked_to(
    opened: Open, page_of: Callable[[str], Path]
) -> None:
    page = opened(page_of("sdtm")).page
    page.get_by_label("Show dataset").select_option(label="AE")
    page.get_by_role("combobox", name="Search").fill("DM.SEX")
    page.keyboard.press("Enter")
    assert page.locator("[id='IG.DM/IT.DM.SEX']").is_visible()


@pytest.mark.parametrize("source", SOURCES)
def test_on_paper_everything_is_open_and_the_tools_are_gone(
    source: str,
    opened: Open,
    page_of: Callable[[str], Path],
    define_of: Callable[[str], Path],
) -> None:
    found = opened(page_of(source))
    page = found.page
    page.emulate_media(media="print")
    assert page.locator("nav").is_hidden()
    assert page.get_by_role("combobox", name="Search").is_hidden()
    group, item, value = value_levels(define_of(source))[0]
    assert page.locator(f'[id="{group}/{item}/{value}"]').is_visible()
    text = page.pdf()
    assert text.startswith(b"%PDF")
    assert text.count(b"/Type /Page\n") + text.count(b"/Type/Page/") > 3
    assert found.complaints == []


@pytest.mark.parametrize(
    ("source", "scheme"),
    [*((source, "light") for source in SOURCES), ("adam", "dark"), ("defineV21-ADaM", "dark")],
)
def test_axe_finds_nothing_serious(
    source: str, scheme: str, opened: Open, page_of: Callable[[str], Path]
) -> None:
    page = opened(page_of(source), color_scheme=scheme).page
    for button in page.locator("button.level").all()[:3]:
        button.click()
    peek = page.locator("button.peek")
    if peek.count():
        peek.first.click()
    result = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]})
    serious = [
        (found["id"], found["nodes"][0]["html"][:200], found["nodes"][0]["failureSummary"][:300])
        for found in result.response["violations"]
    ]
    assert serious == []


def test_the_theme_is_the_systems_until_it_is_switched_and_then_remembered(
    opened: Open, page_of: Callable[[str], Path]
) -> None:
    page = opened(page_of("adam"), color_scheme="dark").page
    ground = "() => getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(ground)
    page.locator("#theme").click()
    light = page.evaluate(ground)
    assert light != dark
    page.reload()
    assert page.evaluate(ground) == light


def test_without_scripts_all_is_there_and_links_work(
    opened: Open, page_of: Callable[[str], Path], define_of: Callable[[str], Path]
) -> None:
    target = "/".join(value_levels(define_of("adam"))[-1])
    page = opened(page_of("adam"), target, java_script_enabled=False).page
    assert page.locator(f'[id="{target}"]').is_visible()


def test_all_can_be_reached_by_keyboard(opened: Open, page_of: Callable[[str], Path]) -> None:
    page = opened(page_of("sdtm")).page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_a_narrow_window_has_its_contents_behind_a_button(
    opened: Open, page_of: Callable[[str], Path]
) -> None:
    page = opened(page_of("sdtm")).page
    page.set_viewport_size({"width": 420, "height": 800})
    nav = page.locator("nav[aria-label=Contents]")
    assert not nav.is_visible()
    page.get_by_role("button", name="Contents").click()
    assert nav.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("source", ["adam", "sdtm"])
@pytest.mark.parametrize("text", CORPUS)
def test_nothing_in_a_file_is_taken_for_markup(
    source: str, text: str, opened: Open, define_of: Callable[[str], Path], tmp_path: Path
) -> None:
    """Every text and every attribute that no reference needs is replaced."""
    root = etree.parse(define_of(source)).getroot()
    bound = ("OID", "ID", "Type", "Comparator", "Context", "DataType", "Mandatory", "Repeating")
    for element in root.iter("*"):
        if element.text and element.text.strip():
            element.text = text
        for name in element.attrib:
            local = etree.QName(name).localname
            if not local.endswith(bound):
                element.set(name, text)
    target = tmp_path / "page.html"
    target.write_text(define_page(read_define(etree.tostring(root))), encoding="utf-8")
    found = opened(target)
    page = found.page
    page.get_by_role("combobox", name="Search").fill(text[:12])
    if page.locator("button.peek").count():
        page.locator("button.peek").first.click()
    page.mouse.move(400, 400)
    for link in page.locator("a[href]").all()[:40]:
        assert not (link.get_attribute("href") or "").lower().startswith(("javascript:", "data:"))
    assert page.evaluate("window.hit") is None
    assert page.locator("iframe, base, svg, img").count() == 0
    assert found.complaints == []
