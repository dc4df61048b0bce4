// A form that was sent is not sent again by a second click: two drafts, two tokens, two jobs.
(() => {
  const RELEASE = 8000; // ms: for an answer that never comes, or one that was a file
  const sent = new WeakSet();
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.matches("[hx-post]")) return;
    if (sent.has(form)) {
      event.preventDefault();
      return;
    }
    sent.add(form);
    setTimeout(() => sent.delete(form), RELEASE);
  });
  // Back to a page that the browser kept as it was left.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) for (const form of document.forms) sent.delete(form);
  });
})();
