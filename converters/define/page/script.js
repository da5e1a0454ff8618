(() => {
  "use strict";
  const root = document.documentElement;
  const find = (id) => document.getElementById(id);
  const main = find("main"), nav = find("nav"), panel = find("panel");
  const make = (tag, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };
  const say = (words) => { find("search-status").textContent = words; };
  const targetOf = (href) => {
    const fragment = href.slice(href.indexOf("#") + 1);
    try { return find(decodeURIComponent(fragment)) || find(fragment); } catch { return find(fragment); }
  };

  // Value level in place
  const levelButtons = new Map();
  for (const button of document.querySelectorAll("button.level"))
    levelButtons.set(button.getAttribute("aria-controls"), button);
  function setLevel(button, open) {
    button.setAttribute("aria-expanded", String(open));
    find(button.getAttribute("aria-controls")).classList.toggle("open", open);
  }

  // Deep links: what hides the target is opened
  function reveal(target) {
    if (target.closest("[hidden]") && main.contains(target)) filter("");
    const values = target.closest(".values");
    if (values) setLevel(levelButtons.get(values.id), true);
    const button = target.querySelector?.(":scope > th > button.level");
    if (button) setLevel(button, true);
    for (let up = target.closest("details"); up; up = up.parentElement.closest("details")) up.open = true;
  }
  function go() {
    const target = location.hash.length > 1 && targetOf(location.hash);
    if (!target || !main.contains(target)) return;
    reveal(target);
    const scroll = () => target.scrollIntoView({ block: "start" });
    scroll();
    // What comes near is drawn only then, and is higher or lower than the room kept for it.
    requestAnimationFrame(() => requestAnimationFrame(scroll));
    if (!target.hasAttribute("tabindex") && !target.matches("a, button")) target.tabIndex = -1;
    target.focus({ preventScroll: true });
  }
  addEventListener("hashchange", go);
  addEventListener("load", go);

  // The dataset shown
  const filterBox = find("filter-dataset");
  function filter(number) {
    if (number === "") filterBox.value = "";
    for (const element of document.querySelectorAll("[data-datasets]"))
      element.hidden = number !== "" && !element.dataset.datasets.split(" ").includes(number);
    for (const part of document.querySelectorAll("main > section, nav > ul > li")) {
      const members = part.querySelectorAll("[data-datasets]");
      part.hidden = members.length > 0 && [...members].every((element) => element.hidden);
    }
    const name = filterBox.selectedOptions[0]?.textContent ?? "";
    say(number === "" ? "All datasets are shown" : `Only ${name} and what it uses is shown`);
  }
  filterBox.addEventListener("change", () => {
    const number = filterBox.selectedOptions[0].dataset.number ?? "";
    filter(number);
    if (number) main.querySelector(`.dataset[data-datasets="${number}"]`)?.scrollIntoView();
  });

  // The terms of a codelist beside the variable
  let opener = null;
  function openPanel(button) {
    const link = button.parentElement.querySelector("a");
    const section = link && targetOf(link.hash);
    if (!section) return;
    const copy = section.cloneNode(true);
    for (const element of [copy, ...copy.querySelectorAll("[id], [data-kind]")]) {
      element.removeAttribute("id");
      delete element.dataset.kind;
    }
    const title = copy.querySelector("h3");
    title.querySelector(".permalink")?.remove();
    const heading = make("h2", { id: "panel-title" }, ...title.childNodes);
    title.remove();
    const close = make("button", { type: "button", className: "close", textContent: "Close" });
    close.addEventListener("click", closePanel);
    const whole = make("p", {}, make("a", { href: link.hash, textContent: "Show in the page" }));
    panel.replaceChildren(close, heading, whole, ...copy.childNodes);
    panel.hidden = false;
    panel.scrollTop = 0;
    opener = button;
    panel.focus();
  }
  function closePanel() {
    if (panel.hidden) return;
    panel.hidden = true;
    panel.replaceChildren();
    opener?.focus();
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button?.matches(".level")) setLevel(button, button.getAttribute("aria-expanded") !== "true");
    else if (button?.matches(".peek")) openPanel(button);
    const link = event.target.closest('a[href^="#"]');
    if (!link) return;
    setMenu(false);
    if (link.hash === location.hash) { event.preventDefault(); go(); }
  });

  // Search
  const box = find("search"), list = find("search-results");
  const MOST = 60;
  const KINDS = ["dataset", "variable", "codelist", "display", "result", "value", "term", "standard",
    "document", "method", "comment"];
  const NAMES = { value: "value level", display: "analysis", result: "analysis result" };
  const PARTS = ":scope > h3 .l, :scope > p .l";
  let entries = null, shown = [], at = -1;
  const clean = (element) => element ? element.textContent.trim().replace(/\s+/g, " ") : "";
  function entry(element) {
    const kind = element.dataset.kind, section = element.tagName === "SECTION";
    const name = clean(element.querySelector(".n"));
    const label = clean(element.querySelector(section ? PARTS : ".l"));
    const owner = section ? null : element.closest("section[data-kind]");
    let within = "";
    if (owner) within = owner.shownName ??= clean(owner.querySelector(".n"));
    const full = (kind === "variable" ? `${within}.${name}` : name).toLowerCase();
    const key = `${full} ${name} ${label} ${kind === "variable" ? "" : within}`.toLowerCase();
    return { element, kind, name, label, within, full, short: name.toLowerCase(), text: label.toLowerCase(), key,
      order: KINDS.indexOf(kind) };
  }
  function index() {
    entries ??= [...main.querySelectorAll("[data-kind]")]
      .filter((element) => element.dataset.kind !== "where").map(entry);
    return entries;
  }
  function score(item, query) {
    if (item.short === query || item.full === query) return 0;
    if (item.short.startsWith(query) || item.full.startsWith(query)) return 1;
    if (item.text === query) return 2;
    if (item.short.includes(query)) return 3;
    return item.text.startsWith(query) ? 4 : 5;
  }
  function search(words) {
    const query = words.trim().toLowerCase();
    if (!query) return [];
    const tokens = query.split(/\s+/);
    const found = index().filter((item) => tokens.every((token) => item.key.includes(token)));
    return found.map((item) => [score(item, query) * 100 + item.order, item])
      .sort((a, b) => a[0] - b[0]).map(([, item]) => item);
  }
  function option(item, number) {
    const context = item.within && item.kind !== "variable" ? ` · ${item.within}` : "";
    const name = item.kind === "variable" ? `${item.within}.${item.name}` : item.name;
    const element = make("div", { id: `search-option-${number}`, className: "option" },
      make("span", { className: "kind", textContent: NAMES[item.kind] ?? item.kind }),
      make("strong", { textContent: name, dir: "auto" }),
      make("span", { className: "label", textContent: (item.label + context).replace(/^ · /, ""), dir: "auto" }));
    element.setAttribute("role", "option");
    element.setAttribute("aria-selected", "false");
    return element;
  }
  function showResults() {
    const found = search(box.value);
    shown = found.slice(0, MOST);
    list.replaceChildren(...shown.map(option));
    const open = box.value.trim() !== "";
    if (open && !shown.length) list.append(make("div", { className: "none", textContent: "Nothing found" }));
    setOpen(open);
    choose(shown.length ? 0 : -1);
    const more = found.length > MOST ? `, the first ${MOST} are shown` : "";
    say(open ? `${found.length} found${more}` : "");
  }
  function setOpen(open) {
    list.hidden = !open;
    box.setAttribute("aria-expanded", String(open));
    if (!open) choose(-1);
  }
  function choose(number) {
    list.children[at]?.setAttribute("aria-selected", "false");
    at = number;
    const option = at >= 0 ? list.children[at] : null;
    if (!option) { box.removeAttribute("aria-activedescendant"); return; }
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    box.setAttribute("aria-activedescendant", option.id);
  }
  function jump(number) {
    const item = shown[number];
    if (!item) return;
    setOpen(false);
    const hash = `#${encodeURIComponent(item.element.id).replace(/%2F/g, "/")}`;
    if (location.hash === hash) go(); else location.hash = hash;
  }
  box.addEventListener("input", showResults);
  box.addEventListener("focus", () => { index(); if (box.value.trim()) showResults(); });
  box.addEventListener("blur", () => setOpen(false));
  box.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Escape" && !list.hidden) { setOpen(false); event.preventDefault(); event.stopPropagation(); }
    else if (event.key === "Enter") { event.preventDefault(); jump(at); }
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) { showResults(); return; }
      if (shown.length) choose((at + (event.key === "ArrowDown" ? 1 : shown.length - 1)) % shown.length);
    }
  });
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest(".option");
    if (option) jump([...list.children].indexOf(option));
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { closePanel(); setMenu(false); }
    const typing = event.target.closest("input, select, textarea");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      box.focus();
      box.select();
    }
  });

  // Contents: on a narrow window behind a button; the section in view is marked
  const menu = find("contents");
  function setMenu(open) {
    nav.classList.toggle("open", open);
    menu.setAttribute("aria-expanded", String(open));
  }
  menu.addEventListener("click", () => setMenu(!nav.classList.contains("open")));
  const places = new Map();
  for (const link of nav.querySelectorAll("a")) {
    const target = targetOf(link.hash);
    if (target) places.set(target, link);
  }
  let current = null;
  function mark(link) {
    if (link === current) return;
    current?.removeAttribute("aria-current");
    current = link;
    current.setAttribute("aria-current", "true");
    const box = nav.getBoundingClientRect(), item = current.getBoundingClientRect();
    if (!item.height) return;
    if (item.top < box.top + 8) nav.scrollTop += item.top - box.top - 40;
    else if (item.bottom > box.bottom - 8) nav.scrollTop += item.bottom - box.bottom + 40;
  }
  const watch = new IntersectionObserver((changes) => {
    for (const change of changes) if (change.isIntersecting) mark(places.get(change.target));
  }, { rootMargin: "-15% 0px -80% 0px" });
  for (const target of places.keys()) if (target.matches("section, h2")) watch.observe(target);

  // Light and dark
  find("theme").addEventListener("click", () => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark"
      : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    try { localStorage.setItem("define-theme", root.dataset.theme); } catch { /* no storage */ }
  });

  // On paper everything is open
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...main.querySelectorAll("details:not([open])")];
    for (const details of closed) details.open = true;
  });
  addEventListener("afterprint", () => { for (const details of closed) details.open = false; });
})();
