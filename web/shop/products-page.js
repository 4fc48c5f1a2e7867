// The first page: what the shop has, by category.

import { call } from "./api.js";
import { add } from "./cart.js";
import { element, fill, whileBusy } from "./dom.js";
import { money } from "./money.js";
import { header, showing, tell } from "./page.js";

/** From here on a product counts as scarce. */
const FEW = 5;

header();
for (const shelf of document.querySelectorAll("[data-category]")) showing(() => stock(shelf));

async function stock(shelf) {
  const list = shelf.querySelector("ul");
  try {
    const { items } = await call("GET", `/products?category=${shelf.dataset.category}`);
    fill(list, items.map(product => element("li", { class: "product" }, card(product))));
  } finally {
    list.removeAttribute("aria-busy");
  }
}

function card(product) {
  const isSoldOut = product.stock === 0;
  const picture = element("img", { src: `pictures/${product.sku}.svg`, alt: "", width: 240, height: 200 });
  picture.addEventListener("error", () => (picture.src = "pictures/parcel.svg"), { once: true });
  const button = isSoldOut
    ? element("button", { type: "button", class: "quiet", disabled: true }, "Sold out")
    : element("button", { type: "button", class: "quiet", "aria-label": `Add ${product.name} to the cart` }, "Add to cart");
  button.addEventListener("click", () => whileBusy(button, () => put(product)));
  return [
    element("div", { class: "picture" }, picture),
    element("h3", {}, product.name),
    element("p", { class: "soft" }, product.description),
    element("div", { class: "buy" },
      element("p", { class: "price" }, money(product.price), left(product.stock)), button),
  ];
}

const left = stock => stock > 0 && stock <= FEW && element("span", { class: "few" }, `${stock} left`);

async function put(product) {
  await showing(async () => {
    await add(product);
    tell(`${product.name} is in your cart.`);
    toast(product);
  });
}

let hiding;
function toast(product) {
  const place = document.getElementById("toast");
  fill(place, `${product.name} is in your cart. `, element("a", { href: "cart.html" }, "See the cart"));
  place.hidden = false;
  clearTimeout(hiding);
  hiding = setTimeout(() => (place.hidden = true), 6_000);
}
