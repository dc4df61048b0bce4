// What a page of the admin asks for in the background may be refused: signed out meanwhile, no
// connection, too much at once. That is told, and what was typed stays where it is.
(() => {
  const STAYS = "What you typed is still here.";
  const SAYS = {
    400: `That was not taken: it is more than fits into one request, or damaged. Send less at once. ${STAYS}`,
    401: "You are signed out.",
    403: `You may not do that. If you have just signed in again, try once more. ${STAYS}`,
    404: "That is gone: somebody removed it meanwhile. Reload the page.",
  };
  const OURS = `That did not work, and nothing was changed. Try again. ${STAYS}`;

  const CSRF = /(?:^|; )csrftoken=([^;]+)/;

  let told = null;

  function tell(text, status) {
    hush();
    told = document.createElement("div");
    told.className = "refused";
    told.setAttribute("role", "alert");
    told.append(text);
    if (status === 401) {
      const link = document.createElement("a");
      Object.assign(link, { href: "/admin/login/?next=/admin/", target: "_blank", textContent: "Sign in" });
      told.append(" ", link, ` in another tab, then come back and try again. ${STAYS}`);
    }
    document.body.append(told);
  }

  function hush() {
    told?.remove();
    told = null;
  }

  document.addEventListener("htmx:responseError", ({ detail: { xhr } }) => tell(SAYS[xhr.status] ?? OURS, xhr.status));
  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, () => tell(`No connection: nothing was changed. Try again. ${STAYS}`));
  }
  document.addEventListener("htmx:afterOnLoad", ({ detail }) => detail.xhr.status < 400 && hush());
  // Who signs in again has another token than the page was made with.
  document.addEventListener("htmx:configRequest", ({ detail }) => {
    const token = CSRF.exec(document.cookie)?.[1];
    if (token && "X-CSRFToken" in detail.headers) detail.headers["X-CSRFToken"] = token;
  });
})();
