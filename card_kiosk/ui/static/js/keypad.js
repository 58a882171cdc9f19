// The on-screen keypad. What is typed lives in this page alone and is forgotten with the screen.
import { h, write } from "./dom.js";

const LETTERS = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
const DIGITS = [..."123456789"];
const HOUSEHOLD = 8;
const DOCUMENT = 20;

export class Keypad {
  constructor(kind, words, send) {
    this.kind = kind;
    this.words = words;
    this.send = send;
    this.value = "";
    this.shown = false;
    this.letters = true;
    this.most = kind === "household_number" ? HOUSEHOLD : DOCUMENT;
    this.least = kind === "household_number" ? HOUSEHOLD : 6;
    this.slots = h("div", { class: `slots ${kind === "household_number" ? "eight" : "line"}`, "aria-hidden": "true" });
    this.spoken = h("p", { class: "unseen", role: "status" });
    this.keys = h("div", { class: "keys" });
    this.show = h("button", { type: "button", class: "quiet eye", onclick: () => { this.shown = !this.shown; this.draw(); } });
    this.submit = h("button", { type: "button", class: "primary grow", onclick: () => this.done() }, words.fact_submit);
    this.entry = h("div", { class: "entry" }, this.slots, this.show, this.spoken);
    this.draw();
  }

  type(char) {
    if (this.value.length >= this.most) return;
    this.value += char;
    if (this.kind === "household_number" && this.value.length === 1) this.letters = false;
    this.draw();
  }

  back() {
    this.value = this.value.slice(0, -1);
    if (!this.value) this.letters = true;
    this.draw();
  }

  clear() { this.value = ""; this.letters = true; this.draw(); }

  done() { if (this.value.length >= this.least) this.send(this.value); }

  press(event) {
    const key = event.key.toUpperCase();
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (/^[A-Z0-9]$/.test(key)) this.type(key);
    else if (event.key === "Backspace") this.back();
    else if (event.key === "Enter" && event.target.tagName !== "BUTTON") this.done();
    else return;
    event.preventDefault();
  }

  draw() {
    const { words } = this;
    const count = this.kind === "household_number" ? HOUSEHOLD : Math.max(this.value.length, 1);
    this.slots.replaceChildren(...Array.from({ length: count }, (_none, index) => {
      const char = this.value[index];
      const visible = this.shown || index === this.value.length - 1;
      return h("span", { class: index === this.value.length ? "next" : char ? "full" : "" }, char ? (visible ? char : "●") : "");
    }));
    this.spoken.textContent = write(words.fact_entered, { n: this.value.length });
    this.show.replaceChildren(this.shown ? words.fact_hide : words.fact_show);
    this.show.setAttribute("aria-pressed", String(this.shown));
    this.submit.disabled = this.value.length < this.least;
    const held = this.keys.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    const key = (label, act, name = label, extra = "") =>
      h("button", { type: "button", class: `key ${extra}`, "data-key": name, onclick: act }, label);
    const chars = this.letters ? LETTERS : [...DIGITS, "0"];
    this.keys.className = `keys ${this.letters ? "letters" : "digits"}`;
    this.keys.replaceChildren(
      ...chars.map((char) => key(char, () => this.type(char))),
      key(this.letters ? "123" : "ABC", () => { this.letters = !this.letters; this.draw(); }, "swap", "other"),
      key(words.key_delete, () => this.back(), "delete", "other"),
      key(words.key_clear, () => this.clear(), "clear", "other"));
    this.keys.querySelector('[data-key="swap"]').setAttribute("aria-label", this.letters ? words.key_digits : words.key_letters);
    if (held) this.keys.querySelector(`[data-key="${held}"]`)?.focus();
  }
}
