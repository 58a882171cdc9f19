// A ready sentence is put into the note below it, where it can still be changed.
for (const list of document.querySelectorAll("select[data-note]")) {
  list.addEventListener("change", () => {
    if (list.value) document.getElementById(list.dataset.note).value = list.value;
  });
}
