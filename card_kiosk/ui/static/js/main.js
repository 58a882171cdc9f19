// Listens to the companion, draws what it says, and tells it what is touched.
import { h, write } from "./dom.js";
import { CAN_END, SCREENS } from "./screens.js";

const token = document.querySelector('meta[name="kiosk-token"]').content;
const languages = [...document.getElementById("language-list").content.querySelectorAll("i")].map((item) => item.textContent);
const catalogue = {};
const at = (id) => document.getElementById(id);

let view = null;
let drawn = "";
let arrived = 0;
let keep = {};
let touched = 0;

async function words(language) {
  catalogue[language] ??= await (await fetch(`/words/${language}.json`)).json();
  return catalogue[language];
}

async function act(name, value = "") {
  const body = JSON.stringify({ seq: view?.seq ?? 0, act: name, value });
  const answer = await fetch("/act", { method: "POST", body, headers: { "Content-Type": "application/json", "X-Kiosk-Token": token } });
  // 409: the screen has changed meanwhile; 422: said on the screen itself. Anything else means an old page.
  if (answer.status === 403) location.reload();
}

const seconds = (count) => `${Math.floor(count / 60)}:${String(count % 60).padStart(2, "0")}`;

function drawFrame(text) {
  document.documentElement.lang = view.language;
  for (const node of document.querySelectorAll("[data-word]")) node.textContent = text[node.dataset.word];
  document.title = `${text.app_title} · ${text.app_subtitle}`;
  at("languages").setAttribute("aria-label", text.choose_language);
  at("languages").replaceChildren(...languages.map((language) =>
    h("button", { type: "button", lang: language, "aria-pressed": String(language === view.language), onclick: () => act("language", language) },
      catalogue[language].language_name)));
  const small = (label, name) => h("button", { type: "button", class: "quiet small", onclick: () => act(name) }, label);
  at("bottom").replaceChildren(h("p", {}, write(text.help, { phone: view.phone })),
    ...[view.screen === "notice" && small(text.back, "back"), CAN_END.has(view.screen) && small(text.cancel, "cancel")].filter(Boolean));
  at("offline").textContent = text.reconnecting;
}

function drawScreen(text, moved) {
  if (moved) keep = {};
  const screen = at("screen");
  screen.className = `screen-${view.screen}`;
  screen.dataset.seq = view.seq;
  screen.replaceChildren(...SCREENS[view.screen](view, text, act, keep).filter(Boolean));
  if (moved) {
    screen.scrollTop = 0;
    screen.querySelector("h1")?.focus({ preventScroll: true });
  }
}

function drawWarning(text) {
  const dialog = at("warning");
  if (view.warning === null) {
    if (dialog.open) dialog.close();
    return;
  }
  const code = view.screen === "code";
  if (!dialog.open) {
    dialog.replaceChildren(
      h("h2", { id: "warning-title" }, code ? text.warning_code_title : text.warning_title),
      h("p", { id: "warning-lead" }),
      h("div", { class: "stack" },
        h("button", { type: "button", class: "primary", autofocus: true, onclick: () => act("stay") }, code ? text.warning_code_stay : text.warning_stay),
        h("button", { type: "button", class: "quiet", onclick: () => act("cancel") }, text.cancel)));
    dialog.showModal();
  }
}

function tick() {
  if (!view) return;
  const passed = Math.floor((performance.now() - arrived) / 1000);
  const text = catalogue[view.language];
  for (const node of document.querySelectorAll('[data-countdown="code"]')) {
    const left = Math.max(0, (view.code?.seconds ?? 0) - passed);
    node.textContent = seconds(left);
    node.classList.toggle("late", left <= 30);
  }
  const lead = at("warning-lead");
  if (lead && view.warning !== null && text) lead.textContent = write(text.warning_lead, { n: Math.max(0, view.warning - passed) });
}

async function draw(next) {
  if (!next.screen) return;
  await Promise.all(languages.map(words));
  const moved = !view || view.seq !== next.seq || view.screen !== next.screen;
  view = next;
  arrived = performance.now();
  const text = catalogue[view.language];
  // Times count down by themselves: only what else changed is drawn anew, so that focus and typing stay.
  const still = JSON.stringify({ ...view, warning: view.warning === null, code: view.code && { ...view.code, seconds: 0 } });
  if (still !== drawn) {
    const same = JSON.parse(drawn || "{}");
    const onlyWarning = drawn && JSON.stringify({ ...same, warning: null }) === JSON.stringify({ ...JSON.parse(still), warning: null });
    drawn = still;
    if (!onlyWarning) {
      drawFrame(text);
      drawScreen(text, moved);
    }
    drawWarning(text);
  }
  tick();
}

let queue = Promise.resolve();
function listen() {
  const events = new EventSource("/events");
  events.onmessage = (event) => { at("offline").hidden = true; queue = queue.then(() => draw(JSON.parse(event.data))); };
  events.onerror = () => {
    at("offline").hidden = false;
    if (events.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 2000);
  };
}

document.addEventListener("keydown", (event) => { if (view?.screen === "fact" && !at("warning").open) keep.pad?.press(event); });
at("warning").addEventListener("cancel", (event) => { event.preventDefault(); act("stay"); });
for (const kind of ["pointerdown", "keydown"]) {
  document.addEventListener(kind, () => {
    if (view?.warning === null && performance.now() - touched > 5000) { touched = performance.now(); act("touch"); }
  }, { passive: true });
}
document.addEventListener("contextmenu", (event) => event.preventDefault());
document.addEventListener("dragstart", (event) => event.preventDefault());
setInterval(tick, 250);
listen();
