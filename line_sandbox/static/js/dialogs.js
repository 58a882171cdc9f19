// Date picker and place picker: native inputs inside a <dialog>.
import { el } from "./dom.js";

const INPUT = { date: "date", time: "time", datetime: "datetime-local" };
const MODES = { date: "選擇日期", time: "選擇時間", datetime: "選擇日期與時間" };

function ask(title, fields, read) {
  return new Promise((resolve) => {
    const cancel = el("button", { type: "button", class: "plain", text: "取消" });
    const form = el("form", { method: "dialog" }, el("h2", { text: title }), fields,
      el("div", { class: "row" }, cancel, el("button", { class: "primary", text: "確定" })));
    const dialog = el("dialog", { class: "ask", "aria-label": title }, form);
    let value = null;
    cancel.addEventListener("click", () => dialog.close());
    form.addEventListener("submit", () => { value = read(); });
    dialog.addEventListener("close", () => { dialog.remove(); resolve(value); });
    document.body.append(dialog);
    dialog.showModal();
  });
}

export function pickDate(action) {
  const input = el("input", {
    type: INPUT[action.mode], required: true, "aria-label": MODES[action.mode],
    min: action.min?.replace("t", "T"), max: action.max?.replace("t", "T"),
  });
  if (action.initial) input.value = action.initial.replace("t", "T");
  return ask(MODES[action.mode], [input], () => input.value || null);
}

const PLACES = [
  ["健保聯合服務中心", "臺北市中正區公園路15號之1", 25.0455, 121.5155],
  ["東谷公所", "臺中市東谷區中山路1號", 24.1469, 120.6839],
  ["我家", "", 25.033, 121.5654],
];

export function pickPlace() {
  const choice = el("select", { "aria-label": "地點" },
    PLACES.map(([title], n) => el("option", { value: n, text: title })));
  return ask("傳送位置", [choice], () => {
    const [title, address, latitude, longitude] = PLACES[Number(choice.value)];
    return { title, address, latitude, longitude };
  });
}
