"use strict";
// The rubric editor's page: rows that come, go and move, fields that matter for a choice, and
// criteria that change places. Everything is saved by htmx.
window.ripeline = (() => {
  const editor = () => document.getElementById("editor");

  // --- Fields that matter only for the value of another field -------------------------------
  function worth(form) {
    const of = (name) => form.querySelector(`[name$="-${name}"]`)?.value;
    return of("section") === "velocity" ? "velocity" : of("mode") || "tiers";
  }

  function show(form) {
    const prefix = form.dataset.form;
    form.querySelectorAll("[data-when]").forEach((part) => {
      const [name, values] = part.dataset.when.split(":");
      const control = form.querySelector(`[name="${prefix}-${name}"]`);
      const value = name === "worth" ? worth(form) : control?.value;
      part.hidden = !values.split(" ").includes(value);
    });
    form.querySelectorAll('select[name$="window_kind"]').forEach((kind) => {
      const isLong = ["first", "last", "trial_last"].includes(kind.value);
      const parts = kind.parentElement.querySelectorAll('[name$="window_number"], [name$="window_unit"]');
      parts.forEach((part) => { (part.closest(".relative") || part).hidden = !isLong; part.hidden = !isLong; });
    });
  }

  // --- A long list of check boxes is narrowed down by typing --------------------------------
  function narrow(box) {
    const labels = [...box.querySelectorAll("label")];
    if (labels.length < 10 || box.dataset.narrowed) return;
    box.dataset.narrowed = "yes";
    const field = document.createElement("input");
    field.type = "search";
    field.className = "ed-input";
    field.placeholder = "Find";
    field.setAttribute("aria-label", "Find in: " + (box.closest("fieldset")?.querySelector("legend")?.textContent || "list"));
    field.addEventListener("input", (event) => {
      event.stopPropagation();
      const words = field.value.toLowerCase();
      labels.forEach((label) => {
        const fits = label.textContent.toLowerCase().includes(words) || label.querySelector("input").checked;
        label.parentElement.hidden = !fits;
      });
    });
    box.before(field);
    // Those that are chosen stand first.
    labels.filter((label) => label.querySelector("input").checked).reverse()
      .forEach((label) => box.prepend(label.parentElement));
  }

  function count(area) {
    const lines = area.value.split("\n").filter((line) => line.trim()).length;
    const shown = area.closest(".ed-field").querySelector("[data-count]");
    if (shown) shown.textContent = `(${lines})`;
  }

  // Leaving the page with what is typed and not saved asks first.
  function touch(field) {
    const form = field.closest?.("#editor form.ed-form");
    if (form && !field.dataset.find) form.dataset.touched = "yes";
  }

  function enhance(root) {
    root.querySelectorAll?.("form[data-form]").forEach(show);
    root.querySelectorAll?.(".ed-control > div[id]").forEach(narrow);
    root.querySelectorAll?.(".ed-values").forEach(count);
    root.querySelectorAll?.("textarea[name=pasted]").forEach((area) => { if (area.value) touch(area); });
  }

  // --- Rows: tiers, conditions, groups, bands -------------------------------------------------
  let made = 0;
  function changed(within) {
    within.closest("form").dispatchEvent(new Event("ripeline:rows"));
  }

  function addRow(button) {
    const holder = button.parentElement;
    const text = holder.querySelector("template").innerHTML.replaceAll("__row__", `n${++made}`);
    const rows = holder.querySelector("[data-rows]");
    rows.insertAdjacentHTML("beforeend", text);
    const row = rows.lastElementChild;
    enhance(row);
    row.querySelector("input:not([type=hidden]), select, textarea")?.focus();
  }

  function removeRow(row) {
    const undo = document.createElement("li");
    undo.className = "ed-tier";
    undo.innerHTML = '<p role="status">Removed. <button type="button" class="ed-button">Undo</button></p>';
    undo.querySelector("button").addEventListener("click", () => {
      undo.replaceWith(row);
      row.querySelector("[data-row-remove]").focus();
      changed(row);
    });
    row.replaceWith(undo);
    undo.querySelector("button").focus();
    changed(undo);
  }

  function step(element, by, sibling) {
    const other = by < 0 ? element.previousElementSibling : element.nextElementSibling;
    if (!other || !other.matches(sibling)) return false;
    if (by < 0) other.before(element); else other.after(element);
    return true;
  }

  // --- Criteria change places -----------------------------------------------------------------
  function moved(line) {
    const lines = [...line.parentElement.children].filter((one) => one.dataset.key);
    const url = new URL(`../criteria/${line.dataset.key}/`, new URL(editor().dataset.base, location)).pathname;
    window.htmx.ajax("POST", url, { source: editor(), swap: "none", values: { act: "move", place: lines.indexOf(line) } });
  }

  function dropped(key) {
    const line = document.getElementById(`c-${key}`);
    if (line) setTimeout(() => moved(line));
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("#editor button");
    if (!button) return;
    const row = button.closest("[data-row]");
    if (button.matches("[data-add-row]")) addRow(button);
    else if (button.matches("[data-row-remove]")) removeRow(row);
    else if (button.matches("[data-row-move]")) {
      if (step(row, Number(button.dataset.rowMove), "[data-row]")) changed(row);
      button.focus();
    } else if (button.matches("[data-move]")) {
      const line = button.closest(".ed-line");
      if (step(line, Number(button.dataset.move), "[data-key]")) moved(line);
      button.focus();
    } else if (button.matches("[data-close]")) button.closest("li").remove();
    else if (button.matches("[data-chosen]")) {
      document.getElementById("try-found").replaceChildren();
      document.getElementById("try-q").value = "";
    }
    if (button.closest(".ed-menu-items")) button.closest("details").open = false;
  });

  document.addEventListener("change", (event) => {
    const form = event.target.closest?.("#editor form[data-form]");
    if (form) show(form);
    const menu = event.target.closest?.("select[data-condition]");
    if (menu && menu.value) {
      const url = `${menu.dataset.condition}?measure=${menu.value}&row=n${++made}`;
      window.htmx.ajax("GET", url, { target: menu.dataset.into, swap: "beforeend" });
      menu.value = "";
    }
  });

  document.addEventListener("input", (event) => {
    const field = event.target;
    if (field.matches?.(".ed-values")) count(field);
    if (!field.dataset?.find) return;
    const area = document.querySelector(field.dataset.find);
    const words = field.value.trim().toLowerCase();
    const lines = area.value.split("\n");
    const found = words ? lines.filter((line) => line.toLowerCase().includes(words)) : [];
    const told = field.parentElement.querySelector("[data-found]");
    told.textContent = !words ? "" : found.length ? `${found.length} found: ${found.slice(0, 8).join(", ")}` : "Not in the list.";
    const at = words ? area.value.toLowerCase().indexOf(words) : -1;
    if (at >= 0) area.scrollTop = (area.value.slice(0, at).split("\n").length - 2) * (area.scrollHeight / lines.length);
  });

  document.addEventListener("htmx:load", (event) => enhance(event.detail.elt));
  document.addEventListener("DOMContentLoaded", () => enhance(document));
  // What was refused (a version published meanwhile) is shown where it was asked for.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.status === 409) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
      event.detail.target = document.getElementById("news");
    }
  });
  window.addEventListener("beforeunload", (event) => {
    if (document.querySelector("#editor form[data-touched]")) event.preventDefault();
  });
  document.addEventListener("input", (event) => touch(event.target));

  return { dropped };
})();
