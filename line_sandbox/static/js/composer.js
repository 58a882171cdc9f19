// Writing: text (Enter sends, not while an input method is composing), pictures, stickers, places.
import { act, hooks, perform } from "./actions.js";
import { sendFiles } from "./api.js";
import { $, el, replace, toast } from "./dom.js";
import { show } from "./richmenu.js";
import { PACKAGE, STICKERS } from "./stickers.js";
import { store } from "./store.js";
import { quote } from "./thread.js";

const input = () => $("#text");

async function send() {
  const text = input().value.trim();
  if (!text) return;
  const quoted = store.quoting?.id;
  input().value = "";
  grow();
  quote(null);
  const done = await act({ kind: "text", text, quoted });
  if (!done) input().value = text;
}

function grow() {
  input().style.height = "auto";
  input().style.height = `${Math.min(input().scrollHeight, 120)}px`;
  $("#send").disabled = !input().value.trim();
}

function stickers() {
  const panel = $("#stickers");
  panel.hidden = !panel.hidden;
  replace(panel, STICKERS.map(([id, face, word]) => el("button", {
    type: "button", text: face, "aria-label": `貼圖 ${word}`,
    onclick: () => {
      panel.hidden = true;
      act({ kind: "sticker", packageId: PACKAGE, stickerId: id, keywords: [word] });
    },
  })));
}

async function upload(files) {
  if (!files.length) return;
  await sendFiles(store.speaker, store.chat, files).catch((error) => toast(error.message));
}

export function setUp() {
  $("#composer").addEventListener("submit", (event) => { event.preventDefault(); send(); });
  input().addEventListener("input", grow);
  input().addEventListener("keydown", (event) => {
    // 229: some input methods end the composition before this event arrives.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    send();
  });
  $("#file").addEventListener("change", (event) => {
    upload([...event.target.files]);
    event.target.value = "";
  });
  $("#photo").addEventListener("click", () => hooks.camera(false));
  $("#sticker").addEventListener("click", stickers);
  $("#place").addEventListener("click", () => perform({ type: "location" }));
  $("#quoting button").addEventListener("click", () => quote(null));
  hooks.camera = (now) => {
    if (now) $("#file").setAttribute("capture", "environment");
    else $("#file").removeAttribute("capture");
    $("#file").click();
  };
  hooks.openKeyboard = (text) => {
    if (text) input().value = text;
    show(false);
    grow();
    input().focus();
  };
}

export function forChat() {
  input().value = "";
  quote(null);
  $("#stickers").hidden = true;
  grow();
}
