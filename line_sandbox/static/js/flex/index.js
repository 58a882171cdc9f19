// A Flex container: one bubble, or a carousel that scrolls sideways.
import { tappable } from "../actions.js";
import { el } from "../dom.js";
import { component } from "./components.js";
import { colour, set } from "./units.js";

const BLOCKS = ["header", "hero", "body", "footer"];

function bubble(b) {
  const node = el("div", { class: `fx-bubble fx-size-${b.size || "mega"}`, dir: b.direction || "ltr" });
  for (const name of BLOCKS) {
    if (!b[name]) continue;
    const style = b.styles?.[name] || {};
    if (style.separator && node.childElementCount) {
      const line = el("div", { class: "fx-separator" });
      set(line, "background-color", colour(style.separatorColor));
      node.append(line);
    }
    const block = el("div", { class: `fx-block fx-${name}` }, component(b[name], null, 0));
    set(block, "background-color", colour(style.backgroundColor));
    if (name === "body" && b.footer) block.classList.add("fx-has-footer");
    node.append(block);
  }
  return tappable(node, b.action);
}

export function flex(contents, altText) {
  const carousel = contents.type === "carousel";
  const bubbles = carousel ? contents.contents.map(bubble) : [bubble(contents)];
  return el("div", {
    class: carousel ? "fx-carousel" : "fx-single", role: "group", "aria-label": altText, tabindex: carousel ? 0 : null,
  }, bubbles);
}

// "shrink-to-fit" needs real widths: call after the element is on the page.
export function fit(root) {
  for (const node of root.querySelectorAll("[data-shrink]")) {
    const inner = node.querySelector(node.dataset.shrink);
    let px = parseFloat(getComputedStyle(inner).fontSize);
    while (inner.scrollWidth > inner.clientWidth && px > 8) {
      px -= 1;
      inner.style.fontSize = `${px}px`;
    }
  }
}
