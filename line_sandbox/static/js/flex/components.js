// One function a component type. `parent` is the JSON of the box around it.
import { actionButton, tappable } from "../actions.js";
import { el } from "../dom.js";
import { safeImage } from "../urls.js";
import { place } from "./common.js";
import { BORDER, FONT, IMAGE, SPACE, colour, ratio, set, size } from "./units.js";

function box(c, parent, index) {
  const node = el("div", { class: `fx-box fx-${c.layout}` });
  c.contents.forEach((child, n) => node.append(component(child, c, n)));
  for (const name of ["width", "height"]) set(node, name, size(c[name]));
  set(node, "max-width", size(c.maxWidth));
  set(node, "max-height", size(c.maxHeight));
  set(node, "background-color", colour(c.backgroundColor));
  set(node, "border-width", size(c.borderWidth, BORDER));
  set(node, "border-color", colour(c.borderColor));
  set(node, "border-radius", size(c.cornerRadius, SPACE));
  set(node, "justify-content", c.justifyContent);
  set(node, "align-items", c.alignItems);
  set(node, "padding", size(c.paddingAll, SPACE));
  set(node, "padding-top", size(c.paddingTop, SPACE));
  set(node, "padding-bottom", size(c.paddingBottom, SPACE));
  set(node, "padding-inline-start", size(c.paddingStart, SPACE));
  set(node, "padding-inline-end", size(c.paddingEnd, SPACE));
  if (c.background) set(node, "background-image", gradient(c.background));
  place(node, c, parent, index);
  return tappable(node, c.action);
}

function gradient(b) {
  const stops = [colour(b.startColor), b.centerColor ? `${colour(b.centerColor)} ${b.centerPosition || "50%"}` : null, colour(b.endColor)];
  return `linear-gradient(${b.angle}, ${stops.filter(Boolean).join(", ")})`;
}

function fontStyle(node, c) {
  set(node, "font-size", fontSize(c));
  set(node, "color", colour(c.color));
  if (c.weight === "bold") node.style.fontWeight = "700";
  if (c.style === "italic") node.style.fontStyle = "italic";
  if (c.decoration && c.decoration !== "none") node.style.textDecoration = c.decoration;
}

// `scaling` follows the font size chosen on the phone.
const fontSize = (c) => {
  const value = size(c.size, FONT) ?? (c.type === "span" ? null : "16px");
  return value && c.scaling ? `calc(${value} * var(--text-scale, 1))` : value;
};

const ALIGN = { start: "start", center: "center", end: "end" };
const GRAVITY = { top: "flex-start", center: "center", bottom: "flex-end" };

function text(c, parent, index) {
  const inner = el("p", {}, c.contents?.length ? c.contents.map(span) : c.text);
  const node = el("div", { class: `fx-text${c.wrap ? " fx-wrap" : ""}` }, inner);
  fontStyle(node, c);
  set(node, "text-align", ALIGN[c.align]);
  set(node, "justify-content", GRAVITY[c.gravity]);
  const gap = size(c.lineSpacing);
  if (gap) set(inner, "line-height", `calc(1.4em + ${gap})`);
  if (c.maxLines && c.wrap) {
    inner.classList.add("fx-clamp");
    set(inner, "-webkit-line-clamp", String(c.maxLines));
  }
  if (c.adjustMode === "shrink-to-fit") node.dataset.shrink = "p";
  place(node, c, parent, index);
  return tappable(node, c.action);
}

function span(c) {
  const node = el("span", { text: c.text });
  fontStyle(node, c);
  return node;
}

function button(c, parent, index) {
  const style = c.style || "link";
  const tap = actionButton(c.action, `fx-btn fx-${style}${c.height === "sm" ? " fx-sm" : ""}`);
  set(tap, style === "link" ? "color" : "background-color", colour(c.color));
  if (c.scaling) tap.style.fontSize = "calc(16px * var(--text-scale, 1))";
  const node = el("div", { class: "fx-button" }, tap);
  set(node, "justify-content", GRAVITY[c.gravity]);
  if (c.adjustMode === "shrink-to-fit") node.dataset.shrink = "button";
  place(node, c, parent, index);
  return node;
}

function image(c, parent, index) {
  const url = safeImage(c.url);
  const frame = el("span", { class: `fx-frame${c.aspectMode === "cover" ? " fx-cover" : ""}` },
    url ? el("img", { src: url, alt: "", loading: "lazy" }) : null);
  set(frame, "aspect-ratio", ratio(c.aspectRatio, "1 / 1"));
  set(frame, "background-color", colour(c.backgroundColor));
  set(frame, "width", c.size === "full" ? "100%" : size(c.size, IMAGE) ?? "100px");
  const node = el("div", { class: "fx-image" }, frame);
  set(node, "align-items", { start: "flex-start", end: "flex-end" }[c.align]);
  set(node, "justify-content", GRAVITY[c.gravity]);
  place(node, c, parent, index);
  return tappable(node, c.action);
}

function icon(c, parent, index) {
  const url = safeImage(c.url);
  const node = el("div", { class: "fx-icon" }, url ? el("img", { src: url, alt: "" }) : null);
  set(node, "font-size", fontSize(c));
  set(node, "aspect-ratio", ratio(c.aspectRatio, "1 / 1"));
  place(node, c, parent, index);
  return node;
}

function separator(c, parent, index) {
  const node = el("div", { class: "fx-separator" });
  set(node, "background-color", colour(c.color));
  place(node, c, parent, index);
  return node;
}

function filler(c, parent, index) {
  const node = el("div", { class: "fx-filler" });
  place(node, c, parent, index);
  return node;
}

function video(c) {
  const source = safeImage(c.url);
  return el("div", { class: "fx-video" }, el("video", { src: source, poster: safeImage(c.previewUrl), controls: true, preload: "none" }));
}

const TYPES = { box, text, button, image, icon, separator, filler, video };

export function component(c, parent, index) {
  return (TYPES[c.type] || filler)(c, parent, index);
}
