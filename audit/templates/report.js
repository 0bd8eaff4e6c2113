// Filters and sorts the table of resources, which is whole without it.
"use strict";

const form = document.getElementById("filter");
const table = document.getElementById("listed");

if (form && table) {
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const texts = new Map();

  const textOf = (row) => {
    if (!texts.has(row)) texts.set(row, row.textContent.toLowerCase());
    return texts.get(row);
  };

  const filter = () => {
    const { text, standing, kind, region } = Object.fromEntries(new FormData(form));
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = (row) =>
      (!standing || row.dataset.standing === standing) &&
      (!kind || row.dataset.kind === kind) &&
      (!region || row.dataset.region === region) &&
      words.every((word) => textOf(row).includes(word));
    let shown = 0;
    for (const row of rows) {
      const isShown = fits(row);
      shown += isShown;
      row.classList.toggle("filtered", !isShown);
    }
    form.querySelector("output").value =
      `${shown.toLocaleString("en")} of ${rows.length.toLocaleString("en")} shown`;
  };

  const keyOf = (cell) => "rank" in cell.dataset ? Number(cell.dataset.rank) : cell.textContent.trim();

  const sort = (heading) => {
    const isAscending = heading.getAttribute("aria-sort") !== "ascending";
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", isAscending ? "ascending" : "descending");
    const index = heading.cellIndex;
    const keyed = rows.map((row) => [keyOf(row.cells[index]), row]);
    keyed.sort(([one], [other]) => (one === other ? 0 : one < other === isAscending ? -1 : 1));
    body.replaceChildren(...keyed.map(([, row]) => row));
  };

  for (const heading of table.tHead.rows[0].cells) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    button.addEventListener("click", () => sort(heading));
    heading.append(button);
  }

  const addCopy = (code) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(code.textContent);
        button.textContent = "Copied";
      } catch {
        button.textContent = "Not allowed here";
      }
    });
    code.after(button);
  };

  // A button for each of many thousand commands would be slow, so it comes when one is opened.
  if (navigator.clipboard) {
    table.addEventListener("toggle", ({ target }) => {
      if (target.querySelector("button")) return;
      for (const code of target.querySelectorAll(".copied")) addCopy(code);
    }, true);
  }

  form.addEventListener("input", filter);
  form.querySelector("button").addEventListener("click", () => {
    form.reset();
    filter();
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  filter();
}
