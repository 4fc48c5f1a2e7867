// The shopper's latest orders.

import { call } from "./api.js";
import { byId, element, fill } from "./dom.js";
import { watch } from "./live.js";
import { moment, money } from "./money.js";
import { header, showing } from "./page.js";
import { shopper, token } from "./session.js";
import { STEPS, after, isOver } from "./timeline.js";

let orders = [];

header();
if (shopper()) showing(open);
else location.replace("account.html?next=orders.html");

async function open() {
  await look();
  byId("waiting")?.remove();
  if (orders.some(order => !isOver(order))) watch(shopper().id, { onStep, look, onState: () => {} });
}

async function look() {
  const { items } = await call("GET", "/me/orders", { token: await token() });
  orders = items;
  show();
}

function onStep(step) {
  orders = orders.map(order => order.id === step.order ? after(order, step) : order);
  show();
}

function show() {
  byId("empty").hidden = orders.length > 0;
  fill(byId("orders"), orders.map(order => element("li", {},
    element("a", { href: `order.html?id=${order.id}` },
      element("span", { class: "what" }, order.items.map(({ name }) => name).join(", ")),
      element("span", { class: "soft" }, `${moment(order.placedAt)} · ${order.id.slice(0, 8)}`)),
    element("span", { class: `badge ${order.status}` }, STEPS[order.status][0]),
    element("span", { class: "price" }, money(order.total)))));
}
