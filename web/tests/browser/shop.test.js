// What shoppers see of the shop, over a running stack.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { PHONE, close, fits, isAccessible, launch, open, order, pay, picture, says, signUp, text, visit } from "./browser.js";

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

/** An order that nobody has tried to pay is answered 404 by the payments. */
const UNPAID = 404;
const DECLINED = 402;

test("what was bought is delivered while one watches", async () => {
  const page = await open(browser, { expected: [UNPAID] });
  await signUp(page);
  await order(page, "espresso-cup");
  await page.evaluate(() => (globalThis.isTheSamePage = true));
  await says(page, "#live", "Live");
  const asked = [];
  page.on("request", request => request.method() === "GET" && asked.push(request.url()));
  await picture(page, "order-to-pay");
  await pay(page, "tok_visa");
  await says(page, "#status-heading", "Delivered");
  assert.equal(await page.evaluate(() => globalThis.isTheSamePage), true);
  assert.deepEqual(asked, [], "the channel told it, and nobody asked");
  assert.match(await text(page, "#told"), /Delivered/, "it is told aloud, too");
  assert.equal((await page.$$("#timeline time")).length, 4);
  await picture(page, "order-delivered");
  await visit(page, "orders.html");
  assert.equal(await text(page, ".orders .badge"), "Delivered");
  await picture(page, "orders");
  await close(page);
});

test("a connection that is lost is made again, and nothing is missed", async () => {
  const page = await open(browser, { expected: [UNPAID] });
  await page.evaluateOnNewDocument(() => {
    const Own = globalThis.WebSocket;
    globalThis.sockets = [];
    globalThis.WebSocket = class extends Own {
      constructor(...given) {
        super(...given);
        globalThis.sockets.push(this);
      }
    };
  });
  await signUp(page);
  await order(page, "tea-pot");
  await says(page, "#live", "Live");
  await page.evaluate(() => globalThis.sockets.at(-1).close());
  await says(page, "#live", "Connecting");
  await says(page, "#live", "Live");
  assert.equal(await page.evaluate(() => globalThis.sockets.length), 2);
  await pay(page, "tok_visa");
  await says(page, "#status-heading", "Delivered");
  await close(page);
});

test("things that are added at once end up in one cart", async () => {
  const page = await open(browser);
  await visit(page, "index.html");
  await page.waitForFunction(() => document.querySelectorAll(".product button").length === 6);
  await page.evaluate(() => document.querySelectorAll(".product button").forEach(button => button.click()));
  await says(page, "#cart-count", "6");
  await visit(page, "cart.html");
  await page.waitForSelector(".line");
  assert.equal((await page.$$(".line")).length, 6);
  await picture(page, "cart");
  await isAccessible(page);
  await close(page);
});

/** Answers the shelves with these products in place of the shop's. */
async function stock(page, products) {
  await page.setRequestInterception(true);
  page.on("request", request => request.url().includes("/products?")
    ? request.respond({ contentType: "application/json", body: JSON.stringify({ items: products, count: products.length }) })
    : request.continue());
}

test("what is sold out cannot be added, and what a shop wrote is text", async () => {
  const page = await open(browser, { expected: [UNPAID] });
  const product = { description: "<img src=x onerror=alert(1)>", category: "tea", price: { amount: 100, currency: "EUR" } };
  await stock(page, [{ ...product, sku: "a", name: "<b>Gone</b>", stock: 0 }, { ...product, sku: "b", name: "Scarce", stock: 3 }]);
  await visit(page, "index.html");
  assert.equal(await text(page, ".product h3"), "<b>Gone</b>");
  assert.equal(await page.$eval(".product button", button => button.disabled), true);
  assert.match(await text(page, ".product:nth-child(2) .price"), /3 left/);
  assert.equal(await page.$(".product [onerror]"), null);
  await close(page);
});

test("a bank that stumbles is asked again, and paid once", async () => {
  const page = await open(browser, { expected: [UNPAID, 503] });
  await signUp(page);
  await order(page, "moka-pot");
  await pay(page, "tok_broken");
  assert.match(await text(page, "#problem"), /Try again in a moment/);
  await pay(page, "tok_broken");
  await says(page, "#status-heading", "Delivered");
  await close(page);
});

test("who has signed in stays so while the token is renewed, until they sign out", async () => {
  const page = await open(browser, { expected: [400] });
  const name = await signUp(page);
  const outdated = () => page.evaluate(() => {
    const session = JSON.parse(sessionStorage.getItem("shopper"));
    sessionStorage.setItem("shopper", JSON.stringify({ ...session, endsAt: 0, access: `${session.access}x` }));
  });
  await outdated();
  await visit(page, "orders.html");
  await page.waitForSelector("#empty:not([hidden])");
  await visit(page, "account.html");
  assert.equal(await text(page, "#who"), name);
  await Promise.all([page.waitForNavigation(), page.click("#sign-out")]);
  assert.equal(await text(page, ".account"), "Sign in");
  await visit(page, "orders.html");
  await page.waitForSelector("#sign-in:not([hidden])");
  await page.type("#name", name);
  await page.type("#password", "Another-1!");
  await page.click("#sign-in-form button");
  assert.equal(await text(page, "#problem"), "The e-mail address or the password is wrong.");
  await close(page);
});

test("a declined payment is explained, and another card pays", async () => {
  const page = await open(browser, { expected: [UNPAID, DECLINED] });
  await signUp(page);
  await order(page, "moka-pot");
  await pay(page, "tok_declined");
  assert.match(await text(page, "#problem"), /not enough money on this card\. Nothing was taken/);
  assert.equal(await page.evaluate(() => document.activeElement.id), "problem");
  await picture(page, "order-declined");
  await pay(page, "tok_visa");
  await says(page, "#status-heading", "Delivered");
  await close(page);
});

test("what the carrier does not have is cancelled, and the money comes back", async () => {
  const page = await open(browser, { expected: [UNPAID] });
  await signUp(page);
  await order(page, "sold-out-samovar");
  await pay(page, "tok_visa");
  await says(page, "#status-heading", "Money returned");
  assert.match(await text(page, "[data-status=cancelled]"), /will not be delivered: out of stock\./);
  await picture(page, "order-refunded");
  await close(page);
});

/** Goes on with the Tab key until the element that `selector` finds has the focus. */
async function tabTo(page, selector) {
  for (let pressed = 0; pressed < 60; pressed++) {
    if (await page.evaluate(wanted => document.activeElement?.matches(wanted), selector)) return;
    await page.keyboard.press("Tab");
  }
  assert.fail(`no way to ${selector} with the Tab key`);
}

test("a keyboard is enough to buy something", async () => {
  const page = await open(browser, { expected: [UNPAID] });
  await signUp(page);
  await page.waitForSelector(".product button");
  await tabTo(page, "button[aria-label='Add Tea pot, one litre to the cart']");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#toast:not([hidden])");
  await page.focus("body");
  await tabTo(page, "#cart");
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
  await page.waitForSelector(".line");
  await tabTo(page, "#quantity-tea-pot");
  await page.keyboard.press("ArrowUp");
  await says(page, "#total", "84.00");
  await tabTo(page, "#check-out");
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
  await page.waitForSelector("#payment:not([hidden])");
  await tabTo(page, "input[name=card]");
  await tabTo(page, "#payment button");
  await page.keyboard.press("Enter");
  await says(page, "#status-heading", "Delivered");
  await close(page);
});

test("every page fits a phone, and keeps nobody out in either scheme", async () => {
  const page = await open(browser, { viewport: PHONE, expected: [UNPAID] });
  await look(page, "account.html", "#sign-in-form", "account");
  await signUp(page);
  await page.waitForSelector(".product");
  await look(page, "index.html", ".product", "shop");
  await order(page, "coffee-grinder");
  const own = new URL(page.url());
  await look(page, own.pathname.split("/").pop() + own.search, "#payment:not([hidden])", "order");
  await look(page, "orders.html", ".orders li", "orders");
  await look(page, "cart.html", "#empty:not([hidden])", "cart-empty");
  await visit(page, "index.html");
  await (await page.waitForSelector(".product button")).click();
  await page.waitForSelector("#toast:not([hidden])");
  await look(page, "cart.html", ".line", "cart");
  await close(page);
});

/** Looks at a page once it shows `ready`: its width, what axe says of it, and pictures of both schemes. */
async function look(page, name, ready, title) {
  await visit(page, name);
  await page.waitForSelector(ready, { visible: true });
  await fits(page);
  for (const scheme of ["light", "dark"]) {
    await page.emulateMediaFeatures([
      { name: "prefers-color-scheme", value: scheme }, { name: "prefers-reduced-motion", value: "reduce" }]);
    await isAccessible(page);
    await picture(page, `phone-${title}-${scheme}`);
  }
}

test("an order is nobody else's", async () => {
  const [owner, other] = [await open(browser, { expected: [UNPAID] }), await open(browser)];
  await signUp(owner);
  await order(owner, "earl-grey-100");
  await signUp(other);
  await other.goto(owner.url());
  assert.equal(await text(other, "#problem"), "You have no such order.");
  await close(owner);
  await close(other);
});
