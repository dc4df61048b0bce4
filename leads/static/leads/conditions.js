/* One more row of property, comparison and value; delegated, so that it works in added inlines. */
document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-add-condition]");
    if (!button) {
        return;
    }
    const rows = button.closest("[data-conditions]").querySelectorAll("[data-condition]");
    const last = rows[rows.length - 1];
    const added = last.cloneNode(true);
    added.querySelectorAll("input").forEach((input) => { input.value = ""; });
    added.querySelector("select").selectedIndex = 0;
    last.after(added);
    added.querySelector("input").focus();
});
