// One function a screen: view → elements. Words come from the catalogue, state from the companion.
import { picture, qr } from "./art.js";
import { h, write } from "./dom.js";
import { Keypad } from "./keypad.js";

const STEPS = ["card", "notice", "fact", "code", "compare"];
const STEP_OF = {
  card: "card", notice: "notice", opening: "notice", fact_kind: "fact", fact: "fact", checking: "fact",
  code: "code", unbind: "code", unbinding: "code", compare: "compare", confirming: "compare", phone: "compare",
};

const button = (label, act, style = "primary", extra = {}) =>
  h("button", { type: "button", class: style, onclick: act, ...extra }, label);

function progress(screen, words) {
  const at = STEPS.indexOf(STEP_OF[screen]);
  if (at < 0) return null;
  return h("div", { class: "progress" },
    h("p", {}, write(words.step, { n: at + 1, total: STEPS.length })),
    h("ol", { "aria-hidden": "true" }, STEPS.map((_step, index) => h("li", { class: index < at ? "past" : index === at ? "now" : "" }))));
}

function heading(words, name, screen) {
  return h("div", { class: "heading" }, progress(screen, words), h("h1", { tabindex: "-1" }, words[`${name}_title`]),
    words[`${name}_lead`] && h("p", { class: "lead" }, words[`${name}_lead`]));
}

const person = (view, words) => view.person && h("p", { class: "person" },
  h("span", { class: "label" }, words.your_card), h("strong", {}, view.person.name), h("span", {}, view.person.number));

const two = (art, ...content) => [h("div", { class: "art-side" }, art), h("div", { class: "side" }, ...content)];

function idle(view, words) {
  const steps = [1, 2, 3].map((n) => h("li", {}, h("b", { "aria-hidden": "true" }, n), h("span", {}, words[`idle_step_${n}`])));
  return two(picture("insert"),
    h("div", { class: "heading hero" }, h("h1", { tabindex: "-1" }, words.idle_title), h("p", { class: "call" }, words.idle_lead),
      h("p", { class: "lead" }, words.idle_hint)),
    h("ol", { class: "three" }, steps), h("p", { class: "promise" }, words.idle_promise));
}

const busy = (name) => (view, words) => two(picture("reading"), heading(words, name, view.screen), h("div", { class: "bar", "aria-hidden": "true" }, h("i")));

function whose(view, words, act) {
  const choice = (value, name) => button([h("strong", {}, words[name]), h("span", {}, words[`${name}_hint`])], () => act("relation", value), "choice");
  return [h("div", { class: "column split" }, h("div", { class: "side" }, heading(words, "card", view.screen), person(view, words),
    view.person?.name_damaged && h("p", { class: "note" }, words.card_damaged)),
    h("div", { class: "choices" }, choice("self", "relation_self"), choice("child", "relation_child"), choice("other_dependant", "relation_other")))];
}

function notice(view, words, act) {
  const items = [1, 2, 3, 4, 5, 6].map((n) => h("li", {}, h("h2", {}, words[`notice_${n}_title`]),
    h("p", {}, write(words[`notice_${n}`], { office: view.office }))));
  return [h("div", { class: "column wide" }, heading(words, "notice", view.screen), h("ol", { class: "six", tabindex: "0" }, items),
    h("div", { class: "row" }, button(words.notice_decline, () => act("cancel"), "quiet"), button(words.notice_agree, () => act("agree"), "primary grow")))];
}

function kinds(view, words, act) {
  return [h("div", { class: "column" }, heading(words, "kind", view.screen),
    h("div", { class: "choices" }, ["entry_permit", "passport"].map((kind) =>
      button(h("strong", {}, words[`kind_${kind}`]), () => act("kind", kind), "choice"))))];
}

function fact(view, words, act, keep) {
  const { kind, wrong, attempts_left: left, choice } = view.fact;
  const error = wrong === "match" ? write(words.fact_wrong_match, { n: left }) : wrong === "form" ? words.fact_wrong_form : "";
  if (keep.kind !== kind) { keep.kind = kind; keep.pad = null; }
  keep.pad = new Keypad(kind, words, (value) => act("fact", value));
  return [h("div", { class: "column split fact" },
    h("div", { class: "side" }, heading(words, `fact_${kind}`, view.screen), error && h("p", { class: "error", role: "alert" }, error), keep.pad.entry),
    keep.pad.keys,
    h("div", { class: "row send" }, choice && button(words.back, () => act("back"), "quiet"), keep.pad.submit))];
}

function code(view, words, act) {
  const { text, rows, bound } = view.code;
  const spoken = [...text].join(" ");
  return [h("div", { class: "qr-side" }, qr(rows, words.code_image), h("p", { class: "left" }, words.code_left, " ", h("b", { "data-countdown": "code" }))),
    h("div", { class: "side" }, heading(words, "code", view.screen),
      h("ol", { class: "how" }, [1, 2, 3].map((n) => h("li", {}, h("b", { "aria-hidden": "true" }, n), words[`code_lead_${n}`]))),
      h("div", { class: "typed" }, h("p", {}, words.code_or), h("p", { class: "code", "aria-label": spoken }, text)),
      bound && h("p", { class: "note" }, words.code_bound),
      h("div", { class: "row" }, button(words.code_renew, () => act("renew"), "quiet"),
        bound && button(words.code_unbind, () => act("ask_unbind"), "quiet")))];
}

function compare(view, words, act) {
  const digits = view.digits ?? "";
  return two(picture("phone", digits), heading(words, "compare", view.screen),
    h("div", { class: "pair" },
      h("p", { class: "digits", role: "img", "aria-label": write(words.compare_digits, { digits: [...digits].join(" ") }) }, [...digits].map((digit) => h("span", {}, digit))),
      view.phone_confirmed && h("p", { class: "good" }, "✓ ", words.compare_phone_ok)),
    h("div", { class: "stack" }, button(words.compare_same, () => act("same")), button(words.compare_different, () => act("different"), "quiet")));
}

function phone(view, words) {
  const digits = view.digits ?? "";
  return two(picture("phone", digits), heading(words, "phone", view.screen),
    h("p", { class: "digits small", "aria-label": write(words.compare_digits, { digits }) }, [...digits].map((digit) => h("span", {}, digit))),
    h("div", { class: "bar", "aria-hidden": "true" }, h("i")));
}

function unbind(view, words, act) {
  return [h("div", { class: "column" }, heading(words, "unbind", view.screen), person(view, words),
    h("div", { class: "stack" }, button(words.unbind_no, () => act("back")), button(words.unbind_yes, () => act("unbind"), "quiet danger")))];
}

const over = (name, art) => (view, words) => two(picture(art), heading(words, name, view.screen), name === "done" && person(view, words));

function problem(view, words, act) {
  const minutes = view.retry_in ? Math.ceil(view.retry_in / 60) : 0;
  const machine = view.screen === "out_of_service";
  const again = !machine && ["reader_busy", "reader_failed", "card_stuck", "card_unreadable", "server_unreachable"].includes(view.problem);
  return two(picture(view.problem),
    h("div", { class: "heading", role: machine ? "status" : "alert" }, h("h1", { tabindex: "-1" }, words[`problem_${view.problem}_title`]),
      h("p", { class: "call" }, words[`problem_${view.problem}_next`]), minutes > 0 && h("p", { class: "lead" }, write(words.wait_minutes, { n: minutes }))),
    again && h("div", { class: "stack" }, button(words.retry, () => act("retry"), "quiet")));
}

export const SCREENS = {
  idle, reading: busy("reading"), card: whose, notice, opening: busy("opening"), fact_kind: kinds, fact, checking: busy("checking"),
  code, compare, confirming: busy("confirming"), phone, unbind, unbinding: busy("unbinding"),
  done: over("done", "done"), unbound: over("unbound", "take"), take_card: over("take_card", "take"), problem, out_of_service: problem,
};

export const CAN_END = new Set(["card", "notice", "fact_kind", "fact", "code", "compare", "phone", "unbind"]);
