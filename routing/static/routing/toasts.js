// What was done, told in a corner and aloud. One that can be undone stays until it no longer can.

const { ripeline } = window;
const SECONDS = { done: 5, refused: 9, undo: 60 };
const MOST = 4;
const toasts = document.getElementById("toasts");
const said = document.getElementById("said");

Object.assign(ripeline, { toast, undoLast });

function toast(message, { kind = "done", undo = "" } = {}) {
  const note = document.createElement("div");
  note.className = kind === "refused" ? "toast toast-refused" : "toast";
  const words = document.createElement("p");
  words.textContent = message;
  note.append(words);
  if (undo) note.append(undoButton(undo, note), dismissButton(note));
  while (toasts.children.length >= MOST) put(toasts.firstElementChild);
  toasts.append(note);
  said.textContent = undo && ripeline.keysOn?.() ? `${message} Press U to undo.` : message;
  setTimeout(put, 1000 * SECONDS[undo ? "undo" : kind], note);
}

function undoButton(url, note) {
  const button = document.createElement("button");
  button.className = "toast-undo";
  button.type = "button";
  button.dataset.undo = "";
  button.textContent = "Undo";
  button.addEventListener("click", () => {
    put(note);
    // The answer says by an event, as every action does, how it went.
    window.htmx.ajax("POST", url, { source: toasts, swap: "none" });
  });
  return button;
}

function dismissButton(note) {
  const button = document.createElement("button");
  button.className = "toast-dismiss";
  button.type = "button";
  button.ariaLabel = "Dismiss";
  button.textContent = "×";
  button.addEventListener("click", () => put(note));
  return button;
}

// Away with it; the focus, if it was in there, goes back to where it was in the page.
function put(note) {
  const held = note.contains(document.activeElement);
  note.remove();
  if (held) ripeline.focusPlace(ripeline.lastPlace ?? {});
}

// Undo what was done last, if that is still offered.
function undoLast() {
  const offered = [...toasts.querySelectorAll("[data-undo]")].at(-1);
  if (offered) offered.click();
  else toast("There is nothing to undo. Undo is offered for a minute after an action.");
}

function told(kind) {
  return (event) => toast(event.detail.message, { kind, undo: event.detail.undo });
}

document.body.addEventListener("ripeline:done", told("done"));
document.body.addEventListener("ripeline:refused", told("refused"));
document.body.addEventListener("htmx:responseError", (event) => {
  const { status } = event.detail.xhr;
  if (status === 401) toast("You are signed out: nothing was changed. Reload the page and sign in.", { kind: "refused" });
  else if (status !== 409) toast("That did not work. Reload the page and try again.", { kind: "refused" });
});
document.body.addEventListener("htmx:sendError", () => toast("No connection. Nothing was changed.", { kind: "refused" }));
