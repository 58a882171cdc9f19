// A tap: does what LINE does for each kind of action.
import { post } from "./api.js";
import { el, toast } from "./dom.js";
import { pickDate, pickPlace } from "./dialogs.js";
import { store } from "./store.js";
import { open } from "./urls.js";

export const hooks = { openKeyboard: () => {}, camera: () => {}, menu: () => {} };

export async function act(...acts) {
  try {
    const whole = acts.map((one) => ({ as: store.speaker, chat: store.chat, ...one }));
    return await post("act", { acts: whole });
  } catch (error) {
    toast(error.message);
    return null;
  }
}

const KINDS = {
  message: (a) => act({ kind: "text", text: a.text }),
  uri: (a) => open(a.uri) || toast("這個連結不能開啟"),
  postback: async (a) => {
    if (a.inputOption === "openKeyboard") hooks.openKeyboard(a.fillInText || "");
    if (a.inputOption === "closeRichMenu") hooks.menu(false);
    if (a.inputOption === "openRichMenu") hooks.menu(true);
    await act({ kind: "postback", data: a.data, displayText: a.displayText || a.text });
  },
  datetimepicker: async (a) => {
    const value = await pickDate(a);
    if (value) await act({ kind: "postback", data: a.data, params: { [a.mode]: value } });
  },
  richmenuswitch: (a) => act({ kind: "switch_menu", data: a.data, alias: a.richMenuAliasId }),
  clipboard: async (a) => {
    await navigator.clipboard?.writeText(a.clipboardText).catch(() => {});
    toast("已複製");
  },
  camera: () => hooks.camera(true),
  cameraRoll: () => hooks.camera(false),
  location: async () => {
    const place = await pickPlace();
    if (place) await act({ kind: "location", ...place });
  },
};

export const perform = (action) => KINDS[action?.type]?.(action);

// Makes any element a button (or link) that performs the action, by mouse and by keyboard.
export function tappable(node, action) {
  if (!action) return node;
  const go = (event) => {
    event.preventDefault();
    event.stopPropagation();
    perform(action);
  };
  node.classList.add("tappable");
  if (node.tagName !== "BUTTON") {
    node.setAttribute("role", action.type === "uri" ? "link" : "button");
    node.tabIndex = 0;
    node.addEventListener("keydown", (e) => { if (e.key === "Enter" || e.key === " ") go(e); });
    if (action.label && !node.textContent.trim()) node.setAttribute("aria-label", action.label);
  }
  node.addEventListener("click", go);
  return node;
}

export function actionButton(action, className, label = action.label) {
  return tappable(el("button", { type: "button", class: className, text: label }), action);
}
