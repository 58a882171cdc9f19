// The raw-JSON drawer: every webhook delivery and API call, refusals with LINE's words.
import { $, el } from "./dom.js";
import { clock } from "./store.js";

const KEPT = 200;

function json(title, value) {
  if (value === null || value === undefined) return null;
  return el("div", {}, el("h4", { text: title }), el("pre", { text: JSON.stringify(value, null, 2) }));
}

function problems(entry) {
  const details = entry.response?.details || [];
  if (entry.kind !== "api" || entry.status < 400) return null;
  return el("ul", { class: "problems" }, el("li", { text: entry.response?.message }),
    details.map((d) => el("li", { text: `${d.property}：${d.message}` })));
}

function title(entry) {
  if (entry.kind === "webhook") {
    const again = entry.attempt > 1 ? `（第 ${entry.attempt} 次）` : "";
    return `→ webhook ${entry.events.map((e) => e.type).join(", ")} ${entry.reason} ${entry.ms} ms${again}`;
  }
  return `← ${entry.method} ${entry.path.replace("/v2/bot", "")} ${entry.status}`;
}

export function addEntry(entry) {
  const bad = entry.kind === "api" ? entry.status >= 400 : entry.reason !== "OK";
  const body = [problems(entry)];
  if (entry.kind === "webhook") body.push(json("events", entry.events));
  else body.push(json("request", entry.request), json("response", entry.response), el("p", { class: "id", text: `x-line-request-id ${entry.requestId}` }));
  const node = el("details", { class: `entry ${entry.kind}${bad ? " bad" : ""}` },
    el("summary", {}, el("time", { text: clock(entry.at) }), el("span", { text: title(entry) })), body);
  if (bad && entry.kind === "api") node.open = true;
  const list = $("#journal");
  list.prepend(node);
  while (list.childElementCount > KEPT) list.lastElementChild.remove();
  if (bad) document.body.classList.add("trouble");
}

export function toggle(open) {
  const drawer = $("#drawer");
  drawer.hidden = open === undefined ? !drawer.hidden : !open;
  $("#raw").setAttribute("aria-expanded", String(!drawer.hidden));
  document.body.classList.toggle("with-drawer", !drawer.hidden);
  document.body.classList.remove("trouble");
}

export function showRaw(message) {
  toggle(true);
  const node = el("details", { class: "entry message", open: true },
    el("summary", {}, el("time", { text: clock(message.at) }), el("span", { text: `訊息 ${message.id}` })), json("message", message.body));
  $("#journal").prepend(node);
  node.scrollIntoView();
}
