// A browser over a running stack: pages that remember what went wrong in them, and what tests do in them over and over.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";
import puppeteer from "puppeteer-core";

/** How long anything may take: a function that starts, a state machine that waits for its carrier. */
export const PATIENCE_MS = 45_000;
export const PHONE = { width: 360, height: 740, deviceScaleFactor: 2, isMobile: true, hasTouch: true };
const DESKTOP = { width: 1280, height: 900 };
const PASSWORD = "Shopping-4-Fun!";
/** No e-mail leaves the local stack. */
const CODE = "123456";
const NAMES = ["chromium", "chromium-browser", "google-chrome"];
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const settings = name => process.env[name] ?? assert.fail(`${name} is not set: run \`make test-web\``);
export const stack = JSON.parse(readFileSync(settings("TOLLGATE_STACK"), "utf8"));
const screenshots = settings("SCREENSHOTS");
mkdirSync(screenshots, { recursive: true });

export async function launch() {
  const folders = process.env.PATH.split(delimiter);
  const found = NAMES.flatMap(name => folders.map(folder => join(folder, name))).find(existsSync);
  // A sandbox of its own needs rights that a container, and root, do not have.
  return puppeteer.launch({ executablePath: found, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
}

/** A page in a browser that nobody has used before. `expected` are the statuses that are no mishap in it. */
export async function open(browser, { viewport = DESKTOP, expected = [] } = {}) {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  await page.setViewport(viewport);
  page.setDefaultTimeout(PATIENCE_MS);
  page.mishaps = [];
  page.on("pageerror", error => page.mishaps.push(String(error)));
  page.on("console", message => {
    const isExpected = expected.some(status => message.text().includes(`status of ${status} `));
    if (["error", "warn"].includes(message.type()) && !isExpected) page.mishaps.push(`${message.text()} ${message.location().url}`);
  });
  return page;
}

/** Closes the page; fails where something went wrong in it that its shopper did not see. */
export async function close(page) {
  await page.browserContext().close();
  assert.deepEqual(page.mishaps, []);
}

export const visit = (page, name) => page.goto(new URL(name, stack.shop).href);

/** The text of the first element that `selector` finds, once it is seen. */
export async function text(page, selector) {
  const element = await page.waitForSelector(selector, { visible: true });
  return element.evaluate(found => found.innerText.trim());
}

/** Waits until an element's text has this in it. */
export const says = (page, selector, wanted) => page.waitForFunction(
  (selector, wanted) => document.querySelector(selector)?.innerText.includes(wanted), {}, selector, wanted);

/** Makes an account and signs in; the account's name. */
export async function signUp(page) {
  const name = `ann-${randomUUID()}@example.com`;
  await visit(page, "account.html");
  await (await page.waitForSelector("[data-show=sign-up]", { visible: true })).click();
  await (await page.waitForSelector("#new-name", { visible: true })).type(name);
  await page.type("#new-password", PASSWORD);
  await page.click("#sign-up-form button[type=submit]");
  await (await page.waitForSelector("#code", { visible: true })).type(CODE);
  await Promise.all([page.waitForNavigation(), page.click("#confirm-form button[type=submit]")]);
  return name;
}

/** Puts a product into the cart and orders it; waits for the order's page. */
export async function order(page, sku) {
  await visit(page, "index.html");
  await (await page.waitForSelector(`img[src="pictures/${sku}.svg"]`)).evaluate(image => {
    image.closest("li").querySelector("button").click();
  });
  await page.waitForSelector("#toast:not([hidden])");
  await visit(page, "cart.html");
  await (await page.waitForSelector("#check-out", { visible: true })).click();
  await page.waitForSelector("#payment:not([hidden])");
}

export async function pay(page, card) {
  await page.click(`input[value=${card}]`);
  await page.click("#payment button[type=submit]");
}

/** Keeps a picture of the page among what was built. */
export async function picture(page, name, fullPage = true) {
  await page.screenshot({ path: join(screenshots, `${name}.png`), fullPage });
}

/** Fails where axe finds something that keeps people out. */
export async function isAccessible(page) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  const told = violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`));
  assert.deepEqual(told, []);
}

/** Fails where one has to scroll sideways. */
export async function fits(page) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  const { width } = page.viewport(); // not the page's innerWidth: a phone shows a wide page smaller
  assert.ok(wide <= width, `${page.url()} is ${wide} wide on a screen of ${width}`);
}
