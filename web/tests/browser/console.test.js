// What the operator sees of the gateway, over a running stack.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { PHONE, close, fits, isAccessible, launch, open, order, picture, says, signUp, stack, text, visit } from "./browser.js";

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

async function enter(page, key) {
  await visit(page, "console.html");
  await (await page.waitForSelector("#key", { visible: true })).type(key);
  await page.click("#key-form button");
}

test("the operator sees who uses the gateway, what each route takes, and who listens", async () => {
  const [page, shop] = [await open(browser), await open(browser, { expected: [404] })];
  await signUp(shop);
  await order(shop, "espresso-cup");
  await says(shop, "#live", "Live");
  await enter(page, stack.operator_key);
  await says(page, "#tenants", "demo");
  await says(page, "#channels", "orders/demo/");
  await says(page, "#routes", "/me/carts/{cartId}/checkout");
  await page.waitForFunction(() => Number(document.getElementById("rate").textContent) > 0);
  assert.match(await text(page, "#p95"), /^[\d.,]+ m?s$/);
  await page.waitForFunction(() => document.querySelector("#live polyline")?.points.length >= 5);
  await isAccessible(page);
  await picture(page, "console");
  await close(page);
  await close(shop);
});

test("the console fits a phone, and keeps nobody out in the dark", async () => {
  const page = await open(browser, { viewport: PHONE });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: "dark" }]);
  await enter(page, stack.operator_key);
  await says(page, "#routes", "/health");
  await fits(page);
  await isAccessible(page);
  await picture(page, "phone-console-dark");
  await close(page);
});

test("a key that operates nothing is told so, and not kept", async () => {
  const page = await open(browser, { expected: [403] });
  await enter(page, stack.key);
  assert.equal(await text(page, "#problem"), "This key is unknown, or does not have the feature operator.");
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);
  await isAccessible(page);
  await picture(page, "console-refused");
  await close(page);
});
