// The SQL console: nothing is fetched until a query is run, and all of it comes from this site.
const MAX_ROWS_SHOWN = 500; // more is slow to lay out and nobody reads it; the answer says how many there are

const form = document.getElementById("console");
const editor = document.getElementById("query");
const button = form.querySelector("button[type=submit]");
const status = document.getElementById("status");
const output = document.getElementById("result");
const at = (name) => new URL(`console/${name}`, document.baseURI).href;

let opening; // the one connection, as a promise

function open() {
  opening ??= import(at("engine.mjs"))
    .then(({ openDatabase }) => openDatabase(new URL(form.dataset.database, document.baseURI).href, at))
    .catch((error) => {
      opening = undefined; // the next run tries again
      throw error;
    });
  return opening;
}

async function run() {
  if (!editor.value.trim()) {
    output.replaceChildren();
    status.className = "";
    status.textContent = "There is no query to run.";
    return;
  }
  button.disabled = true;
  status.className = "";
  status.textContent = opening ? "Running…" : "Starting the engine…";
  try {
    const connection = await open();
    const start = performance.now();
    const result = await connection.query(editor.value);
    show(result);
    status.textContent = summary(result.numRows, performance.now() - start);
  } catch (error) {
    output.replaceChildren();
    status.className = "stale";
    status.textContent = explained(error.message);
  } finally {
    button.disabled = false;
  }
}

// The engine says twice where a statement cannot be read, and advises to install what this page never loads.
function explained(message) {
  const said = message.split("\nLINE ").slice(0, 2).join("\nLINE ").trimEnd();
  return said.includes("exists in the") ? `${said.split("\n\nPlease try")[0]} It is not part of this console, which reads this release alone.` : said;
}

function summary(nRows, ms) {
  const rows = nRows === 1 ? "1 row" : `${nRows} rows`;
  const shown = nRows > MAX_ROWS_SHOWN ? `, the first ${MAX_ROWS_SHOWN} shown` : "";
  return `${rows} in ${Math.round(ms)} ms${shown}`;
}

function show(result) {
  const table = document.createElement("table");
  const head = table.createTHead().insertRow();
  for (const field of result.schema.fields) {
    const cell = document.createElement("th");
    cell.scope = "col";
    cell.textContent = field.name;
    if (isNumber(field)) cell.className = "number";
    head.append(cell);
  }
  const body = table.createTBody();
  for (let row = 0; row < Math.min(result.numRows, MAX_ROWS_SHOWN); row++) {
    const line = body.insertRow();
    result.schema.fields.forEach((field, place) => fill(line.insertCell(), field, result.getChildAt(place).get(row)));
  }
  output.replaceChildren(table);
}

function fill(cell, field, value) {
  cell.dir = "auto"; // headlines may run from right to left
  if (isNumber(field)) cell.className = "number";
  if (value === null) cell.className = "null";
  cell.textContent = written(field, value);
}

const isNumber = (field) => /^(Int|Uint|Float|Decimal)/.test(String(field.type));

function written(field, value) {
  if (value === null) return "null";
  const type = String(field.type);
  if (type.startsWith("Timestamp")) return new Date(Number(value)).toISOString().slice(0, 19).replace("T", " ");
  if (type.startsWith("Date")) return new Date(Number(value)).toISOString().slice(0, 10);
  return String(value);
}

function choose(example) {
  editor.value = example.querySelector("code").textContent;
  editor.focus();
  run();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  run();
});
editor.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
});
for (const example of document.querySelectorAll(".example")) {
  const runExample = document.createElement("button");
  runExample.type = "button";
  runExample.textContent = "Run";
  runExample.setAttribute("aria-label", `Run: ${example.querySelector("h3").textContent}`);
  runExample.addEventListener("click", () => choose(example));
  example.append(runExample);
}
document.getElementById("instead").hidden = true;
form.hidden = false;
