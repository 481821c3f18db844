const list = document.getElementById("list"), find = document.getElementById("find"), kind = document.getElementById("kind");
const order = document.getElementById("order"), found = document.getElementById("found"), columns = [...list.children];
const show = () => {
  const wanted = find.value.trim().toLowerCase();
  let n = 0;
  for (const column of columns) {
    column.hidden = !(column.dataset.name.includes(wanted) && (!kind.value || column.dataset.kind === kind.value));
    n += !column.hidden;
  }
  found.textContent = n === columns.length ? "" : `${n} of ${columns.length} shown`;
};
const arrange = () => {
  const by = order.value, larger = (a, b) => Number(b.dataset[by]) - Number(a.dataset[by]);
  const sorted = columns.slice().sort(by === "name" ? (a, b) => a.dataset.name.localeCompare(b.dataset.name)
    : by === "place" ? (a, b) => larger(b, a) : larger);
  list.append(...sorted);
};
find.addEventListener("input", show);
kind.addEventListener("change", show);
order.addEventListener("change", arrange);
const open = () => {
  const column = location.hash.startsWith("#column-") && document.getElementById(location.hash.slice(1));
  if (column) {
    column.hidden = false;
    column.open = true;
    column.scrollIntoView();
  }
};
addEventListener("hashchange", open);
open();
const closed = new Set();
addEventListener("beforeprint", () => columns.slice(0, 60).forEach((column) => { if (!column.open) { closed.add(column); column.open = true; } }));
addEventListener("afterprint", () => { closed.forEach((column) => { column.open = false; }); closed.clear(); });
