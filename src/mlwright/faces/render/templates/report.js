const parts = [...document.querySelectorAll("details.part")], every = document.getElementById("open-all");
every.addEventListener("click", () => {
  const opening = parts.some((part) => !part.open);
  parts.forEach((part) => { part.open = opening; });
});
parts.forEach((part) => part.addEventListener("toggle", () => {
  every.textContent = parts.every((each) => each.open) ? "Close all" : "Open all";
}));
const reveal = () => {
  const place = location.hash && document.getElementById(location.hash.slice(1));
  if (!place) return;
  for (let each = place.querySelector(":scope > details.part") || place; each; each = each.parentElement?.closest("details")) each.open = true;
  place.scrollIntoView();
};
addEventListener("hashchange", reveal);
links.forEach((link) => link.addEventListener("click", () => { if (link.hash === location.hash) reveal(); }));
reveal();

// Tables sort by a column; numbers by what stands in the record, not by how it is written.
const worth = (cell) => {
  const from = cell.querySelector("[data-from]");
  const text = cell.textContent.trim(), number = from?.title ? Number(/ = (-?[\d.e+-]+)/.exec(from.title)?.[1]) : NaN;
  return Number.isNaN(number) ? text : number;
};
const larger = (a, b) => typeof a === "number" && typeof b === "number" ? a - b : typeof a === "number" ? -1 : typeof b === "number" ? 1 : a.localeCompare(b);
document.querySelectorAll("table.sorts").forEach((table) => [...table.tHead.rows[0].cells].forEach((head, place) => {
  const button = document.createElement("button");
  button.type = "button";
  button.append(...head.childNodes);
  head.append(button);
  button.addEventListener("click", () => {
    const falling = head.getAttribute("aria-sort") === "ascending";
    [...table.tHead.rows[0].cells].forEach((other) => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", falling ? "descending" : "ascending");
    const rows = [...table.tBodies[0].rows].sort((a, b) => larger(worth(a.cells[place]), worth(b.cells[place])));
    table.tBodies[0].append(...(falling ? rows.reverse() : rows));
  });
}));

// The records, unpacked when somebody asks for one, a line for each value.
const records = (async () => {
  const packed = Uint8Array.from(atob(document.getElementById("kept-records").textContent), (letter) => letter.charCodeAt(0));
  return JSON.parse(await new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))).text());
});
const spread = (value, place, depth, into) => {
  const indent = "  ".repeat(depth), many = value !== null && typeof value === "object";
  const line = document.createElement("span");
  line.dataset.place = place;
  const key = place.split("/").pop().replaceAll("~1", "/").replaceAll("~0", "~");
  line.textContent = `${indent}${depth ? `${key}: ` : ""}${many ? (Object.keys(value).length ? "" : "(none)") : JSON.stringify(value)}\n`;
  into.append(line);
  if (many) for (const [name, inner] of Object.entries(value)) spread(inner, `${place}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`, depth + 1, into);
};
const fill = async (record) => {
  const lines = record.querySelector("pre");
  if (!lines.childElementCount) spread((await records())[record.dataset.record], record.dataset.record, 0, lines);
};
document.querySelectorAll(".record").forEach((record) => record.addEventListener("toggle", () => { if (record.open) fill(record); }));
const showIn = async (places) => {
  const record = document.getElementById(`record-${places[0].split("/")[0]}`);
  for (let each = record; each; each = each.parentElement.closest("details")) each.open = true;
  await fill(record);
  record.querySelectorAll("mark").forEach((mark) => mark.replaceWith(...mark.childNodes));
  const found = places.map((place) => record.querySelector(`[data-place="${CSS.escape(place.replace(/\?.*/, ""))}"]`)).filter(Boolean);
  found.forEach((line) => { const mark = document.createElement("mark"); mark.append(...line.childNodes); line.append(mark); });
  (found[0] || record).scrollIntoView({block: "center"});
};
const source = document.getElementById("source"), shown = document.getElementById("source-show");
document.addEventListener("click", (event) => {
  const number = event.target.closest("a.n");
  if (!number) return;
  event.preventDefault();
  const [exact, ...means] = number.title.split("\n");
  const places = (number.dataset.from || number.dataset.within).split(" + ");
  document.getElementById("source-name").textContent = exact;
  document.getElementById("source-means").textContent = means.join(" ");
  document.getElementById("source-how").textContent = number.dataset.within ? "The numbers of this sentence stand below that place."
    : number.dataset.of ? "Shown as the share of the one in the other." : number.dataset.times ? `Shown times ${Number(Number(number.dataset.times).toPrecision(4))}, rounded.` : "Shown rounded.";
  shown.onclick = (click) => { click.preventDefault(); source.close(); showIn(places); };
  source.showModal();
});
source.addEventListener("click", (event) => { if (event.target === source) source.close(); });
const closed = new Set();
addEventListener("beforeprint", () => parts.forEach((part) => { if (!part.open) { closed.add(part); part.open = true; } }));
addEventListener("afterprint", () => { closed.forEach((part) => { part.open = false; }); closed.clear(); });
