// The cart: quantities, the total, and the way to an order.

import { checkOut, load, remove, setQuantity } from "./cart.js";
import { byId, element, fill, whileBusy } from "./dom.js";
import { money } from "./money.js";
import { header, problem, showing, tell } from "./page.js";
import { shopper } from "./session.js";

const MOST = 999;

let shown; // the cart as it was last seen

header();
byId("check-out").addEventListener("click", event => whileBusy(event.currentTarget, order));
showing(async () => show(await load()));

function show(cart) {
  shown = cart;
  const isEmpty = !cart || cart.items.length === 0;
  byId("empty").hidden = !isEmpty;
  byId("filled").hidden = isEmpty;
  byId("waiting")?.remove();
  if (isEmpty) return;
  fill(byId("lines"), cart.items.map(line));
  byId("total").textContent = money(cart.total);
  byId("check-out").textContent = shopper() ? "Place the order" : "Sign in to order";
}

function line(item) {
  const id = `quantity-${item.sku}`;
  const field = element("input", {
    id, type: "number", inputmode: "numeric", min: 1, max: MOST, value: item.quantity, required: true,
    onchange: () => change(item, field),
  });
  const button = element("button", { type: "button", class: "link", "aria-label": `Remove ${item.name}` }, "Remove");
  button.addEventListener("click", () => whileBusy(button, () => takeOut(item)));
  return element("li", { class: "line" },
    element("img", { src: `pictures/${item.sku}.svg`, alt: "", width: 72, height: 60 }),
    element("div", { class: "what" },
      element("h2", {}, item.name), element("p", { class: "soft" }, `${money(item.unitPrice)} each`), button),
    element("div", { class: "how-many" },
      element("label", { for: id }, element("span", { class: "unseen" }, `${item.name}: `), "Quantity"), field),
    element("p", { class: "price" }, money(item.lineTotal)));
}

async function change(item, field) {
  if (!field.reportValidity()) return;
  await showing(async () => {
    const cart = await setQuantity(shown, item.sku, field.valueAsNumber);
    show(cart);
    byId(field.id).focus();
    tell(`${item.name}: ${field.value}. The total is ${money(cart.total)}.`);
  });
}

async function takeOut(item) {
  await showing(async () => {
    const cart = await remove(shown, item.sku);
    show(cart);
    byId("heading").focus();
    tell(`${item.name} was removed.`);
  });
}

async function order() {
  if (!shopper()) return location.assign("account.html?next=cart.html");
  await showing(async () => {
    try {
      const { id } = await checkOut(shown);
      location.assign(`order.html?id=${id}`);
    } catch (error) {
      if (error.status === 401) return problem(error, element("a", { href: "account.html?next=cart.html" }, "Sign in"));
      throw error;
    }
  });
}
