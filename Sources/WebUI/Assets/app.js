// Improves pages that work without it: exact times in the reader's own zone.
for (const time of document.querySelectorAll("time[datetime]")) {
  const date = new Date(time.dateTime);
  if (!Number.isNaN(date.getTime())) {
    time.title = date.toLocaleString([], { dateStyle: "full", timeStyle: "short" });
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
