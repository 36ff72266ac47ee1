"use strict";
// Filters, tables of tests that are made when a unit is opened, and buttons that copy. All text is set as text, never as markup.
(() => {
  const OUTCOMES = [["failed", "✗"], ["error", "!"], ["xpassed", "✓"], ["passed", "✓"], ["skipped", "○"], ["xfailed", "○"]];
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const one = (selector, within = document) => within.querySelector(selector);
  const made = (tag, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };
  const counted = (number, noun) => `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;

  // Units, and what of each stands elsewhere on the page.
  const units = all("li.unit").map((item) => ({
    item,
    card: document.getElementById(`failure-${item.dataset.unit}`)?.parentElement,
    outcomes: item.dataset.outcome.split(" "),
    text: null,
  }));
  const textOf = (unit) => {
    unit.text ??= `${unit.item.textContent} ${unit.card?.textContent ?? ""}`.toLowerCase();
    return unit.text;
  };

  // The state of the page is what stands in its address: #text=…&outcome=…&at=…
  const form = one(".filters");
  const state = { text: "", outcomes: new Set(), at: "" };
  const remember = () => {
    const parameters = new URLSearchParams();
    if (state.text) parameters.set("text", state.text);
    if (state.outcomes.size) parameters.set("outcome", [...state.outcomes].join(","));
    if (state.at) parameters.set("at", state.at);
    const address = `#${parameters}`;
    if (address === (location.hash || "#")) return;
    try {
      history.replaceState(null, "", address);
    } catch {
      location.hash = address;
    }
  };
  const recall = () => {
    const hash = location.hash.slice(1);
    const parameters = new URLSearchParams(document.getElementById(hash) ? { at: hash } : hash);
    const known = all("input[name=outcome]", form ?? document).map((input) => input.value);
    state.text = parameters.get("text") ?? "";
    state.outcomes = new Set((parameters.get("outcome") ?? "").split(",").filter((outcome) => known.includes(outcome)));
    state.at = parameters.get("at") ?? "";
    show();
    history.scrollRestoration = state.at ? "manual" : "auto";
    if (state.at) goTo(state.at);
  };

  const show = () => {
    if (!form) return;
    form.elements.text.value = state.text;
    for (const input of all("input[name=outcome]", form)) input.checked = state.outcomes.has(input.value);
    const text = state.text.trim().toLowerCase();
    let shown = 0;
    for (const unit of units) {
      const isChosen = !state.outcomes.size || unit.outcomes.some((outcome) => state.outcomes.has(outcome));
      const isShown = isChosen && (!text || textOf(unit).includes(text));
      unit.item.hidden = !isShown;
      if (unit.card) unit.card.hidden = !isShown;
      if (isShown) showRows(unit, text);
      shown += isShown;
    }
    const failures = one(".failures");
    if (failures) failures.hidden = !units.some((unit) => unit.card && !unit.card.hidden);
    const isFiltered = text !== "" || state.outcomes.size > 0;
    one(".nothing").hidden = shown > 0;
    one(".units").hidden = shown === 0;
    one("button[type=reset]", form).disabled = !isFiltered;
    one(".count", form).textContent = isFiltered ? `${shown} of ${counted(units.length, "unit")}` : counted(units.length, "unit");
  };

  // In a unit that is open, only the tests that the text names, unless it names none of them.
  const showRows = (unit, text) => {
    const rows = all(".tests tbody tr", unit.item);
    const named = rows.filter((row) => row.textContent.toLowerCase().includes(text));
    for (const row of rows) row.hidden = named.length > 0 && !named.includes(row);
  };

  const reveal = (target) => {
    if (target.closest("[hidden]")) {
      state.text = "";
      state.outcomes.clear();
      show();
    }
    for (let around = target; around; around = around.parentElement) {
      if (around.localName === "details") around.open = true;
    }
  };
  const goTo = (id) => {
    const target = document.getElementById(id);
    if (!target) return;
    reveal(target);
    const focused = target.localName === "details" ? one("summary", target) : target;
    focused.focus({ preventScroll: true });
    target.scrollIntoView();
  };

  const rowOf = (outcome, file, name, milliseconds, said) => {
    const [word, sign] = OUTCOMES[outcome];
    const badge = made("span", { className: `outcome ${word}` }, made("span", { ariaHidden: "true" }, sign), ` ${word}`);
    const id = made("th", { scope: "row" }, made("code", {}, file ? `${file}::${name}` : name));
    if (said) id.append(made("span", { className: "note" }, said));
    const time = milliseconds < 1000 ? `${milliseconds} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
    return made("tr", {}, made("td", {}, badge), id, made("td", { className: "number" }, time));
  };
  const fill = (unit) => {
    const place = one(".tests", unit.item);
    if (!place || place.firstChild) return;
    const rows = [];
    for (const [outcome, file, names, times, said] of JSON.parse(one("script", unit.item).textContent)) {
      names.forEach((name, index) => rows.push(rowOf(outcome, file, name, times[index], said?.[index])));
    }
    const heads = [["Outcome", ""], ["Test", ""], ["Time", "number"]].map(([text, className]) =>
      made("th", { scope: "col", className }, text));
    const missing = Number(place.dataset.missing);
    place.append(
      made("table", {}, made("caption", {}, counted(rows.length + missing, "test")),
        made("thead", {}, made("tr", {}, ...heads)), made("tbody", {}, ...rows)),
    );
    if (missing) place.append(made("p", { className: "quiet" }, `… and ${missing.toLocaleString("en")} more: see report.json.`));
    showRows(unit, state.text.trim().toLowerCase());
  };

  const heard = one("p.heard");
  const copy = async (button) => {
    const code = one("code", button.parentElement);
    try {
      await navigator.clipboard.writeText(code.textContent);
    } catch {
      getSelection().selectAllChildren(code);
      if (!document.execCommand("copy")) {
        heard.textContent = "The command is selected";
        return;
      }
    }
    heard.textContent = "Copied";
    button.classList.add("copied");
    setTimeout(() => {
      heard.textContent = "";
      button.classList.remove("copied");
    }, 2000);
  };

  document.addEventListener("toggle", (event) => {
    const item = event.target.open && event.target.parentElement;
    const unit = item && units.find((each) => each.item === item);
    if (unit) fill(unit);
  }, true);
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    const button = event.target.closest("button.copy");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      state.at = link.hash.slice(1);
      goTo(state.at);
      remember();
    }
    if (button) copy(button);
  });
  form?.addEventListener("submit", (event) => event.preventDefault());
  form?.addEventListener("input", () => {
    state.text = form.elements.text.value;
    state.outcomes = new Set(all("input[name=outcome]:checked", form).map((input) => input.value));
    state.at = "";
    show();
    remember();
  });
  form?.addEventListener("reset", () => {
    Object.assign(state, { text: "", outcomes: new Set(), at: "" });
    show();
    remember();
    form.elements.text.focus();
  });
  addEventListener("hashchange", recall);

  // A page without its script (some viewers allow none) is whole but for these.
  if (form) form.hidden = false;
  for (const notice of all(".without-script")) notice.hidden = true;
  for (const button of all("button.copy")) button.hidden = false;
  recall();
})();
