// What htmx does not do: the dialog, toasts, the theme, and a queue that stays up to date in place.
"use strict";

document.documentElement.classList.add("js");
const POLL_MS = 3000;
const dialog = document.getElementById("dialog");
const toasts = document.getElementById("toasts");
let opener = null; // what opened the dialog: {key, act} of a row, or an element

// --- Toasts -------------------------------------------------------------------------------------
function toast(message, kind) {
  const note = document.createElement("div");
  note.className = kind ? `toast toast-${kind}` : "toast";
  note.textContent = message;
  toasts.append(note);
  setTimeout(() => note.remove(), kind ? 9000 : 5000);
}

document.body.addEventListener("ripeline:done", (event) => {
  if (dialog.open) dialog.close();
  toast(event.detail.message);
  pulse();
});
document.body.addEventListener("ripeline:refused", (event) => {
  if (dialog.open) dialog.close();
  toast(event.detail.message, "refused");
  pulse();
});
document.body.addEventListener("htmx:responseError", (event) => {
  if (event.detail.xhr.status !== 409) toast("That did not work. Reload the page and try again.", "refused");
});
document.body.addEventListener("htmx:sendError", () => toast("No connection. Nothing was changed.", "refused"));
// A session that ended answers with the login page; show it as a page, not inside this one.
document.body.addEventListener("htmx:beforeSwap", (event) => {
  if (new URL(event.detail.xhr.responseURL || location.href, location.href).pathname === "/login/") {
    event.detail.shouldSwap = false;
    location.reload();
  }
});

// --- Dialog -------------------------------------------------------------------------------------
document.body.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.target.id === "dialog-body" && !dialog.open) opener = placeOf(event.detail.elt);
});
// Settled, not swapped: only now does htmx know the form, and a quick Enter must not leave the page.
document.body.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target.id !== "dialog-body") return;
  if (!dialog.open) dialog.showModal();
  const first = dialog.querySelector("[autofocus]");
  if (first) first.focus();
});
dialog.addEventListener("close", () => {
  document.getElementById("dialog-body").replaceChildren();
  if (opener) focusPlace(opener);
  opener = null;
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-close]")) dialog.close();
  if (event.target === dialog) dialog.close();
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector("details.menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// --- Theme --------------------------------------------------------------------------------------
const themes = ["auto", "light", "dark"];
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

for (const button of document.querySelectorAll("[data-theme-next]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const now = document.documentElement.dataset.theme;
    const next = themes[(themes.indexOf(now) + 1) % themes.length];
    document.documentElement.dataset.theme = next;
    button.querySelector("[data-theme-name]").textContent = next[0].toUpperCase() + next.slice(1);
    document.cookie = `theme=${next};path=/;max-age=31536000;samesite=lax`;
  });
}

// --- The live queue -----------------------------------------------------------------------------
let asking = false;
let failures = 0;

async function pulse() {
  const live = document.querySelector("[data-live]");
  if (!live || asking || document.hidden || dialog.open) return;
  asking = true;
  try {
    const response = await fetch(live.dataset.pulse, { headers: { "HX-Request": "true" } });
    failures = 0;
    if (response.redirected) location.reload();
    // The page may have been filtered or left while we asked.
    else if (response.status === 200 && live.isConnected && !dialog.open) patch(live, await response.text());
  } catch {
    failures += 1;
  } finally {
    asking = false;
  }
}

function tick() {
  setTimeout(() => pulse().finally(tick), POLL_MS * Math.min(2 ** failures, 20));
}

function patch(live, html) {
  const fresh = new DOMParser().parseFromString(html, "text/html").querySelector("[data-live]");
  if (!fresh) return;
  const lost = document.activeElement === document.body;
  const place = lost ? lastPlace : placeOf(document.activeElement);
  live.dataset.pulse = fresh.dataset.pulse;
  for (const part of ["tabs", "notice", "after", "columns"]) {
    const [before, after] = [live, fresh].map((root) => root.querySelector(`[data-part="${part}"]`));
    if (before.innerHTML !== after.innerHTML) before.innerHTML = after.innerHTML;
    before.hidden = after.hidden;
  }
  const news = patchRows(live.querySelector('[data-part="rows"]'), fresh.querySelector('[data-part="rows"]'));
  if (place) focusPlace(place);
  if (news) announce(news);
}

// Rows are kept, replaced, moved or removed by key, so that what did not change is not touched.
function patchRows(list, fresh) {
  const old = new Map([...list.children].map((row) => [row.dataset.key, row]));
  let news = 0;
  [...fresh.children].forEach((row, index) => {
    let kept = old.get(row.dataset.key);
    old.delete(row.dataset.key);
    if (!kept) {
      row.classList.add("is-fresh");
      news += 1;
    }
    if (!kept || kept.dataset.mark !== row.dataset.mark) {
      if (kept) kept.remove();
      kept = document.adoptNode(row);
      list.insertBefore(kept, list.children[index] || null);
      window.htmx.process(kept);
    } else if (list.children[index] !== kept) {
      list.insertBefore(kept, list.children[index] || null);
    }
  });
  old.forEach((row) => row.remove());
  return news;
}

function announce(news) {
  const words = `${news} new PQL${news === 1 ? "" : "s"}`;
  if (window.scrollY < 120) {
    toast(words);
    return;
  }
  document.querySelector(".fresh-pill")?.remove();
  const pill = document.createElement("button");
  pill.className = "button button-primary fresh-pill";
  pill.textContent = `${words}: show`;
  pill.addEventListener("click", () => {
    window.scrollTo({ top: 0 });
    pill.remove();
  });
  document.getElementById("main").prepend(pill);
}

// Where the focus is, in words that outlive the element: which row, which control, and the row's index.
function placeOf(element) {
  const row = element?.closest?.("[data-key]");
  if (!row) return element && element !== document.body ? { element } : null;
  const index = [...row.parentElement.children].indexOf(row);
  return { element, key: row.dataset.key, act: element.dataset.act, index };
}

function focusPlace(place) {
  if (place.element?.isConnected) {
    if (document.activeElement !== place.element) place.element.focus({ preventScroll: true });
    return;
  }
  const row = place.key && document.querySelector(`[data-key="${place.key}"]`);
  if (row) {
    const control = (place.act && row.querySelector(`[data-act="${place.act}"]`)) || row.querySelector("a, button") || row;
    control.focus({ preventScroll: true });
    return;
  }
  // The row went away: on to the one that took its place, or the current tab if none is left.
  const rows = document.querySelectorAll('[data-part="rows"] > [data-key]');
  const next = rows[Math.min(place.index ?? 0, rows.length - 1)];
  const goal = next?.querySelector(`[data-act="${place.act}"]`) || next?.querySelector("[data-act]") || document.querySelector(".tabs [aria-current]") || document.getElementById("main");
  goal.focus({ preventScroll: Boolean(next) });
}

// Where the focus was, should it fall out of the page with what it was on; a click lets it go.
let lastPlace = null;
document.addEventListener("focusin", (event) => {
  if (!dialog.contains(event.target)) lastPlace = placeOf(event.target);
});
document.addEventListener("pointerdown", (event) => {
  if (!event.target.closest("a, button")) lastPlace = null;
});

if (document.querySelector("[data-live]")) tick();
document.addEventListener("visibilitychange", pulse);
