// What the pages make of what they are told: totals, places of subscriptions, steps of orders.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

import { byRoute, listeners, micros, rates, short } from "../console/rates.js";
import { STEPS, after, isOver, timeline } from "../shop/timeline.js";

function answer(asOfMs, ...hours) {
  const counted = ([from, requests, errors = 0, throttled = 0]) => ({ from, requests, errors, throttled });
  return { asOfMs, hours: hours.map(counted) };
}

test("a rate is what came between two answers, also over the turn of an hour", () => {
  const before = answer(0, ["12", 100, 5], ["13", 40, 1, 2]);
  assert.deepEqual(rates(before, answer(2_000, ["12", 100, 5], ["13", 60, 2, 3])), { requests: 10, errors: 0.5, throttled: 0.5 });
  assert.deepEqual(rates(before, answer(10_000, ["13", 50, 1, 2], ["14", 30, 4])), { requests: 4, errors: 0.4, throttled: 0 });
  assert.equal(rates(before, answer(0, ["13", 50])), null);
});

test("connections are counted by channel over all shards", () => {
  assert.deepEqual(listeners(["0#rooms/a", "1#rooms/a", "0#orders/a#b"]),
    [{ channel: "rooms/a", connections: 2 }, { channel: "orders/a#b", connections: 1 }]);
});

test("a route is summed over tenants", () => {
  const of = (requests, p95Micros) => ({ hour: { routes: [{ route: "GET /a", requests, errors: 1, p95Micros }] } });
  assert.deepEqual([...byRoute([of(2, 500), of(3, null)])], [["GET /a", { requests: 5, errors: 2, p95Micros: 500 }]]);
});

test("numbers are short", () => {
  assert.deepEqual([0, 0.25, 1_234, 56_700, 8_900_000].map(short), ["0", "0.3", "1,234", "56.7k", "8.9m"]);
  assert.deepEqual([null, 1_950, 1_250_000].map(micros), ["–", "2 ms", "1.3 s"]);
});

test("a step that is told twice, or late, is one step in its place", () => {
  const order = { id: "1", status: "placed", placedAt: "2026-01-01T00:00:00Z" };
  const told = [["requested", "03"], ["paid", "02"], ["paid", "02"], ["placed", "01"]]
    .reduce((order, [status, second]) => after(order, { order: "1", status, at: `2026-01-01T00:00:${second}Z` }), order);
  assert.equal(told.status, "requested");
  assert.deepEqual(timeline(told).map(({ status, state }) => `${status} ${state}`),
    ["placed done", "paid done", "requested now", "delivered next"]);
  const cancelled = after(told, { order: "1", status: "cancelled", at: "2026-01-01T00:00:04Z", reason: "out of stock" });
  assert.match(timeline(cancelled).at(3).text, /out of stock/);
  assert.equal(timeline(cancelled).at(4).status, "refunded");
  const expired = after(order, { order: "1", status: "expired", at: "2026-01-01T01:00:00Z" });
  assert.deepEqual(timeline(expired).map(({ status, state }) => `${status} ${state}`), ["placed done", "expired now"]);
  const late = after(expired, { order: "1", status: "cancelled", at: "2026-01-01T02:00:00Z", reason: "it was paid too late" });
  assert.deepEqual(timeline(late).map(({ status, state }) => `${status} ${state}`),
    ["placed done", "expired done", "cancelled now", "refunded next"]);
});

test("an order that was given up says so, and one that was paid too late says that the money comes back", () => {
  const placed = { id: "1", status: "placed", placedAt: "2026-01-01T00:00:00Z" };
  const shown = order => timeline(order).map(({ status, state }) => `${status} ${state}`);
  const expired = after(placed, { order: "1", status: "expired", at: "2026-01-01T01:00:00Z" });
  assert.deepEqual(shown(expired), ["placed done", "expired now"]);
  assert.ok(isOver(expired) && STEPS[expired.status]);
  const late = after(expired, { order: "1", status: "cancelled", at: "2026-01-01T02:00:00Z", reason: "it was paid too late" });
  assert.deepEqual(shown(late), ["placed done", "expired done", "cancelled now", "refunded next"]);
});

/** The files of `web/` with this ending, by name. */
function files(ending) {
  const web = new URL("../", import.meta.url);
  const names = readdirSync(web, { recursive: true }).filter(name => name.endsWith(ending) && !/^tests|node_modules/.test(name));
  return names.map(name => [name, readFileSync(new URL(name, web), "utf8")]);
}

test("pages have no script, style or handler in them, refer to nothing elsewhere, and no module makes markup of text", () => {
  const pages = files(".html");
  assert.ok(pages.length >= 6);
  for (const [name, page] of pages) {
    assert.doesNotMatch(page, /<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=/, name);
    assert.doesNotMatch(page, /(src|href)="(\/|\w+:)/, `${name}: addresses are relative`);
    assert.match(page, /<html lang=.*<title>.*<main id="main">/s, name);
  }
  for (const [name, module] of files(".js")) assert.doesNotMatch(module, /innerHTML|outerHTML|insertAdjacentHTML|eval\(|document\.write/, name);
});
