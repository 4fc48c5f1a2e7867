// One order: what is in it, paying it, and what becomes of it while one watches.

import { call } from "./api.js";
import { byId, element, fill, onSubmit } from "./dom.js";
import { watch } from "./live.js";
import { moment, money } from "./money.js";
import { header, problem, showing, tell } from "./page.js";
import { shopper, token } from "./session.js";
import { STEPS, after, isOver, timeline } from "./timeline.js";

const id = new URLSearchParams(location.search).get("id") ?? "";
const path = `/me/orders/${encodeURIComponent(id)}`;

/** Why a bank declines, and what helps. */
const DECLINES = {
  insufficient_funds: "There is not enough money on this card. Nothing was taken. Choose another card.",
};
const DECLINED = "The bank declined this card and does not say why. Nothing was taken. Choose another card.";

let order = null;
let unwatch = () => {};

header();
onSubmit(byId("payment"), pay);
if (shopper()) showing(open);
else location.replace(`account.html?next=${encodeURIComponent(`order.html?id=${id}`)}`);

async function open() {
  show(await load());
  fill(byId("items"), order.items.map(item => element("li", {},
    element("span", {}, `${item.quantity} × ${item.name}`), element("span", { class: "price" }, money(item.lineTotal)))));
  byId("total").textContent = money(order.total);
  byId("number").textContent = order.id.slice(0, 8);
  byId("placed").textContent = moment(order.placedAt);
  byId("order").hidden = false;
  byId("waiting")?.remove();
  if (!isOver(order)) unwatch = watch(order.customer, { onStep, look, onState });
  if (order.status === "placed") await settle();
}

/** Calls the API as who has signed in. */
async function ask(method, path, options = {}) {
  return call(method, path, { ...options, token: await token() });
}

async function load() {
  const { items } = await ask("GET", path);
  if (items.length === 0) throw Object.assign(new Error("You have no such order."), { name: "ApiError" });
  return items[0];
}

/** Whether an order that was placed is still to be paid, or was and waits for its delivery. */
async function settle() {
  const { state } = await ask("GET", `${path}/payments`).catch(error => {
    if (error.status === 404) return {};
    throw error;
  });
  if (state === "captured") await deliver();
  else if (order.status === "placed") byId("payment").hidden = false;
}

async function pay({ card }) {
  await showing(async () => {
    const body = { amount: order.total, card };
    try {
      await ask("POST", `${path}/payments`, { body, headers: { "idempotency-key": attempt(card) } });
    } catch (error) {
      if (error.status === 402) return declined(error, card);
      if (error.status !== 409 || !(await isPaid())) throw error;
    }
    await deliver();
  });
}

/** The key of an attempt with this card: the same until the bank has answered, so that nobody is charged twice. */
function attempt(card) {
  const name = `attempt-${id}-${card}`;
  if (!sessionStorage.getItem(name)) sessionStorage.setItem(name, crypto.randomUUID());
  return sessionStorage.getItem(name);
}

function declined(error, card) {
  sessionStorage.removeItem(`attempt-${id}-${card}`);
  problem(Object.assign(error, { message: DECLINES[error.body.reason] ?? DECLINED }));
}

async function isPaid() {
  return (await ask("GET", `${path}/payments`)).state === "captured";
}

async function deliver() {
  byId("payment").hidden = true;
  byId("status-heading").focus();
  await ask("POST", `${path}/delivery`);
  tell("Paid. The delivery begins.");
}

async function look() {
  show(await load());
}

function onStep(step) {
  if (step.order === id) show(after(order, step));
}

function onState(isLive) {
  byId("live").textContent = isLive ? "Live" : "Connecting";
  byId("live").dataset.live = isLive;
}

function show(latest) {
  const isNews = order && order.status !== latest.status;
  order = latest;
  const [title] = STEPS[order.status];
  byId("status-heading").textContent = title;
  document.title = `${title} – order ${order.id.slice(0, 8)} – Cup & Kettle`;
  fill(byId("timeline"), timeline(order).map(step));
  if (order.status !== "placed") byId("payment").hidden = true;
  if (isNews) tell(`${title}. ${timeline(order).find(({ state }) => state === "now").text}`);
  if (!isOver(order)) return;
  unwatch();
  byId("live").hidden = true;
}

function step({ title, text, at, state, status }) {
  return element("li", { class: state, "data-status": status, "aria-current": state === "now" ? "step" : null },
    element("p", { class: "step" }, title, at && element("time", { datetime: at }, moment(at, { timeStyle: "medium" }))),
    element("p", { class: "soft" }, state === "next" ? "" : text));
}
