"use strict";
const facts = JSON.parse(document.getElementById("facts").textContent);
const form = document.getElementById("case");
const fields = [...form.querySelectorAll("[data-name]")];
const part = (id) => document.getElementById(id);
const CLASSES_SHOWN = 8;
const WAIT_MS = 250;
let asked = false;
let last = null;
let newest = 0;
let timer = 0;

const percent = (share) => {
  const value = 100 * share;
  if (value > 0 && value < 0.1) return "under 0.1 %";
  if (value < 100 && value > 99.9) return "over 99.9 %";
  return value.toFixed(value > 0 && value < 10 || value > 90 && value < 100 ? 1 : 0) + " %";
};
const spelled = (number) =>
  number.toLocaleString("en", Math.abs(number) >= 1000 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 4 });

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function read() {
  const record = Object.create(null); // so that a field may be called __proto__
  let broken = null;
  for (const field of fields) {
    if (field.type === "number" && field.validity.badInput) {
      say(field, "This is not a number.", true);
      broken = broken || field;
    }
    record[field.dataset.name] = field.value === "" ? null : field.type === "number" ? Number(field.value) : field.value;
  }
  return { record, broken };
}

function say(field, text, wrong) {
  const line = part(field.id + "-say");
  line.textContent = text;
  line.hidden = !text;
  line.classList.toggle("wrong", wrong);
  field.setAttribute("aria-invalid", String(wrong));
}

function sentence(note) {
  const words = note.message.slice(note.field.length + 2);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function quiet() {
  fields.forEach((field) => say(field, "", false));
  part("failed").hidden = true;
}

const fieldOf = (name) => fields.find((field) => field.dataset.name === name);

function bar(label, share, text, first, markAt) {
  const item = element("li", first ? "first" : "");
  const row = element("div", "row");
  row.append(element("span", "", label), element("span", "", text));
  const track = element("div", "track");
  const fill = element("div", "fill");
  fill.style.width = Math.max(0, Math.min(1, share)) * 100 + "%";
  track.append(fill);
  if (markAt !== null) {
    const mark = element("div", "mark");
    mark.style.left = markAt * 100 + "%";
    track.append(mark);
  }
  item.append(row, track);
  return item;
}

function drawClasses(answer) {
  const { classes, threshold, decides } = facts.model;
  const prediction = String(answer.prediction);
  if (classes.length === 2) {
    const positive = classes[1];
    const share = answer.probabilities[positive];
    const line = threshold === null ? 0.5 : threshold;
    const item = bar("Probability of " + positive, share, percent(share), true, decides ? null : line);
    const scale = element("div", "scale");
    scale.append(element("span", "", "0 %"), element("span", "", "100 %"));
    item.append(scale);
    part("bars").replaceChildren(item);
    return { share, words: decides || "The answer is " + positive + " from " + percent(line) + " on." };
  }
  const ranked = Object.entries(answer.probabilities).sort((a, b) => b[1] - a[1]);
  part("bars").replaceChildren(
    ...ranked.slice(0, CLASSES_SHOWN).map(([name, share]) => bar(name, share, percent(share), name === prediction, null)),
  );
  const rest = ranked.length - CLASSES_SHOWN;
  const words = decides || "The most probable of " + classes.length + ".";
  return { share: null, words: rest > 0 ? words + " The last " + rest + " are not shown." : words };
}

function drawNumber(answer) {
  const { low, high } = facts.model;
  if (low !== null && high !== null && high > low) {
    const item = bar("In the range of its answers", (answer.prediction - low) / (high - low), "", true, null);
    const scale = element("div", "scale");
    scale.append(element("span", "", spelled(low)), element("span", "", spelled(high)));
    item.append(scale);
    part("bars").replaceChildren(item);
  } else {
    part("bars").replaceChildren();
  }
  const error = facts.typical_error;
  return { share: answer.prediction, words: error === null ? "" : "On new cases it was off by " + spelled(error) + " on average." };
}

function change(share) {
  if (share === null || last === null || share === last) return "";
  const sign = share > last ? "+" : "\u2212";
  const size = Math.abs(share - last);
  return facts.model.classes.length ? sign + (100 * size).toFixed(1) + " points since the last answer" : sign + spelled(size) + " since the last answer";
}

function show(answer) {
  const isClass = facts.model.classes.length > 0;
  const { share, words } = isClass ? drawClasses(answer) : drawNumber(answer);
  const text = isClass ? String(answer.prediction) : spelled(answer.prediction);
  const big = part("big");
  big.textContent = text;
  big.className = text.length > 12 ? "big long" : "big";
  part("under").textContent = words;
  part("bars").hidden = !part("bars").children.length;
  part("after").textContent = change(share) || "Change a field and the answer follows.";
  last = share;
  around(answer);
  why(answer.reasons || [], answer.change);
  const notes = answer.notes || [];
  const told = [...(answer.unlike ? ["Unlike anything that the model has learned from: " + answer.unlike] : []), ...notes.map((note) => note.message)];
  part("notes").hidden = !told.length;
  part("notes").querySelector("ul").replaceChildren(...told.map((text) => element("li", "", text)));
  for (const note of notes) {
    const field = fieldOf(note.field);
    if (field) say(field, sentence(note), false);
  }
}

function why(reasons, change) {
  const most = Math.max(...reasons.map((reason) => Math.abs(reason.adds)));
  const items = reasons.map((reason) => {
    const item = element("li", "");
    const track = element("div", "track");
    const fill = element("div", reason.adds > 0 ? "fill more" : "fill less");
    fill.style.width = 50 * Math.abs(reason.adds) / most + "%";
    track.setAttribute("aria-hidden", "true");
    track.append(fill);
    item.append(element("span", "", reason.sentence), track);
    return item;
  });
  part("why").querySelector("ul").replaceChildren(...items);
  part("why").hidden = !items.length;
  part("alter").textContent = change === undefined ? "" : change.sentence || change;
  part("alter").hidden = !part("alter").textContent;
}

function around(answer) {
  const [low, high] = answer.interval || [];
  const possible = answer.possible || [];
  const text = answer.interval ? "In 90 of 100 cases the truth lies between " + spelled(low) + " and " + spelled(high) + "."
    : possible.length > 1 ? "Not to be ruled out: " + possible.join(", ") + "." : "";
  part("range").textContent = text;
  part("range").hidden = !text;
}

function fail(error) {
  const field = error.field === undefined ? undefined : fieldOf(error.field);
  if (field) {
    say(field, error.message, true);
    field.focus();
  }
  const failed = part("failed");
  failed.textContent = field ? "A field needs another look." : error.message + " " + (error.hint || "");
  failed.hidden = false;
}

async function ask() {
  window.clearTimeout(timer);
  quiet();
  const { record, broken } = read();
  if (broken) {
    broken.focus();
    return;
  }
  const mine = ++newest;
  const button = part("ask");
  button.setAttribute("aria-busy", "true");
  try {
    const response = await fetch("predict?" + facts.beside, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(record),
    });
    const content = await response.json();
    if (mine !== newest) return;
    if (!response.ok) return fail(content.error);
    asked = true;
    show(content);
  } catch {
    if (mine === newest) fail({ message: "The service does not answer.", hint: "Is it still running?" });
  } finally {
    if (mine === newest) button.removeAttribute("aria-busy");
  }
}

function follow() {
  if (!asked) return;
  window.clearTimeout(timer);
  timer = window.setTimeout(ask, WAIT_MS);
}

form.addEventListener("submit", (event) => { event.preventDefault(); ask(); });
form.addEventListener("input", follow);
form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.ctrlKey) ask();
});
part("typical").addEventListener("click", () => { form.reset(); quiet(); follow(); });
part("clear").addEventListener("click", () => {
  for (const field of fields) field.value = "";
  quiet();
  follow();
});
