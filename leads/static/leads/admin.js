// What the admin's theme leaves out for who works by keys or listens: things to click that are
// neither links nor buttons, icons that are read aloud by their names, fields without one.

(() => {
  // What an icon does where it stands alone.
  const DOES = {
    arrow_back: "Go back", close: "Close", dock_to_right: "Navigation", drag_indicator: "Move",
    expand_more: "Expand", more_horiz: "More", more_vert: "More", search: "Search",
  };
  const ICON = ".material-symbols-outlined";

  function mendAll(root) {
    const all = (selector) => [...(root.matches?.(selector) ? [root] : []), ...root.querySelectorAll(selector)];
    all("[x-on\\:click]").forEach(makeButton);
    all(ICON).forEach(hushIcon);
    all(".tabular td[data-label] :is(input, select, textarea)").forEach(nameByColumn);
    all(".select2-selection").forEach(nameChoice);
    all(".help-tooltip[aria-label]").forEach((mark) => mark.setAttribute("role", "img"));
    all(".overflow-x-auto").forEach((wide) => scrolling.observe(wide));
  }

  // A thing to click takes the focus, and Enter and Space click it.
  function makeButton(thing) {
    if (thing.matches("a[href], button, input, label, summary, select") || !thing.textContent.trim()) return;
    const title = titleOfRow(thing);
    if (!title && thing.querySelector("a, button, input, [x-on\\:click]")) return;
    const button = title ?? (thing.matches("h1, h2, h3, h4") ? wrapInside(thing) : thing);
    if (title) tellWhetherOpen(title, thing);
    button.setAttribute("role", "button");
    button.tabIndex = 0;
    button.addEventListener("keydown", (event) => {
      if (event.target !== button || !["Enter", " "].includes(event.key)) return;
      event.preventDefault();
      button.click();
    });
  }

  // The heading of a row that opens and closes has things to click in it: its title is the button.
  function titleOfRow(thing) {
    return thing.matches("[x-data*=openRow] h3") ? thing.querySelector("strong") : null;
  }

  function tellWhetherOpen(title, heading) {
    const tell = () => title.setAttribute("aria-expanded", String(Boolean(window.Alpine?.$data(heading).openRow)));
    heading.addEventListener("click", () => setTimeout(tell));
    tell();
  }

  // A row that was just added is there to be filled in: it opens, and its first field has the focus.
  document.addEventListener("formset:added", ({ target }) => setTimeout(() => {
    const title = target.querySelector("h3 strong[aria-expanded=false]");
    if (!title) return;
    title.click();
    setTimeout(() => target.querySelector("input:not([type=hidden])")?.focus());
  }));

  // A heading stays one: what is in it becomes the button.
  function wrapInside(heading) {
    const inside = document.createElement("span");
    inside.className = "flex flex-row grow items-center";
    inside.append(...heading.childNodes);
    heading.append(inside);
    return inside;
  }

  // An icon is a ligature: to a screen reader it is the word "chevron_right".
  function hushIcon(icon) {
    const word = icon.textContent.trim();
    const control = icon.closest("a, button, [role=button]");
    icon.setAttribute("aria-hidden", "true");
    if (!control || control.hasAttribute("aria-label")) return;
    const rest = [...control.querySelectorAll(ICON)].reduce(
      (text, one) => text.replace(one.textContent.trim(), ""), control.textContent,
    );
    if (!rest.trim()) control.setAttribute("aria-label", DOES[word] ?? (control.title || word.replaceAll("_", " ")));
    if (control === icon) icon.removeAttribute("aria-hidden");
  }

  // A choice that is searched is called what its field is called, also while nothing is chosen.
  function nameChoice(selection) {
    const select = selection.closest(".select2-container")?.previousElementSibling;
    const label = select && document.querySelector(`label[for="${CSS.escape(select.id)}"]`);
    const name = label?.textContent.replace("*", "").trim() || select?.getAttribute("aria-label");
    if (!name) return;
    selection.removeAttribute("aria-labelledby");
    selection.setAttribute("aria-label", name);
    for (const part of selection.querySelectorAll("[role=textbox], [role=searchbox]")) part.setAttribute("aria-label", name);
  }

  // A field in a table is called what its column is called.
  function nameByColumn(field) {
    if (field.type === "hidden" || field.labels?.length || field.hasAttribute("aria-label")) return;
    field.setAttribute("aria-label", field.closest("td").dataset.label);
  }

  // What scrolls sideways is scrolled by keys too, while it does.
  const scrolling = new ResizeObserver((changes) => {
    for (const { target } of changes) {
      if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
      else target.removeAttribute("tabindex");
    }
  });

  // No pause between the showing of what came and htmx knowing it: a quick click in it would do
  // nothing, and a quick Enter leave the page.
  if (window.htmx) window.htmx.config.defaultSettleDelay = 0;

  addEventListener("load", () => {
    mendAll(document.body);
    new MutationObserver((changes) => {
      for (const { addedNodes } of changes) {
        for (const node of addedNodes) if (node.nodeType === Node.ELEMENT_NODE) mendAll(node);
      }
    }).observe(document.body, { childList: true, subtree: true });
  });
})();
