// A lead beside the list: at the right where there is room, over the list where there is not.
// The address keeps which, as ?open=<lead>.

const { ripeline } = window;
const panel = document.getElementById("panel");
const body = document.getElementById("panel-body");
const narrow = window.matchMedia("(max-width: 900px)");
let now = null; // {url, lead, key, index}: what is open, and where in the list it was

ripeline.opened = () => (panel.open ? now : null);

const leadOf = (url) => url.match(/(\d+)\/$/)[1];

function open(url, row) {
  const rows = row ? [...row.parentElement.children] : [];
  now = { url, lead: leadOf(url), key: row?.dataset.key ?? null, index: rows.indexOf(row) };
  load();
}

// Fetched by htmx, so that what is inside works as anywhere else.
async function load() {
  const wanted = now;
  await window.htmx.ajax("GET", now.url, { source: panel, target: "#panel-body", swap: "innerHTML" });
  if (now !== wanted || !body.firstElementChild) return;
  if (!panel.open) panel.show();
  layOut();
  mark();
  document.getElementById("panel-title")?.focus({ preventScroll: true });
  panel.scrollTop = 0;
}

function close() {
  panel.close();
  const place = { key: now.key, act: "open", index: Math.max(now.index, 0) };
  now = null;
  body.replaceChildren();
  layOut();
  mark();
  ripeline.focusPlace(place);
}

// Narrow, the list behind it is out of reach as well as out of sight.
function layOut() {
  const covers = panel.open && narrow.matches;
  document.documentElement.classList.toggle("has-panel", panel.open);
  for (const part of [document.getElementById("main"), document.querySelector(".top")]) part.inert = covers;
}

function mark() {
  const address = new URL(location.href);
  if (panel.open) address.searchParams.set("open", now.lead);
  else address.searchParams.delete("open");
  if (address.href !== location.href) history.replaceState(history.state, "", address);
  for (const row of document.querySelectorAll('[data-part="rows"] > [data-key]')) {
    row.classList.toggle("is-open", panel.open && row.dataset.key === now.key);
  }
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-panel-close]")) return close();
  const step = event.target.closest("[data-panel-step]");
  if (step) return ripeline.move(Number(step.dataset.panelStep));
  const link = event.target.closest("a[data-panel]");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  open(link.dataset.panel, link.closest("[data-key]"));
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || !panel.open) return;
  if (document.getElementById("dialog").open) return;
  event.preventDefault();
  close();
});
// After an action the work in it fetches itself anew, and the list may have moved under it.
document.body.addEventListener("htmx:afterSettle", () => {
  if (!panel.open || document.activeElement !== document.body || document.getElementById("dialog").open) return;
  document.getElementById("panel-title")?.focus({ preventScroll: true });
});
document.addEventListener("ripeline:patched", () => {
  if (!panel.open) return;
  const rows = [...document.querySelectorAll('[data-part="rows"] > [data-key]')];
  const index = rows.findIndex((row) => row.dataset.key === now.key);
  if (index >= 0) now.index = index;
  mark();
});
document.body.addEventListener("htmx:pushedIntoHistory", () => panel.open && mark());
narrow.addEventListener("change", layOut);

// Copy, with what the browser allows where the page is not served safely.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    ripeline.toast("Copied.");
  } catch {
    ripeline.toast(`Copy it by hand: ${button.dataset.copy}`);
  }
});

const asked = new URLSearchParams(location.search).get("open");
if (/^\d+$/.test(asked ?? "")) {
  const link = [...document.querySelectorAll("a[data-panel]")].find((one) => leadOf(one.dataset.panel) === asked);
  open(link?.dataset.panel ?? panel.dataset.url.replace("/0/", `/${asked}/`), link?.closest("[data-key]"));
}
