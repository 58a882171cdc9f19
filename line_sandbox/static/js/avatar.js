import { el } from "./dom.js";
import { store } from "./store.js";
import { safeImage } from "./urls.js";

const COLOURS = ["#5b8def", "#e0795b", "#4aa58a", "#a477d1", "#c79a2b", "#d2628f", "#5794a6", "#8a8f3c"];

export function avatar(user, sender) {
  const icon = sender?.iconUrl && safeImage(sender.iconUrl);
  if (icon) return el("img", { class: "avatar", src: icon, alt: "" });
  if (user === "bot") return el("span", { class: "avatar bot", text: "健", "aria-hidden": "true" });
  if (store.groups.has(user)) return el("span", { class: "avatar group", text: "群", "aria-hidden": "true" });
  const name = store.people.get(user)?.name || "?";
  const letter = [...name.split(" ").at(/公所|業務組/.test(name) ? -1 : 0)][0];
  const colour = COLOURS[[...user].reduce((sum, c) => sum + c.charCodeAt(0), 0) % COLOURS.length];
  return el("span", { class: "avatar", text: letter, style: { background: colour }, "aria-hidden": "true" });
}
