// The pictures: a card, a reader, a phone and a sign, put together per screen and per problem.
import { s } from "./dom.js";

const DEEP = "#0b4f4a";
const TEAL = "#0b6b63";
const PALE = "#d5ebe5";
const AMBER = "#ffb703";
const RED = "#a4262c";
const INK = "#10201f";

function card({ kind = "nhi", crack = false } = {}) {
  const face = { nhi: "#e9f7f1", bank: "#2f4858", staff: "#f4e7c8" }[kind];
  const line = kind === "bank" ? "#9fb4c0" : "#8fc3b5";
  return s("g", { class: "card" },
    s("rect", { x: 130, y: 60, width: 220, height: 300, rx: 20, fill: face, stroke: DEEP, "stroke-width": 5 }),
    kind === "nhi" && s("path", { d: "M133 82a18 18 0 0 1 18-19h178a18 18 0 0 1 18 19v34H133z", fill: TEAL }),
    kind === "nhi" && s("circle", { cx: 163, cy: 90, r: 12, fill: "#fff" }),
    kind === "nhi" && s("rect", { x: 186, y: 82, width: 120, height: 16, rx: 8, fill: "#fff" }),
    s("rect", { x: 156, y: 140, width: 74, height: 88, rx: 10, fill: kind === "bank" ? "#496273" : PALE }),
    kind !== "bank" && s("circle", { cx: 193, cy: 172, r: 17, fill: line }),
    kind !== "bank" && s("path", { d: "M164 224c4-26 54-26 58 0z", fill: line }),
    [146, 170, 194].map((y, i) => s("rect", { x: 248, y, width: [76, 60, 68][i], height: 12, rx: 6, fill: line })),
    s("g", { class: "chip" },
      s("rect", { x: 204, y: 282, width: 72, height: 56, rx: 10, fill: "#e5b94e", stroke: "#9a7418", "stroke-width": 3 }),
      s("path", { d: "M204 302h22m28 0h22M204 318h22m28 0h22M226 282v56m28-56v56", stroke: "#9a7418", "stroke-width": 3, fill: "none" })),
    crack && s("path", { d: "M240 62l-22 74 30 40-36 66 28 54-14 62", stroke: RED, "stroke-width": 7, fill: "none", "stroke-linejoin": "round" }));
}

function reader({ light = AMBER, dim = false } = {}) {
  return s("g", { class: "reader", opacity: dim ? 0.45 : 1 },
    s("path", { d: "M70 340q0-26 26-26h288q26 0 26 26v44q0 30-30 30H100q-30 0-30-30z", fill: DEEP }),
    s("rect", { x: 112, y: 310, width: 256, height: 16, rx: 8, fill: INK }),
    s("rect", { x: 112, y: 378, width: 180, height: 12, rx: 6, fill: "#2c7a71" }),
    s("circle", { class: "light", cx: 362, cy: 384, r: 11, fill: light }));
}

function phone(text = "") {
  return s("g", { class: "phone" },
    s("rect", { x: 150, y: 24, width: 180, height: 370, rx: 30, fill: INK }),
    s("rect", { x: 162, y: 52, width: 156, height: 306, rx: 10, fill: "#cfe3f5" }),
    s("rect", { x: 176, y: 84, width: 108, height: 60, rx: 16, fill: "#fff" }),
    text && s("text", { x: 230, y: 128, "text-anchor": "middle", "font-size": 40, "font-weight": 800, fill: INK }, text),
    s("rect", { x: 176, y: 240, width: 128, height: 40, rx: 12, fill: TEAL }),
    s("rect", { x: 176, y: 292, width: 128, height: 40, rx: 12, fill: "#fff" }),
    s("circle", { cx: 240, cy: 376, r: 9, fill: "#4a5a59" }));
}

const GLYPHS = {
  check: (g) => [s("path", { ...g, d: "M-24 2l17 18 32-38" })],
  cross: (g) => [s("path", { ...g, d: "M-19-19l38 38m0-38l-38 38" })],
  pause: (g) => [s("path", { ...g, d: "M-11-20v40M11-20v40" })],
  clock: (g) => [s("path", { ...g, d: "M0-22V2l16 12" })],
  lock: (g) => [s("path", { ...g, d: "M-13-4v-8a13 13 0 0 1 26 0v8" }), s("rect", { x: -20, y: -4, width: 40, height: 28, rx: 6, fill: "#fff" })],
  turn: (g) => [s("path", { ...g, d: "M-22 6a22 22 0 0 1 40-18m4-12v14H8M22-2a22 22 0 0 1-38 16m-6 12V12h14", "stroke-width": 7 })],
  cloth: (g) => [s("path", { ...g, d: "M-22 12q8-26 22-12t22-12M-18 22h36", "stroke-width": 8 })],
  cloud: (g) => [s("path", { ...g, d: "M-20 16h38a12 12 0 0 0 0-24 19 19 0 0 0-36-4 14 14 0 0 0-2 28zM-24-26l48 52", "stroke-width": 6 })],
  ask: (g) => [s("path", { ...g, d: "M-13-12a13 13 0 1 1 18 13q-5 3-5 10", "stroke-width": 8 }), s("circle", { cx: 0, cy: 24, r: 5.5, fill: "#fff" })],
  out: (g) => [s("path", { ...g, d: "M0 24v-42m-17 14L0-22l17 18" })],
  family: (g) => [s("path", { ...g, d: "M-14-8a8 8 0 1 1 .1 0zM15 0a6 6 0 1 1 .1 0zM-26 22c0-26 24-26 24 0M6 22c0-18 19-18 19 0", "stroke-width": 6 })],
};

function sign(kind, colour, x = 350, y = 110) {
  const glyph = { stroke: "#fff", "stroke-width": 10, fill: "none", "stroke-linecap": "round", "stroke-linejoin": "round" };
  return s("g", { class: "sign", transform: `translate(${x} ${y})` },
    s("circle", { r: 56, fill: "#fff" }), s("circle", { r: 48, fill: colour }), ...GLYPHS[kind](glyph));
}

const inReader = (inner, light) => [s("g", { class: "seat" }, inner), reader({ light })];

const SCENES = {
  insert: () => [s("g", { class: "slide-in" }, card()), reader()],
  reading: () => inReader(card(), "#39d98a"),
  take: () => [s("g", { class: "slide-out" }, card()), reader()],
  done: () => [s("g", { class: "slide-out" }, card()), reader({ light: "#39d98a" }), sign("check", "#1b7f4b", 372, 96)],
  phone: (text) => [phone(text)],
  service_down: () => [reader({ dim: true }), sign("pause", "#8a5a00", 240, 180)],
  no_reader: () => [reader({ dim: true }), sign("ask", "#8a5a00", 240, 180)],
  reader_busy: () => [...inReader(card()), sign("clock", "#8a5a00")],
  reader_failed: () => [...inReader(card()), sign("cross", RED)],
  card_removed: () => [s("g", { class: "lifted" }, card()), reader(), sign("out", "#8a5a00", 380, 120)],
  card_mute: () => [s("g", { class: "upside" }, card()), reader(), sign("turn", "#8a5a00", 380, 100)],
  card_stuck: () => [s("g", { class: "lifted" }, card()), reader(), sign("cloth", "#8a5a00", 380, 110)],
  not_nhi_card: () => [s("g", { class: "lifted" }, card({ kind: "bank" })), reader(), sign("cross", RED, 372, 100)],
  card_unreadable: () => [s("g", { class: "lifted" }, card({ crack: true })), reader(), sign("cross", RED, 372, 100)],
  server_unreachable: () => [reader({ dim: true }), sign("cloud", "#8a5a00", 240, 180)],
  clock_off: () => [reader({ dim: true }), sign("clock", "#8a5a00", 240, 180)],
  kiosk_unknown: () => [reader({ dim: true }), sign("cross", RED, 240, 180)],
  unknown_person: () => [...inReader(card()), sign("ask", "#8a5a00")],
  card_not_current: () => [s("g", { class: "lifted" }, card()), reader(), sign("clock", "#8a5a00", 380, 110)],
  relation_refused: () => [...inReader(card()), sign("family", "#8a5a00")],
  too_many_attempts: () => [...inReader(card()), sign("lock", "#8a5a00")],
  not_bound: () => [phone(), sign("cross", RED, 330, 100)],
  session_over: () => [...inReader(card()), sign("clock", "#8a5a00")],
};

export function picture(name, text) {
  return s("svg", { viewBox: "0 0 480 420", class: `art art-${name}`, "aria-hidden": "true", focusable: "false" }, SCENES[name](text));
}

export function qr(rows, label) {
  const size = rows.length;
  let path = "";
  rows.forEach((row, y) => [...row].forEach((cell, x) => { if (cell === "1") path += `M${x + 4} ${y + 4}h1v1h-1z`; }));
  return s("svg", { viewBox: `0 0 ${size + 8} ${size + 8}`, class: "qr", role: "img", "aria-label": label, "shape-rendering": "crispEdges" },
    s("rect", { width: size + 8, height: size + 8, fill: "#fff" }), s("path", { d: path, fill: "#000" }));
}
