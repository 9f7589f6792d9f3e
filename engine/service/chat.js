"use strict";
// A visitor's chat over fetch and server-sent events (WHATWG HTML, 9.2): EventSource sends no Authorization header.
const given = new URLSearchParams(location.hash.slice(1));
if (given.get("token")) {
  sessionStorage.setItem("token", given.get("token"));
  history.replaceState(null, "", location.pathname); // the address is shown and kept; a token is not to be
}
const token = sessionStorage.getItem("token") || "";
const base = `${location.pathname.replace(/\/$/, "")}/main`;
const log = document.getElementById("log");
const state = document.getElementById("state");
const wrong = document.getElementById("wrong");
const form = document.getElementById("form");
const text = document.getElementById("text");
const WHO = { visitor: "You", assistant: "Assistant", person: "Support" };
const DOING = {
  reading: "The assistant is reading.", looking_up: "The assistant is looking something up.",
  writing: "The assistant is writing.", working: "The assistant is working on it.",
};
const STATES = {
  new: "", open: "", closed: "This conversation is closed. Write to open it again.",
  with_person: "A person has taken over and will answer here.",
};
let last = "";
let draft = null;

function down() {
  log.scrollTop = log.scrollHeight;
}

function line(who, said) {
  const item = document.createElement("li");
  item.className = who;
  const name = document.createElement("b");
  name.textContent = WHO[who] || who;
  const words = document.createElement("p");
  words.textContent = said; // never HTML: what is said may be anybody's
  item.append(name, words);
  log.append(item);
  down();
  return item;
}

function withdraw() {
  if (draft) draft.remove();
  draft = null;
}

const ON = {
  message(data, id) {
    if (data.who === "assistant") withdraw();
    const sent = data.id && document.getElementById(`sent-${data.id}`);
    if (sent) sent.remove();
    line(data.who, data.text);
    if (draft) log.append(draft);
    if (id) last = id;
  },
  draft(data) {
    if (!draft) {
      draft = line("assistant", "");
      draft.classList.add("draft");
      draft.setAttribute("aria-live", "off"); // read out once, as it is kept
    }
    draft.querySelector("p").textContent = data.text;
    down();
  },
  withdrawn: withdraw,
  state(data) {
    state.textContent = DOING[data.doing] || STATES[data.state] || "";
    down();
  },
  expired() {
    sessionStorage.removeItem("token");
    leave("Your sign-in has expired: open the address that `engine dev` printed once more.");
  },
};

function tell(words) {
  wrong.textContent = words;
  wrong.hidden = !words;
}

function leave(words) {
  tell(words);
  form.querySelectorAll("textarea, button").forEach((part) => { part.disabled = true; });
}

function take(block) {
  let name = "message", data = "", id = "";
  for (const row of block.split("\n")) {
    const at = row.indexOf(": ");
    const [key, value] = at < 0 ? [row, ""] : [row.slice(0, at), row.slice(at + 2)];
    if (key === "event") name = value;
    else if (key === "data") data += value;
    else if (key === "id") id = value;
  }
  if (data && ON[name]) ON[name](JSON.parse(data), id);
}

async function read() {
  const headers = { authorization: `Bearer ${token}` };
  if (last) headers["last-event-id"] = last;
  const answer = await fetch(`${base}/events`, { headers, cache: "no-store" });
  if (answer.status === 401) return ON.expired();
  if (!answer.ok) throw new Error(answer.status);
  withdraw(); // a stream begins with nothing drafted
  tell("");
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let waiting = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    const blocks = (waiting + value).split("\n\n");
    waiting = blocks.pop();
    blocks.forEach(take);
  }
}

async function stream() {
  let pause = 500;
  while (sessionStorage.getItem("token")) {
    try {
      await read();
      pause = 500;
    } catch {
      tell("The connection is gone. Trying again …");
      pause = Math.min(pause * 2, 15000);
    }
    withdraw();
    await new Promise((done) => setTimeout(done, pause));
  }
}

async function send(said) {
  const id = crypto.randomUUID();
  const item = line("visitor", said);
  item.id = `sent-${id}`;
  item.classList.add("sending");
  const body = JSON.stringify({ id, text: said });
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  for (let pause = 1000; ; pause = Math.min(pause * 2, 15000)) {
    try {
      const answer = await fetch(`${base}/messages`, { method: "POST", headers, body });
      if (answer.ok) return tell("");
      const why = await answer.json();
      if (answer.status < 500 && answer.status !== 429) {
        item.remove();
        text.value = said;
        return tell(why.expected || why.error);
      }
      tell(why.expected || "Busy. Trying again …");
    } catch {
      tell("The connection is gone. Trying again …"); // the same id: it is one message, however often it arrives
    }
    await new Promise((done) => setTimeout(done, pause));
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const said = text.value.trim();
  if (!said) return;
  text.value = "";
  send(said);
  text.focus();
});
text.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    form.requestSubmit();
  }
});
if (token) stream();
else leave("No sign-in: open the address that `engine dev` prints.");
