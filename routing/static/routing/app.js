// What every page of the reps has: the dialog, menus, the theme, and a focus that is never lost.
// toasts.js, keys.js, live.js, select.js and panel.js build on what `window.ripeline` holds.

document.documentElement.classList.add("js");
const dialog = document.getElementById("dialog");
let opener = null; // what opened the dialog: {key, act} of a row, or an element
let lastPlace = null; // where the focus was, should it fall out of the page with what it was on

const ripeline = (window.ripeline = {
  placeOf,
  focusPlace,
  get lastPlace() {
    return lastPlace;
  },
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
// Answered, it is done with; an answer to something else must not take away what is typed in it.
document.body.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (dialog.contains(detail.requestConfig.elt) && detail.xhr.getResponseHeader("HX-Trigger")) dialog.close();
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
    event.preventDefault(); // one Escape closes one thing
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
// A session that ended answers with the login page; show it as a page, not inside this one.
document.body.addEventListener("htmx:beforeSwap", (event) => {
  if (new URL(event.detail.xhr.responseURL || location.href, location.href).pathname === "/login/") {
    event.detail.shouldSwap = false;
    location.reload();
  }
});

// --- Theme and printing -------------------------------------------------------------------------
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

// --- Where the focus is -------------------------------------------------------------------------
// In words that outlive the element: which row, which control, and the row's index.
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

document.addEventListener("focusin", (event) => {
  if (!dialog.contains(event.target) && !event.target.closest("#toasts")) lastPlace = placeOf(event.target);
});
// A click on nothing lets it go.
document.addEventListener("pointerdown", (event) => {
  if (!event.target.closest("a, button")) lastPlace = null;
});
