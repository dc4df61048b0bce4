// A queue that stays up to date in place: rows are kept, replaced, moved or removed by key.

const { ripeline } = window;
const POLL_MS = 3000;
const dialog = document.getElementById("dialog");
let asking = false;
let failures = 0;
// Tasks and tags changed here are no part of what the page says it has seen.
let acted = 0;
let shown = 0; // how many of the actions the list tells of

async function pulse() {
  const live = document.querySelector("[data-live]");
  if (!live || asking || document.hidden || dialog.open) return;
  asking = true;
  const now = acted;
  const address = now > shown ? live.dataset.pulse.replace(/seen=[^&]*/, "seen=") : live.dataset.pulse;
  try {
    const response = await fetch(address, { headers: { "HX-Request": "true" } });
    failures = 0;
    if (response.redirected) return location.reload();
    const html = await response.text();
    // The page may have been filtered or left, or a dialog opened, while we asked.
    if (response.status === 200 && live.isConnected && !dialog.open) {
      patch(live, html);
      shown = now;
    }
  } catch {
    failures += 1;
  } finally {
    asking = false;
  }
  if (acted > now) pulse(); // done while we asked: the answer may be from before
}

function tick() {
  setTimeout(() => pulse().finally(tick), POLL_MS * Math.min(2 ** failures, 20));
}

function patch(live, html) {
  const fresh = new DOMParser().parseFromString(html, "text/html").querySelector("[data-live]");
  if (!fresh) return;
  const lost = document.activeElement === document.body;
  const place = lost ? ripeline.lastPlace : ripeline.placeOf(document.activeElement);
  live.dataset.pulse = fresh.dataset.pulse;
  for (const part of ["tabs", "notice", "chips", "columns", "after"]) {
    const [before, after] = [live, fresh].map((root) => root.querySelector(`[data-part="${part}"]`));
    if (before.innerHTML !== after.innerHTML) {
      before.innerHTML = after.innerHTML;
      window.htmx.process(before);
    }
    before.hidden = after.hidden;
  }
  const news = patchRows(live.querySelector('[data-part="rows"]'), fresh.querySelector('[data-part="rows"]'));
  if (place) ripeline.focusPlace(place);
  if (news) announce(news);
  document.dispatchEvent(new CustomEvent("ripeline:patched"));
}

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
    ripeline.toast(words);
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

document.body.addEventListener("ripeline:done", () => {
  acted += 1;
  pulse();
});
document.body.addEventListener("ripeline:refused", pulse);
dialog.addEventListener("close", pulse); // nothing moves under it while it is open
document.addEventListener("visibilitychange", pulse);
document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
tick();
