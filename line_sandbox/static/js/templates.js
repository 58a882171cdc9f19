// Buttons, confirm, carousel and image carousel templates; imagemaps.
import { actionButton, perform, tappable } from "./actions.js";
import { el } from "./dom.js";
import { safeImage } from "./urls.js";

function picture(url, part) {
  const source = url && safeImage(url);
  if (!source) return null;
  const square = part.imageAspectRatio === "square" ? " square" : "";
  return el("img", { class: `tp-image${square} ${part.imageSize || "cover"}`, src: source, alt: "" });
}

function card(c, whole) {
  const words = el("div", { class: "tp-words" }, c.title ? el("strong", { text: c.title }) : null, el("p", { text: c.text }));
  const top = el("div", { class: "tp-top" }, picture(c.thumbnailImageUrl, whole), words);
  const buttons = el("div", { class: "tp-actions" }, c.actions.map((a) => actionButton(a, "tp-button")));
  return el("div", { class: "tp-card" }, tappable(top, c.defaultAction), buttons);
}

const KINDS = {
  buttons: (t) => card(t, t),
  confirm: (t) => {
    const node = card(t, t);
    node.classList.add("tp-confirm");
    return node;
  },
  carousel: (t) => el("div", { class: "tp-carousel", tabindex: 0 }, t.columns.map((c) => card(c, t))),
  image_carousel: (t) => el("div", { class: "tp-carousel", tabindex: 0 }, t.columns.map((c) => {
    const label = c.action.label ? el("span", { class: "tp-label", text: c.action.label }) : null;
    return tappable(el("div", { class: "tp-picture" }, picture(c.imageUrl, { imageAspectRatio: "square" }), label), c.action);
  })),
};

export function template(body) {
  const node = KINDS[body.template.type](body.template);
  return el("div", { role: "group", "aria-label": body.altText, class: "template" }, node);
}

export function imagemap(body) {
  const { width, height } = body.baseSize;
  const node = el("div", { class: "imagemap", role: "group", "aria-label": body.altText });
  node.style.aspectRatio = `${width} / ${height}`;
  const base = safeImage(`${body.baseUrl}/1040`);
  if (base) node.append(el("img", { src: base, alt: body.altText }));
  node.append(...areas(body.actions, width, height, (a) => {
    const action = a.type === "uri" ? { type: "uri", uri: a.linkUri } : a;
    return { label: a.label || a.text || a.linkUri, run: () => perform(action) };
  }));
  return node;
}

// Transparent buttons laid over a picture, also used by the rich menu.
export function areas(list, width, height, read) {
  return list.map((item, n) => {
    const area = item.area || item.bounds;
    const { label, run } = read(item);
    const percent = (value, whole) => `${(100 * value) / whole}%`;
    return el("button", {
      type: "button", class: "area", "aria-label": label || `區域 ${n + 1}`, onclick: run,
      style: {
        left: percent(area.x, width), top: percent(area.y, height),
        width: percent(area.width, width), height: percent(area.height, height),
      },
    });
  });
}
