// Improves pages that work without it: exact times in the reader's own zone.
for (const time of document.querySelectorAll("time[datetime]")) {
  const date = new Date(time.dateTime);
  if (!Number.isNaN(date.getTime())) {
    time.title = date.toLocaleString([], { dateStyle: "full", timeStyle: "short" });
    const { clock } = time.dataset;
    const own = date.toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
    if (clock === "") time.textContent = own;
    // What happens somewhere keeps the clock of that place.
    else if (clock !== undefined && Number(clock) !== -date.getTimezoneOffset()) time.append(` · ${own} for you`);
  }
}
// Ctrl+Enter sends what is being written.
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches("textarea")) {
    event.target.form?.requestSubmit();
  }
});
// The reader's own zone, at the day that is typed, until another is chosen.
for (const zone of document.querySelectorAll("select[data-zone]")) {
  let isChosen = zone.querySelector("option[selected]") !== null;
  zone.addEventListener("change", () => { isChosen = true; });
  const guess = (text) => {
    const date = text ? new Date(text) : new Date();
    if (!isChosen && !Number.isNaN(date.getTime())) zone.value = String(-date.getTimezoneOffset());
  };
  guess("");
  zone.form.querySelector("input[type=datetime-local]")?.addEventListener("change", (event) => guess(event.target.value));
}
// A moment that was chosen before, by the reader's clock.
for (const field of document.querySelectorAll("input[data-moment]")) {
  const date = new Date(field.dataset.moment);
  const offset = -date.getTimezoneOffset();
  const choice = field.form.querySelector(`select[data-zone] option[value="${offset}"]`);
  if (choice) {
    field.value = new Date(date.getTime() + offset * 60000).toISOString().slice(0, 16);
    choice.selected = true;
  }
}
// Offers the browser's own zone where another is set.
const zone = document.querySelector("input[name=zone]");
const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone && own && zone.value !== own) {
  const offer = document.createElement("button");
  offer.type = "button";
  offer.className = "btn small quiet";
  offer.textContent = `Use ${own}`;
  offer.addEventListener("click", () => { zone.value = own; offer.remove(); });
  zone.parentElement.after(offer);
}
