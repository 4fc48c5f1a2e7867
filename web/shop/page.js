// What every page has: its header and footer, a place where changes are told aloud, and one for what went wrong.

import { CHANGED, count } from "./cart.js";
import { byId, element, fill } from "./dom.js";
import { shopper } from "./session.js";

/** Errors that say all that a shopper must know. */
const EXPECTED = ["ApiError", "SessionError"];
const UNEXPECTED = "Something went wrong on this page. Load it again.";

const ABOUT = "Everything here comes through one gateway: these pages from S3, products and orders from DynamoDB, "
  + "the cart from a function, payments from a container, the delivery from a workflow.";

/** Fills the page's header and footer. */
export function header() {
  const here = location.pathname.split("/").pop();
  const link = (href, properties, ...content) =>
    element("a", { href, "aria-current": href === here ? "page" : null, ...properties }, ...content);
  const who = shopper();
  fill(document.querySelector("body > header"),
    element("a", { class: "skip", href: "#main" }, "Skip to the content"),
    link("index.html", { class: "brand" },
      element("img", { src: "pictures/mark.svg", alt: "", width: 36, height: 36 }), "Cup & Kettle"),
    element("nav", { "aria-label": "Shop" },
      link("orders.html", {}, "Orders"),
      link("account.html", { class: "account" }, element("span", {}, who ? who.name.split("@")[0] : "Sign in")),
      link("cart.html", { id: "cart", class: "cart" }, "Cart", element("span", { id: "cart-count", "aria-hidden": "true" }))));
  fill(document.querySelector("body > footer"), element("p", {}, ABOUT));
  showCount();
  for (const event of [CHANGED, "storage"]) addEventListener(event, showCount);
}

function showCount() {
  const things = count();
  byId("cart-count").textContent = things || "";
  byId("cart").setAttribute("aria-label", things ? `Cart, ${things} in it` : "Cart, empty");
}

/** Tells a change to those who do not see it. */
export function tell(text) {
  byId("told").textContent = text;
}

/** Shows what went wrong where it is seen and heard, or nothing any more. `more` is added to it. */
export function problem(error, ...more) {
  const place = byId("problem");
  place.hidden = !error;
  const isExpected = error && EXPECTED.includes(error.name);
  fill(place, error && element("p", {}, isExpected ? error.message : UNEXPECTED), more);
  if (!error) return;
  byId("waiting")?.remove();
  place.focus();
  if (!isExpected) console.error(error);
}

/** Runs `action`, and shows what goes wrong in it. */
export async function showing(action) {
  problem(null);
  try {
    await action();
  } catch (error) {
    problem(error);
  }
}
