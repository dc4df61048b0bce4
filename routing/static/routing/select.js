// Rows are selected for what is done to many at once: by click, `x`, a range with Shift, or the page.

const selected = new Set(); // ids of PQLs; rows are replaced under our hands, ids stay
let anchor = null; // where a range begins

const boxes = () => [...document.querySelectorAll('[data-part="rows"] [data-act="select"]')];

function show() {
  const all = boxes();
  const there = new Set(all.map((box) => box.value));
  for (const id of selected) if (!there.has(id)) selected.delete(id);
  for (const box of all) box.checked = selected.has(box.value);
  const form = document.getElementById("selected");
  if (!form) return;
  const whole = form.querySelector("[data-select-all]");
  whole.disabled = all.length === 0;
  whole.checked = all.length > 0 && selected.size === all.length;
  whole.indeterminate = selected.size > 0 && !whole.checked;
  form.classList.toggle("is-on", selected.size > 0);
  form.querySelector("[data-selected-count]").textContent = selected.size ? `${selected.size} selected` : "Select all on this page";
}

function set(box, on) {
  if (on) selected.add(box.value);
  else selected.delete(box.value);
}

document.addEventListener("click", (event) => {
  const box = event.target;
  if (!box.matches?.('[data-act="select"]')) return;
  const all = boxes();
  const [from, to] = [all.findIndex((one) => one.value === anchor), all.indexOf(box)];
  if (event.shiftKey && from >= 0) {
    for (const one of all.slice(Math.min(from, to), Math.max(from, to) + 1)) set(one, box.checked);
  } else {
    set(box, box.checked);
  }
  anchor = box.value;
  show();
});
document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-select-all]")) return;
  for (const box of boxes()) set(box, event.target.checked);
  show();
});
// Done: who was selected is selected no longer.
document.body.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.xhr.status !== 204 || !detail.requestConfig.elt.closest("#selected, [data-selected]")) return;
  selected.clear();
  show();
});
document.addEventListener("ripeline:patched", show);
document.body.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id === "queue") show();
});
show();
