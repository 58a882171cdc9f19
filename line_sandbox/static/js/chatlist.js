// The list of chats: the group, the citizens, the clerks.
import { avatar } from "./avatar.js";
import { $, el, replace } from "./dom.js";
import { chatName, clock, store } from "./store.js";
import { plain } from "./text.js";

function item(chat, open) {
  const person = store.people.get(chat);
  const last = store.last.get(chat);
  const unread = store.unread.get(chat);
  const said = last ? (last.unsent ? "已收回訊息" : plain(last.body)) : person?.note || "";
  const snippet = said.replaceAll("\n", " ");
  return el("li", {}, el("button", {
    type: "button", class: "chat", "aria-current": chat === store.chat ? "true" : null, "data-chat": chat, onclick: () => open(chat),
  },
  avatar(chat),
  el("span", { class: "about" },
    el("span", { class: "title", lang: person?.language, text: chatName(chat) }),
    el("span", { class: "snippet", text: person?.blocked ? `（已封鎖）${snippet}` : snippet })),
  el("span", { class: "side" },
    last ? el("time", { text: clock(last.at) }) : null,
    unread ? el("span", { class: "badge", text: unread, "aria-label": `${unread} 則未讀` }) : null)));
}

export function draw(open) {
  const citizens = [...store.people.keys()].filter((id) => !store.clerks.has(id));
  const section = (title, chats) => [el("h2", { text: title }), el("ul", {}, chats.map((chat) => item(chat, open)))];
  replace($("#chats"),
    section("民眾", citizens), section("群組", [...store.groups.keys()]), section("承辦人（一對一）", [...store.clerks]));
  const { limit, used } = store.quota;
  $("#status").textContent = `推播用量 ${used ?? 0} / ${limit ?? "無上限"}`;
}
