// The shopper's cart: its id is kept in this browser, what is in it in the shop.

import { call } from "./api.js";
import { token } from "./session.js";

const STORED = "cart";
const COUNTED = "cart-count";

/** Told on `window` when there is another number of things in the cart. */
export const CHANGED = "cart-changed";

/** How many things were in the cart when it was last looked at. */
export const count = () => Number(localStorage.getItem(COUNTED) ?? 0);

/** The cart, or null where there is none that can be changed. */
export async function load() {
  const id = localStorage.getItem(STORED);
  const cart = id && await call("GET", `/carts/${id}`).catch(error => {
    if (error.status !== 404) throw error;
  });
  return keep(cart && !cart.order ? cart : null);
}

/** Adds one of a product. One after the other, however fast they come: two at once could make two carts. */
export function add(product) {
  const added = adding.then(() => addNow(product));
  adding = added.catch(() => {});
  return added;
}

let adding = Promise.resolve();

async function addNow(product) {
  const item = { sku: product.sku, name: product.name, quantity: 1, unitPrice: product.price };
  const cart = await load() ?? await call("POST", "/carts", { body: { currency: product.price.currency } });
  return keep(await call("POST", `/carts/${cart.id}/items`, { body: item }));
}

export const setQuantity = async (cart, sku, quantity) =>
  keep(await call("PATCH", `/carts/${cart.id}/items/${sku}`, { body: { quantity } }));

export const remove = async (cart, sku) => keep(await call("DELETE", `/carts/${cart.id}/items/${sku}`));

/** Makes an order of the cart for who has signed in. Sent again it gives the same order. */
export async function checkOut(cart) {
  const order = await call("POST", `/me/carts/${cart.id}/checkout`, { token: await token() });
  keep(null);
  return order;
}

function keep(cart) {
  const things = cart ? cart.items.reduce((sum, item) => sum + item.quantity, 0) : 0;
  if (cart) localStorage.setItem(STORED, cart.id);
  else localStorage.removeItem(STORED);
  localStorage.setItem(COUNTED, String(things));
  window.dispatchEvent(new Event(CHANGED));
  return cart;
}
