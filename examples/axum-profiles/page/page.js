// The page of the demonstration. Tokens are in this module's memory and nowhere else; what comes from the service becomes text nodes,
// never markup (the policy of the page would refuse it).

const OWNERS = { ada: "Ada", bob: "Bob" };
const FIELDS = ["displayName", "ssn", "apiKey"];
const PROTECTIONS = { sealed: "sealed", header: "wrapped data key", bound: "clear, bound", clear: "clear" };

// Who is signed in: names, tokens, and the version of the profile that was read (null: there is none). Null: nobody is.
let session = null;

const at = (id) => document.getElementById(id);

/// An element with attributes and children; text becomes text nodes.
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

const code = (text) => make("code", {}, text);
const status = (answer) => make("span", { class: `status ${answer.ok ? "good" : "bad"}` }, String(answer.status));
const none = (text) => make("p", { class: "none" }, text);

class Ended extends Error {}

/// A request, and what came of it: status, JSON, headers.
async function ask(method, path, { token, body, version } = {}) {
  const headers = {};
  if (token) headers.authorization = `Bearer ${token}`;
  if (body) headers["content-type"] = "application/json";
  if (version) headers["if-match"] = `"${version}"`;
  const options = { method, headers, credentials: "omit", cache: "no-store", redirect: "error" };
  if (body) options.body = JSON.stringify(body);
  const response = await fetch(path, options);
  const json = await response.json().catch(() => null);
  if (token && response.status === 401) throw new Ended();
  return { status: response.status, ok: response.ok, json, request: response.headers.get("x-request-id") };
}

/// Says what went wrong; nothing takes it away.
function tell(text) {
  at("alert").textContent = text;
  at("alert").hidden = !text;
}

/// Runs what a person asked for; one thing at a time, and its failure is said.
async function run(control, work) {
  tell("");
  if (control) control.disabled = true;
  try {
    await work();
  } catch (error) {
    if (error instanceof Ended) {
      signOut();
      tell("The token has expired. Sign in again.");
    } else {
      tell("The service did not answer. Is it still running?");
    }
  } finally {
    if (control) control.disabled = false;
  }
}

// Sign-in and sign-out

async function token(owner) {
  const answer = await ask("POST", "/demo/token", { body: { owner } });
  if (!answer.ok) throw new Error("no token");
  return answer.json;
}

async function signIn(owner) {
  const [other] = Object.keys(OWNERS).filter((name) => name !== owner);
  const [mine, others] = [await token(owner), await token(other)];
  session = {
    name: OWNERS[owner],
    other: OWNERS[other],
    path: `/profiles/${encodeURIComponent(mine.userId)}`,
    id: mine.userId,
    token: mine.token,
    otherToken: others.token,
    version: null,
  };
  at("who-name").textContent = session.name;
  at("edit-title").textContent = `${session.name}’s profile`;
  at("record-for").textContent = `To ${session.name}, its owner`;
  at("other-title").textContent = `What ${session.other} gets`;
  await refresh();
  for (const id of ["who", "work"]) at(id).hidden = false;
  at("sign-in").hidden = true;
  at("edit-title").focus();
}

function signOut() {
  session = null;
  outcome();
  faults([]);
  at("edit").reset();
  for (const id of ["who", "work"]) at(id).hidden = true;
  for (const id of ["record", "stored", "other"]) {
    at(id).replaceChildren();
    at(`${id}-request`).replaceChildren();
  }
  at("sign-in").hidden = false;
  at("sign-in-title").focus();
}

// The three panels

async function refresh() {
  const { token, otherToken, path } = session;
  const paths = [path, `${path}/api-key`];
  const [record, stored, ...others] = await Promise.all([
    ask("GET", path, { token }),
    ask("GET", "/demo/item", { token }),
    ...paths.map((path) => ask("GET", path, { token: otherToken })),
  ]);
  if (!session) return;
  if (record.ok) session.version = record.json.version;
  else if (record.status === 404) session.version = null;
  showForm(record);
  showRecord(record);
  showStored(stored, record.status === 500);
  showOther(paths.map((path, n) => [path, others[n]]));
}

function showForm(record) {
  at("ssn").value = "";
  at("apiKey").value = "";
  if (record.status === 500) return;
  const profile = record.ok ? record.json : {};
  at("displayName").value = profile.displayName ?? "";
  at("ssn-hint").textContent = record.ok ? "Sealed. Leave it empty to keep what is set" : "Sealed. NNN-NN-NNNN";
  at("apiKey-hint").textContent = profile.apiKeySet ? "Sealed. Leave it empty to keep what is set" : "Sealed. 16 to 256 characters, or none";
  at("save").textContent = record.ok ? "Save" : "Create profile";
}

function showRecord(answer) {
  at("record-request").replaceChildren(code(`GET ${session.path}`), status(answer));
  if (answer.status === 500) {
    const why = "The item does not open: it was changed outside. Nothing of it is given out, not what is intact either. Why is in the service’s log.";
    at("record").replaceChildren(make("p", { class: "notice bad" }, why));
    return;
  }
  if (!answer.ok) {
    at("record").replaceChildren(none(answer.status === 404 ? "No profile yet. Create one above." : answer.json?.error ?? ""));
    return;
  }
  const row = (name, ...shown) => make("div", {}, make("dt", {}, code(name)), make("dd", {}, ...shown));
  const set = (is) => (is ? make("span", { class: "badge set" }, "set") : make("span", { class: "badge" }, "not set"));
  const { userId, displayName, ssnSet, apiKeySet, version } = answer.json;
  const key = row("apiKey", set(apiKeySet));
  key.lastChild.setAttribute("aria-live", "polite");
  if (apiKeySet) key.lastChild.append(revealer(key.lastChild));
  at("record").replaceChildren(
    make("dl", { class: "record" }, row("userId", userId), row("displayName", displayName), row("ssn", set(ssnSet)), key, row("version", String(version))),
  );
}

/// The button that reveals the key, in this place, and takes it away again.
function revealer(place) {
  const button = make("button", { type: "button", class: "plain", id: "reveal", "aria-label": "Reveal the API key" }, "Reveal");
  const before = [...place.children];
  button.addEventListener("click", () =>
    run(button, async () => {
      const { token, path } = session;
      const answer = await ask("GET", `${path}/api-key`, { token });
      if (!session) return;
      if (!answer.ok) return tell(answer.json?.error ?? "It was not revealed.");
      const hide = make("button", { type: "button", class: "plain", id: "hide", "aria-label": "Hide the API key" }, "Hide");
      hide.addEventListener("click", () => {
        place.replaceChildren(...before, button);
        button.focus();
      });
      const audited = make("span", { class: "hint audited" }, "Audited, under request ", code(answer.request ?? "?"));
      place.replaceChildren(make("code", { class: "revealed", id: "revealed" }, answer.json.apiKey), hide, audited);
      hide.focus();
    }),
  );
  return button;
}

function showStored(answer, tampered) {
  at("stored-request").replaceChildren(code(`GetItem ${answer.json?.table ?? "profiles"} ${session.id}`));
  if (!answer.ok) {
    at("stored").replaceChildren(none(answer.status === 404 ? "No item." : answer.json?.error ?? ""));
    return;
  }
  const heads = ["Attribute", "Type", "Value"].map((text) => make("th", { scope: "col" }, text));
  const rows = answer.json.attributes.map(({ name, type, value, bytes, protection }) => {
    const badge = make("span", { class: `badge ${protection}` }, PROTECTIONS[protection]);
    const shown = make("td", { class: "value" }, code(value));
    if (bytes !== null) shown.append(make("span", { class: "size" }, `${bytes} bytes`));
    return make("tr", { class: protection }, make("th", { scope: "row" }, code(name), badge), make("td", {}, code(type)), shown);
  });
  const table = make("table", {}, make("thead", {}, make("tr", {}, ...heads)), make("tbody", {}, ...rows));
  at("stored").replaceChildren(table, tamperer(tampered));
}

/// The button that changes one bit of the stored number, or changes it back.
function tamperer(tampered) {
  const button = make("button", { type: "button", class: "plain", id: "tamper" }, tampered ? "Change it back" : "Change one bit of ssn");
  button.addEventListener("click", () =>
    run(button, async () => {
      const answer = await ask("POST", "/demo/tamper", { token: session.token });
      if (!session) return;
      if (!answer.ok) return tell(answer.json?.error ?? "It was not changed.");
      outcome();
      await refresh();
      at("tamper")?.focus();
    }),
  );
  return make("p", { class: "actions tamper" }, button, make("span", { class: "hint" }, tampered ? "One bit of ssn differs." : "It takes no key."));
}

/// The profile, and its key, as another owner gets them: with a token that is sound, and somebody else's.
function showOther(answers) {
  at("other-request").replaceChildren(make("span", { class: "badge" }, `${session.other}’s token`));
  const shown = answers.map(([path, answer]) =>
    make(
      "div",
      { class: "denied" },
      make("p", {}, code(`GET ${path}`)),
      make("p", { class: answer.ok ? "big given" : "big refused" }, String(answer.status)),
      make("pre", { class: "body" }, JSON.stringify(answer.json, null, 2)),
    ),
  );
  at("other").replaceChildren(...shown);
}

// The form

/// What came of a save; nothing where there was none.
function outcome(answer, request, text) {
  at("outcome").replaceChildren(...(answer ? [code(request), status(answer), text] : []));
  at("again").hidden = answer?.status !== 409;
}

const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/// Marks the fields at fault, and goes to the first.
function faults(fields) {
  for (const name of FIELDS) {
    const fault = fields.find((field) => field.field === name);
    at(`${name}-error`).textContent = fault ? `It ${fault.reason}.` : "";
    if (fault) at(name).setAttribute("aria-invalid", "true");
    else at(name).removeAttribute("aria-invalid");
  }
  const first = FIELDS.find((name) => fields.some((field) => field.field === name));
  if (first) at(first).focus();
}

async function save() {
  const { token, path, version } = session;
  const body = { displayName: at("displayName").value };
  for (const name of ["ssn", "apiKey"]) if (at(name).value) body[name] = at(name).value;
  // All of it replaces the profile; with a secret left out, which this page does not know, it changes the rest.
  let [method, to] = ["POST", "/profiles"];
  if (version !== null) [method, to] = [FIELDS.every((name) => name in body) ? "PUT" : "PATCH", path];
  const answer = await ask(method, to, { token, body, version });
  if (!session) return;
  const request = `${method} ${to}` + (version === null ? "" : ` If-Match: "${version}"`);
  if (answer.ok) {
    faults([]);
    await refresh();
    outcome(answer, request, version === null ? "Created." : "Saved.");
  } else {
    outcome(answer, request, `${sentence(answer.json?.error ?? "it was refused")}.`);
    faults(answer.json?.fields ?? []);
  }
}

for (const button of document.querySelectorAll("[data-owner]")) {
  button.addEventListener("click", () => run(button, () => signIn(button.dataset.owner)));
}
at("sign-out").addEventListener("click", () => {
  tell("");
  signOut();
});
at("edit").addEventListener("submit", (event) => {
  event.preventDefault();
  run(at("save"), save);
});
at("again").addEventListener("click", () =>
  run(at("again"), async () => {
    await refresh();
    outcome();
    faults([]);
    at("displayName").focus();
  }),
);
