// The rich menu under a one-to-one chat: picture, tap areas, opened and closed by its bar.
import { get } from "./api.js";
import { perform } from "./actions.js";
import { $, el, replace } from "./dom.js";
import { isGroup, store } from "./store.js";
import { areas } from "./templates.js";
import { toBottom } from "./thread.js";

export async function load(keepOpen) {
  const { menu } = isGroup() ? { menu: null } : await get(`people/${store.chat}/richmenu`);
  const same = store.menu?.richMenuId === menu?.richMenuId;
  store.menu = menu;
  const bar = $("#menubar");
  bar.hidden = !menu;
  $("#richmenu").hidden = true;
  if (!menu) return;
  $("#menubar span").textContent = menu.chatBarText;
  const { width, height } = menu.size;
  const panel = el("div", { class: "panel", style: { "aspect-ratio": `${width} / ${height}` } },
    el("img", { src: `/_sandbox/richmenus/${menu.richMenuId}/image`, alt: menu.name }),
    areas(menu.areas, width, height, (area) => ({
      label: area.action.label || area.action.displayText || area.action.text || area.action.type,
      run: () => perform(area.action),
    })));
  replace($("#richmenu"), panel);
  show(same ? keepOpen : menu.selected);
}

export function show(open) {
  if (!store.menu) return;
  $("#richmenu").hidden = !open;
  $("#menubar").setAttribute("aria-expanded", String(Boolean(open)));
  toBottom();
}

export const isOpen = () => !$("#richmenu").hidden;
