// Single keys for who works without a mouse. They never fire while typing, with a modifier or over a
// dialog, and can be switched off for good (WCAG 2.1.4). The sheet behind "?" tells all of them.

const { ripeline } = window;
const CHORD_MS = 1500;
const TABS = { m: "mine", t: "team", u: "unassigned", n: "near-miss", e: "expiring", s: "snoozed", c: "closed" };
let chordUntil = 0;

ripeline.move = move;
ripeline.keysOn = () => !document.cookie.split("; ").includes("keys=off");

const rows = () => [...document.querySelectorAll('[data-part="rows"] > [data-key]')];

// The row that a key is about: the one open beside the list, else the one with the focus, else the last.
function currentRow() {
  const opened = ripeline.opened?.();
  const held = opened ? null : document.activeElement.closest?.('[data-part="rows"] > [data-key]');
  const key = opened ? opened.key : ripeline.lastPlace?.key;
  return held ?? (key ? document.querySelector(`[data-part="rows"] > [data-key="${key}"]`) : null);
}

// One row on or back; what is open beside the list goes along.
function move(step) {
  const all = rows();
  const opened = ripeline.opened?.();
  let now = all.indexOf(currentRow());
  if (now < 0 && opened) now = Math.max(opened.index, 0) - (step > 0 ? 1 : 0); // its row went away: on from there
  else if (now < 0) now = step > 0 ? -1 : all.length;
  const link = all[now + step]?.querySelector('[data-act="open"]');
  if (!link) return;
  link.focus({ preventScroll: true });
  link.closest("[data-key]").scrollIntoView({ block: "nearest" });
  if (opened) link.click();
}

// What can be done with all selected rows at once, while some are and nothing is open beside the list.
const together = (act) => (ripeline.opened?.() ? null : document.querySelector(`#selected.is-on [formaction$="/selected/${act}/"]`));

// Press what the selected rows, the row, or the panel beside the list offers; say so where it does not.
function press(act, event) {
  const all = together(act);
  if (all) return all.click();
  const panel = ripeline.opened?.() && act !== "select" ? document.getElementById("panel") : null;
  const place = panel ?? currentRow();
  const control = place?.querySelector(`[data-act="${act}"]`);
  if (!place) move(1); // nothing is done to a row that nobody looks at
  else if (control) control.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, shiftKey: event.shiftKey }));
  else ripeline.toast("That cannot be done here now.");
}

function help() {
  const link = document.querySelector("[data-keys-help]");
  // Asked for by whatever has the focus, so that it gets it back.
  const source = document.activeElement;
  if (link) window.htmx.ajax("GET", link.getAttribute("hx-get"), { source, target: "#dialog-body", swap: "innerHTML" });
}

const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  a: (event) => press("accept", event),
  r: (event) => press("reject", event),
  s: (event) => press("snooze", event),
  o: (event) => press("open", event),
  x: (event) => press("select", event),
  X: (event) => press("select", event), // with Shift: the range from the last one
  u: () => ripeline.undoLast(),
  "/": () => document.getElementById("q")?.select(),
  "?": help,
  g: () => (chordUntil = performance.now() + CHORD_MS),
};

function isTyping(target) {
  if (target.isContentEditable || target.matches("textarea, select")) return true;
  return target.matches("input:not([type=checkbox], [type=radio], [type=button], [type=submit])");
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (!ripeline.keysOn() || isTyping(event.target) || document.getElementById("dialog").open) return;
  const { key } = event;
  const isChord = performance.now() < chordUntil && key in TABS;
  chordUntil = 0;
  const act = isChord ? () => document.querySelector(`.tabs [data-key="${TABS[key]}"]`)?.click() : KEYS[key];
  if (!act) return;
  event.preventDefault();
  act(event);
});

// Enter in the search goes on to what it found.
let seeks = false;
document.addEventListener("keydown", (event) => {
  seeks = event.target.id === "q" && event.key === "Enter" && !event.isComposing;
});
document.body.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (detail.target.id !== "queue") return;
  if (seeks && document.activeElement.id === "q") rows()[0]?.querySelector('[data-act="open"]')?.focus();
  seeks = false;
});

// The switch on the sheet.
document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-keys-switch]")) return;
  document.cookie = `keys=${event.target.checked ? "on" : "off"};path=/;max-age=31536000;samesite=lax`;
});
