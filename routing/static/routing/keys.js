// Single keys for who works without a mouse. They never fire while typing, with a modifier or over a
// dialog, and can be switched off for good (WCAG 2.1.4). The sheet behind "?" tells all of them.

const { ripeline } = window;
const CHORD_MS = 1500;
const TABS = { m: "mine", t: "team", u: "unassigned", n: "near-miss", e: "expiring", s: "snoozed", c: "closed" };
let chordUntil = 0;

ripeline.keysOn = () => !document.cookie.split("; ").includes("keys=off");

const rows = () => [...document.querySelectorAll('[data-part="rows"] > [data-key]')];

// The row that a key is about: the one with the focus, else the one it was in, else none.
function currentRow() {
  const held = document.activeElement.closest?.('[data-part="rows"] > [data-key]');
  const key = ripeline.openKey?.() ?? ripeline.lastPlace?.key;
  return held ?? (key ? document.querySelector(`[data-part="rows"] > [data-key="${key}"]`) : null);
}

function move(step) {
  const all = rows();
  const now = all.indexOf(currentRow());
  const next = all[now < 0 ? (step > 0 ? 0 : all.length - 1) : now + step];
  if (!next) return;
  next.querySelector('[data-act="open"]').focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
  if (ripeline.openKey?.()) next.querySelector('[data-act="open"]').click();
}

// Press what the row offers; say so where it does not.
function press(act) {
  const row = currentRow();
  const control = row?.querySelector(`[data-act="${act}"]`);
  if (!row) move(1); // nothing is done to a row that nobody looks at
  else if (control) control.click();
  else ripeline.toast("This row does not offer that now.");
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
  a: () => press("accept"),
  r: () => press("reject"),
  s: () => press("snooze"),
  o: () => press("open"),
  x: () => press("choose"),
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
  act();
});

// The switch on the sheet.
document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-keys-switch]")) return;
  document.cookie = `keys=${event.target.checked ? "on" : "off"};path=/;max-age=31536000;samesite=lax`;
});
