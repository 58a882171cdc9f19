// Start: state, live stream, and the few buttons of the frame.
import { act, hooks } from "./actions.js";
import { get, post } from "./api.js";
import * as chatlist from "./chatlist.js";
import * as composer from "./composer.js";
import { addEntry, toggle } from "./drawer.js";
import { $, el, replace, toast } from "./dom.js";
import * as richmenu from "./richmenu.js";
import { chatName, isGroup, store } from "./store.js";
import * as thread from "./thread.js";

async function refresh() {
  const state = await get("state");
  store.bot = state.bot;
  store.people = new Map(state.people.map((p) => [p.userId, p]));
  store.groups = new Map(state.groups.map((g) => [g.groupId, g]));
  store.clerks = new Set(state.clerks);
  store.last = new Map(Object.entries(state.last).filter(([, m]) => m));
  store.quota = state.quota;
  store.webhook = state.webhook;
  chatlist.draw(open);
}

async function open(chat) {
  store.chat = chat;
  store.speaker = isGroup(chat) ? store.groups.get(chat).members[0] : chat;
  store.unread.delete(chat);
  location.hash = chat;
  document.body.classList.add("in-chat");
  $("#title").textContent = isGroup(chat) ? chatName(chat) : store.bot.name;
  $("#subtitle").textContent = isGroup(chat) ? "" : `${chatName(chat)} 的手機`;
  speakers();
  composer.forChat();
  chatlist.draw(open);
  store.messages = new Map();
  thread.drawAll();
  const { messages, loading } = await get(`chats/${chat}/messages`);
  if (store.chat !== chat) return;
  // What came live while the list was on its way is newer than the list.
  const live = [...store.messages.values()];
  store.messages = new Map([...messages, ...live].map((m) => [m.id, m]));
  thread.drawAll();
  thread.loading(loading);
  await richmenu.load(true);
}

function speakers() {
  const select = $("#speaker");
  select.parentElement.hidden = !isGroup();
  if (!isGroup()) return;
  // Of a large group only some people are on the page.
  const members = store.groups.get(store.chat).members.filter((id) => store.people.has(id));
  replace(select, members.map((id) => el("option", { value: id, text: store.people.get(id).name })));
  select.value = store.speaker;
}

const LIVE = {
  message: (message) => {
    store.last.set(message.chat, message);
    if (message.chat === store.chat) {
      if (message.sender === "bot") thread.loading(0);
      thread.add(message);
    } else if (message.sender === "bot") {
      store.unread.set(message.chat, (store.unread.get(message.chat) || 0) + 1);
    }
    chatlist.draw(open);
  },
  loading: ({ chat, seconds }) => { if (chat === store.chat) thread.loading(seconds); },
  read: ({ chat, at }) => {
    const person = store.people.get(chat);
    if (person) person.readUntil = at;
    if (chat === store.chat) thread.drawAll();
  },
  richmenu: ({ user }) => { if (!user || user === store.chat) richmenu.load(richmenu.isOpen()); },
  people: async () => { await refresh(); if (store.chat) speakers(); },
  journal: (entry) => {
    addEntry(entry);
    if (entry.kind === "api" && /push|multicast|broadcast/.test(entry.endpoint)) refresh();
  },
  reset: () => window.location.reload(),
};

// Resolves when news flow, so that nothing falls between the first picture and the stream.
function listen() {
  const stream = new EventSource("/_sandbox/stream");
  for (const [name, run] of Object.entries(LIVE)) {
    stream.addEventListener(name, (event) => run(JSON.parse(event.data)));
  }
  // After a gap: read everything anew rather than guess what was missed.
  let gap = false;
  stream.addEventListener("error", () => { gap = true; document.body.classList.add("offline"); });
  stream.addEventListener("open", () => {
    document.body.classList.remove("offline");
    if (gap) refresh().then(() => store.chat && open(store.chat));
    gap = false;
  });
  return new Promise((resolve) => { stream.addEventListener("open", resolve, { once: true }); });
}

function more() {
  const person = store.people.get(store.chat);
  const item = (label, run) => el("button", { type: "button", text: label, onclick: () => { $("#more").open = false; run(); } });
  const group = store.groups.get(store.chat);
  const items = group
    ? [
      group.botIn ? item("移除機器人", () => act({ kind: "leave" })) : item("邀請機器人", () => act({ kind: "join" })),
      item("此成員退出", () => act({ kind: "memberLeft", users: [store.speaker] })),
      item("成員加入", () => {
        const out = [...store.clerks, ...store.people.keys()].find((id) => !group.members.includes(id));
        if (out) act({ kind: "memberJoined", users: [out] });
      }),
    ]
    : [person?.blocked || !person?.friend ? item("加好友／解除封鎖", () => act({ kind: "follow" })) : item("封鎖", () => act({ kind: "block" }))];
  replace($("#more .menu"), items);
}

async function start() {
  composer.setUp();
  hooks.menu = richmenu.show;
  $("#menubar").addEventListener("click", () => richmenu.show(!richmenu.isOpen()));
  $("#raw").addEventListener("click", () => toggle());
  $("#close-drawer").addEventListener("click", () => toggle(false));
  $("#back").addEventListener("click", () => {
    document.body.classList.remove("in-chat");
    $(`[data-chat="${store.chat}"]`)?.focus();
  });
  $("#more").addEventListener("toggle", more);
  $("#speaker").addEventListener("change", (event) => {
    store.speaker = event.target.value;
    composer.forChat();
    thread.drawAll();
  });
  $("#reset").addEventListener("click", () => window.confirm("清除所有對話並重來？") && post("reset", {}));
  $("#advance").addEventListener("click", async () => {
    const { offset } = await post("clock", { advance: 60 });
    toast(`沙盒時間已快轉 ${Math.round(offset / 60)} 分鐘`);
  });
  // Pictures that cannot be loaded leave their frame instead of a torn-paper sign.
  document.addEventListener("error", (event) => event.target.classList?.add("broken"), true);
  document.addEventListener("click", (event) => {
    for (const node of document.querySelectorAll("details.tools[open], #more[open]")) {
      if (!node.contains(event.target)) node.open = false;
    }
  });
  await refresh();
  const { entries } = await get("journal");
  entries.forEach(addEntry);
  document.body.classList.remove("trouble");
  await listen();
  const wanted = location.hash.slice(1);
  const known = store.people.has(wanted) || store.groups.has(wanted);
  if (known) await open(wanted);
  else if (window.matchMedia("(min-width: 760px)").matches) await open([...store.people.keys()][0]);
}

start();
