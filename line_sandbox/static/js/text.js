// Text with LINE emoji, substitutions, mentions and clickable addresses, as DOM nodes.
import { el } from "./dom.js";
import { nameOf } from "./store.js";
import { safeLink } from "./urls.js";

const LINK = /\bhttps?:\/\/[^\s<>"「」，。、；：！？（）]+/gu;

function linked(text) {
  const nodes = [];
  let at = 0;
  for (const match of text.matchAll(LINK)) {
    const href = safeLink(match[0]);
    if (!href) continue;
    nodes.push(document.createTextNode(text.slice(at, match.index)));
    nodes.push(el("a", { href, target: "_blank", rel: "noopener noreferrer", text: match[0] }));
    at = match.index + match[0].length;
  }
  nodes.push(document.createTextNode(text.slice(at)));
  return nodes;
}

const emoji = (e) => el("span", { class: "emoji", title: `${e.productId}/${e.emojiId}`, text: "🙂" });
const mentioned = (text) => el("span", { class: "mention", text });

function withEmojis(body) {
  const nodes = [];
  let at = 0;
  for (const one of [...body.emojis].sort((a, b) => a.index - b.index)) {
    nodes.push(...linked(body.text.slice(at, one.index)), emoji(one));
    at = one.index + 1;
  }
  return [...nodes, ...linked(body.text.slice(at))];
}

function withSubstitutions(body) {
  const parts = body.text.split(/(\{\{|\}\}|\{[0-9A-Za-z_]{1,20}\})/);
  return parts.flatMap((part) => {
    if (part === "{{" || part === "}}") return [part[0]];
    const value = body.substitution?.[part.slice(1, -1)];
    if (!part.startsWith("{") || !value) return linked(part);
    if (value.type === "emoji") return [emoji(value)];
    return [mentioned(value.mentionee.type === "all" ? "@All" : `@${nameOf(value.mentionee.userId)}`)];
  });
}

function withMentions(body) {
  const nodes = [];
  let at = 0;
  for (const one of body.mention.mentionees) {
    nodes.push(...linked(body.text.slice(at, one.index)));
    nodes.push(mentioned(body.text.slice(one.index, one.index + one.length)));
    at = one.index + one.length;
  }
  return [...nodes, ...linked(body.text.slice(at))];
}

export function textNodes(body) {
  if (body.type === "textV2") return withSubstitutions(body);
  if (body.emojis?.length) return withEmojis(body);
  if (body.mention) return withMentions(body);
  return linked(body.text);
}

export function plain(body) {
  const words = { sticker: "貼圖", image: "圖片", video: "影片", audio: "語音訊息", file: "檔案", location: "位置" };
  if (body.type === "text") return body.text ?? "";
  if (body.type === "textV2") return el("span", {}, withSubstitutions(body)).textContent;
  return body.altText || words[body.type] || body.type;
}
