// The open chat: rows, date lines, loading dots, quick replies of the newest message.
import { act, actionButton, hooks } from "./actions.js";
import { avatar } from "./avatar.js";
import { row } from "./bubbles.js";
import { showRaw } from "./drawer.js";
import { $, el, replace } from "./dom.js";
import { fit } from "./flex/index.js";
import { dayName, elder, isGroup, nameOf, store } from "./store.js";
import { plain } from "./text.js";
import { safeImage } from "./urls.js";

const list = () => $("#messages");

function tools(message) {
  const mine = message.sender === store.speaker;
  const item = (label, run) => el("button", { type: "button", text: label, onclick: () => { menu.open = false; run(); } });
  const items = [item("回覆", () => quote(message)), item("原始 JSON", () => showRaw(message))];
  if (mine && !message.body.fromPostback) items.push(item("收回", () => act({ kind: "unsend", messageId: message.id })));
  if (mine && isGroup() && message.body.type === "text") items.push(item("編輯", () => edit(message)));
  const menu = el("details", { class: "tools" }, el("summary", { text: "⋯", "aria-label": "訊息選項" }), el("div", { class: "menu" }, items));
  return menu;
}

function edit(message) {
  const text = window.prompt("編輯訊息", message.body.text);
  if (text) act({ kind: "edit", messageId: message.id, text });
}

export function quote(message) {
  store.quoting = message;
  const bar = $("#quoting");
  bar.hidden = !message;
  if (message) {
    $("#quoting span").textContent = `回覆 ${nameOf(message.sender)}：${plain(message.body).slice(0, 60)}`;
    hooks.openKeyboard(null);
  }
}

export function drawAll() {
  const nodes = [];
  let day = "";
  for (const message of store.messages.values()) {
    const name = dayName(message.at);
    if (name !== day) nodes.push(el("li", { class: "day" }, el("span", { text: name })));
    day = name;
    nodes.push(row(message, tools));
  }
  replace(list(), nodes);
  after();
}

export function add(message) {
  const known = store.messages.get(message.id);
  const before = [...store.messages.values()].at(-1);
  store.messages.set(message.id, message);
  if (known) {
    const old = list().querySelector(`[data-id="${CSS.escape(message.id)}"]`);
    old?.replaceWith(row(message, tools));
  } else {
    if (!before || dayName(before.at) !== dayName(message.at)) {
      list().append(el("li", { class: "day" }, el("span", { text: dayName(message.at) })));
    }
    list().append(row(message, tools));
    if (message.sender === "bot") $("#announce").textContent = `${nameOf("bot")}：${plain(message.body)}`;
  }
  after();
}

function after() {
  document.body.classList.toggle("elder", elder());
  fit(list());
  quickReplies();
  toBottom();
}

export function toBottom() {
  const box = $("#scroll");
  box.scrollTop = box.scrollHeight;
}

// LINE shows quick replies for the newest message only, and until one is used.
function quickReplies() {
  const newest = [...store.messages.values()].at(-1);
  const items = newest?.sender === "bot" && !store.usedQuickReplies.has(newest.id) ? newest.body.quickReply?.items : null;
  const bar = $("#quick");
  bar.hidden = !items;
  replace(bar, (items || []).map((item) => {
    const button = actionButton(item.action, "quick");
    const icon = item.imageUrl && safeImage(item.imageUrl);
    if (icon) button.prepend(el("img", { src: icon, alt: "" }));
    button.addEventListener("click", () => {
      // The camera, the gallery and the pickers may be cancelled: the buttons stay for these.
      if (!["message", "postback"].includes(item.action.type)) return;
      store.usedQuickReplies.add(newest.id);
      bar.hidden = true;
    });
    return button;
  }));
}

let dots = 0;
export function loading(seconds) {
  clearTimeout(dots);
  $("#loading").hidden = !(seconds > 0);
  if (seconds > 0) {
    replace($("#loading .who"), avatar("bot"));
    dots = setTimeout(() => loading(0), seconds * 1000);
    toBottom();
  }
}
