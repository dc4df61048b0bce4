// The bell's count stays up to date; the inbox page is shown anew when it grows.

const POLL_MS = 15000;
let failures = 0;

async function look() {
  const bell = document.getElementById("bell");
  if (!bell || document.hidden) return;
  try {
    const response = await fetch(`${bell.dataset.pulse}?seen=${bell.dataset.seen}`, {
      headers: { "HX-Request": "true" },
    });
    failures = 0;
    if (response.status !== 200 || response.redirected) return;
    show(bell, await response.text());
  } catch {
    failures += 1;
  }
}

function show(bell, html) {
  const fresh = new DOMParser().parseFromString(html, "text/html").getElementById("bell");
  if (!fresh) return;
  const more = Number(fresh.dataset.seen) > Number(bell.dataset.seen);
  bell.dataset.seen = fresh.dataset.seen;
  bell.innerHTML = fresh.innerHTML;
  if (!more) return;
  document.getElementById("said").textContent = `${fresh.dataset.seen} unread alerts`;
  document.body.dispatchEvent(new CustomEvent("ripeline:alerts"));
}

function tick() {
  setTimeout(() => look().finally(tick), POLL_MS * Math.min(2 ** failures, 20));
}

document.body.addEventListener("ripeline:done", look);
document.addEventListener("visibilitychange", look);
tick();
