// What all components share: place in the parent's flex line, margin, position.
import { SPACE, set, size } from "./units.js";

const horizontal = (parent) => parent && parent.layout !== "vertical";
const RIGID = new Set(["icon", "separator"]);

export function place(node, c, parent, index) {
  placeFlex(node, c, parent);
  if (parent && c.position !== "absolute") margin(node, c, parent, index);
  if (c.position === "absolute") node.style.position = "absolute";
  for (const [key, name] of [["offsetTop", "top"], ["offsetBottom", "bottom"], ["offsetStart", "inset-inline-start"], ["offsetEnd", "inset-inline-end"]]) {
    set(node, name, size(c[key], SPACE));
  }
}

function placeFlex(node, c, parent) {
  if (!parent || c.position === "absolute") return;
  const fixed = RIGID.has(c.type) || (c.type === "box" && c.width && c.flex === undefined);
  const across = horizontal(parent);
  const grow = c.flex ?? (fixed ? 0 : c.type === "filler" || across ? 1 : 0);
  node.style.flex = grow === 0 ? "0 0 auto" : `${grow} 0 ${across ? "0" : "auto"}`;
}

function margin(node, c, parent, index) {
  if (index === 0 || c.type === "filler") return;
  const value = size(c.margin ?? parent.spacing, SPACE);
  set(node, horizontal(parent) ? "margin-inline-start" : "margin-top", value);
}
