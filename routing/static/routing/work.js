// Copying: what a button holds goes to the clipboard, or is shown where a browser forbids that.

const { ripeline } = window;

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
