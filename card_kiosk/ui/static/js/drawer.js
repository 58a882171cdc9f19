// The sandbox's card drawer: made-up cards to put in and pull out. The page has it with virtual readers alone.
import { h } from "./dom.js";

const token = document.querySelector('meta[name="kiosk-token"]').content;
const drawer = h("aside", { id: "drawer", lang: "zh-TW", "aria-label": "虛擬卡片抽屜" });
document.body.append(drawer);

let open = new URLSearchParams(location.search).has("drawer") || location.hash === "#drawer";
let wanted = "";
let reader = "";

async function post(path, body) {
  const answer = await fetch(`/drawer/${path}`, { method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json", "X-Kiosk-Token": token } });
  if (answer.ok) draw(await answer.json());
}

const refresh = async () => { const answer = await fetch("/drawer"); if (answer.ok) draw(await answer.json()); };

function draw(state) {
  const typing = document.activeElement?.id === "drawer-find" ? document.activeElement.selectionStart : null;
  const readers = Object.entries(state.readers);
  reader = readers.some(([name]) => name === reader) ? reader : readers[0]?.[0] ?? "";
  const find = h("input", { id: "drawer-find", type: "search", placeholder: "找人：姓名、情境", value: wanted, oninput: (event) => { wanted = event.target.value; draw(state); } });
  find.value = wanted;
  const people = state.people.filter((one) => !wanted || `${one.name}${one.key}`.toLowerCase().includes(wanted.toLowerCase()));
  drawer.replaceChildren(...[
    h("button", { class: "tab", type: "button", "aria-expanded": String(open), onclick: () => { open = !open; draw(state); } }, open ? "收起卡片抽屜 ▾" : "卡片抽屜（沙盒） ▴"),
    open && h("div", { class: "panel" },
      h("div", { class: "line" }, "放入：", readers.map(([name, inside]) =>
        h("button", { type: "button", class: name === reader ? "in" : "", "aria-pressed": String(name === reader), onclick: () => { reader = name; draw(state); } }, `${name}：${inside || "空"}`)),
        h("button", { type: "button", onclick: () => post("pull", { reader }) }, "⏏ 抽出卡片")),
      h("div", { class: "line" }, "其他卡片：", state.cards.map((card) => h("button", { type: "button", onclick: () => post("insert", { card: card.key, reader }) }, card.name))),
      h("div", { class: "line" }, "機器：", state.machine.map((item) => h("button", { type: "button", onclick: () => post("machine", { act: item.key }) }, item.name))),
      state.scan && h("div", { class: "line" }, "手機掃到的文字：", h("code", {}, state.scan)),
      h("div", { class: "line" }, "健保卡：", find),
      h("div", { class: "people" }, people.slice(0, 60).map((one) =>
        h("button", { type: "button", onclick: () => post("insert", { card: one.key, reader }) },
          h("b", {}, one.name), h("small", {}, one.key), h("small", {}, one.household ? `戶號 ${one.household}` : one.document ? `護照 ${one.document}` : "")))))].filter(Boolean));
  if (typing !== null) { const box = document.getElementById("drawer-find"); box?.focus(); box?.setSelectionRange(typing, typing); }
}

document.addEventListener("keydown", (event) => { if (event.target.id === "drawer-find") event.stopImmediatePropagation(); }, true);
refresh();
setInterval(() => { if (open && document.activeElement?.id !== "drawer-find") refresh(); }, 1500);
