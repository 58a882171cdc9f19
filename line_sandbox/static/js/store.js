// What the page knows. One object, changed here and in main.js, read everywhere.

export const store = {
  bot: { name: "", userId: "" },
  people: new Map(),
  clerks: new Set(),
  groups: new Map(),
  last: new Map(), // chat -> newest message
  unread: new Map(), // chat -> count
  messages: new Map(), // message id -> message, of the open chat
  chat: null, // open chat id
  speaker: null, // user id one writes as
  menu: null, // rich menu of the speaker
  quoting: null, // message being replied to
  loadingUntil: 0,
  usedQuickReplies: new Set(),
  quota: {},
  webhook: {},
};

export const isGroup = (chat = store.chat) => store.groups.has(chat);

export function chatName(chat) {
  const group = store.groups.get(chat);
  return group ? `${group.name} (${group.members.length})` : store.people.get(chat)?.name || chat;
}

export function nameOf(user) {
  return user === "bot" ? store.bot.name : store.people.get(user)?.name || "?";
}

export const elder = () => Boolean(store.people.get(store.speaker)?.note.includes("大字"));

const pad = (n) => String(n).padStart(2, "0");
export function clock(ms) {
  const time = new Date(ms);
  return `${pad(time.getHours())}:${pad(time.getMinutes())}`;
}
export function dayName(ms) {
  return new Date(ms).toLocaleDateString("zh-TW", { month: "long", day: "numeric", weekday: "short" });
}
