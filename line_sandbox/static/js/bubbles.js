// One message as a row of the thread, drawn from the very JSON that was sent.
import { avatar } from "./avatar.js";
import { el } from "./dom.js";
import { flex } from "./flex/index.js";
import { clock, nameOf, store } from "./store.js";
import { sticker } from "./stickers.js";
import { imagemap, template } from "./templates.js";
import { plain, textNodes } from "./text.js";
import { safeImage } from "./urls.js";

const bubble = (m) => el("div", { class: "bubble" }, quoteBlock(m), el("span", { class: "words" }, textNodes(m.body)));

// People quote by message id, the bot by the token of the message it quotes.
function quotedBy(message) {
  const { body } = message;
  if (body.quotedMessageId) return store.messages.get(body.quotedMessageId);
  if (message.sender !== "bot" || !body.quoteToken) return null;
  return [...store.messages.values()].find((m) => m.quoteToken === body.quoteToken);
}

function quoteBlock(message) {
  const quoted = quotedBy(message);
  if (!quoted) return null;
  const words = el("span", { text: plain(quoted.body).slice(0, 80) });
  return el("span", { class: "quote" }, el("b", { text: nameOf(quoted.sender) }), words);
}

function mediaOf(message, kind) {
  const body = message.body;
  const external = body.previewImageUrl || body.originalContentUrl;
  const source = external ? safeImage(external) : `/_sandbox/media/${message.id}`;
  if (kind === "image") return el("img", { class: "photo", src: source, alt: "圖片" });
  return el(kind, { class: "photo", src: safeImage(body.originalContentUrl) || source, controls: true, preload: "none" });
}

function place(body) {
  const href = `https://www.openstreetmap.org/?mlat=${Number(body.latitude)}&mlon=${Number(body.longitude)}`;
  return el("a", { class: "place", href, target: "_blank", rel: "noopener noreferrer" },
    el("span", { class: "map", text: "📍", "aria-hidden": "true" }),
    el("b", { text: body.title || "位置" }), el("span", { text: body.address || `${body.latitude}, ${body.longitude}` }));
}

const DRAW = {
  text: bubble,
  textV2: bubble,
  sticker: (m) => {
    const { face, word } = sticker(m.body.stickerId);
    return el("div", { class: "sticker", role: "img", "aria-label": `貼圖 ${word}`, text: face });
  },
  image: (m) => mediaOf(m, "image"),
  video: (m) => mediaOf(m, "video"),
  audio: (m) => mediaOf(m, "audio"),
  file: (m) => el("div", { class: "bubble" }, el("span", { class: "words", text: `📄 ${m.body.fileName}` })),
  location: (m) => place(m.body),
  flex: (m) => flex(m.body.contents, m.body.altText),
  template: (m) => template(m.body),
  imagemap: (m) => imagemap(m.body),
  coupon: (m) => el("div", { class: "bubble" }, el("span", { class: "words", text: `🎟️ ${m.body.couponId}` })),
};

export function row(message, tools) {
  const mine = message.sender === store.speaker;
  const body = message.body;
  if (message.unsent) {
    return el("li", { class: "system", "data-id": message.id, text: `${nameOf(message.sender)}已收回訊息` });
  }
  const wide = ["flex", "template", "imagemap"].includes(body.type);
  const person = store.people.get(mine || message.sender !== "bot" ? message.sender : store.chat);
  const content = (DRAW[body.type] || ((m) => el("div", { class: "bubble", text: `[${m.body.type}]` })))(message);
  const read = mine && !store.groups.has(store.chat) && message.at <= (store.people.get(store.chat)?.readUntil || 0);
  const meta = el("span", { class: "meta" }, read ? el("span", { text: "已讀" }) : null, el("time", { text: clock(message.at) }), tools(message));
  const name = body.sender?.name ? `${body.sender.name} from ${nameOf(message.sender)}` : nameOf(message.sender);
  return el("li", { class: `row${mine ? " mine" : ""}${wide ? " wide" : ""}`, "data-id": message.id, lang: person?.language },
    mine ? null : avatar(message.sender, body.sender),
    el("div", { class: "stack" }, mine ? null : el("span", { class: "name", text: name }), el("div", { class: "line" }, content, meta)));
}
