// The operator's console: what goes through the gateway now, who uses it, and what each route takes.

import { call } from "../shop/api.js";
import { byId, element, fill, onSubmit } from "../shop/dom.js";
import { moment } from "../shop/money.js";
import { problem, showing } from "../shop/page.js";
import { bar, columns, line } from "./charts.js";
import { byRoute, listeners, micros, rates, short } from "./rates.js";

const STORED = "operator-key";
const LOOK_EVERY_MS = 2_000;
/** Five minutes of rates at most, and a minute from the start. */
const ROOM = { least: 30, most: 150 };
/** Subscriptions are read a page at a time; so many at most for one look, and seldom, for each reads the whole table. */
const PAGES = 20;
const CHANNELS_EVERY_MS = 15_000;
/** The channels with the most connections. */
const SHOWN = 20;

const plan = fetch("plan.json").then(answer => answer.json());
const seen = []; // requests a second, the latest last
let last = null; // the latest answer
let timers = [];

onSubmit(byId("key-form"), ({ key }) => showing(() => enter(key.trim())));
byId("leave").addEventListener("click", leave);
const known = sessionStorage.getItem(STORED);
if (known) showing(() => enter(known));
else show(false);

async function enter(key) {
  const first = await call("GET", "/usage/tenants", { key }).catch(error => {
    sessionStorage.removeItem(STORED);
    show(false);
    if (error.status === 403) error.message = "This key is unknown, or does not have the feature operator.";
    throw error;
  });
  sessionStorage.setItem(STORED, key);
  show(true);
  await draw(first);
  await countListeners(key);
  timers = [every(LOOK_EVERY_MS, async () => draw(await call("GET", "/usage/tenants", { key }))),
    every(CHANNELS_EVERY_MS, () => countListeners(key))];
}

/** Looks again and again, one look at a time. One that fails is told, and the next may succeed. */
function every(ms, look) {
  let isLooking = false;
  return setInterval(async () => {
    if (isLooking || document.hidden) return;
    isLooking = true;
    await look().then(() => problem(null), problem);
    isLooking = false;
  }, ms);
}

function leave() {
  timers.forEach(clearInterval);
  sessionStorage.removeItem(STORED);
  location.reload();
}

function show(isIn) {
  byId("enter").hidden = isIn;
  byId("console").hidden = !isIn;
  byId("leave").hidden = !isIn;
}

async function draw(answer) {
  const now = last && rates(last, answer);
  last = answer;
  if (now) seen.push(now);
  seen.splice(0, seen.length - ROOM.most);
  tiles(answer.hour, now);
  charts(answer.hours);
  tenants(answer);
  routes(await plan, byRoute(answer.tenants));
}

function tiles(hour, now) {
  const rate = name => now ? short(now[name]) : "–";
  byId("rate").textContent = rate("requests");
  byId("errors").textContent = rate("errors");
  byId("throttled").textContent = rate("throttled");
  byId("p50").textContent = micros(hour.p50Micros);
  byId("p95").textContent = micros(hour.p95Micros);
  byId("p99").textContent = micros(hour.p99Micros);
}

function charts(hours) {
  const values = seen.map(({ requests }) => requests);
  const room = Math.max(ROOM.least, values.length);
  const ago = `${short(room * LOOK_EVERY_MS / 60_000)} min ago`;
  fill(byId("live"), line(values, { label: `Requests a second from ${ago}, now ${short(values.at(-1) ?? 0)}`, room }));
  byId("live-from").textContent = ago;
  byId("live-most").textContent = `at most ${short(Math.max(0, ...values))}`;
  const time = from => moment(from, { hour: "2-digit", minute: "2-digit" });
  const entries = hours.map(({ from, requests, errors }) =>
    ({ value: requests, bad: errors, title: `${time(from)}: ${short(requests)} requests, ${short(errors)} errors` }));
  const sum = hours.reduce((sum, { requests }) => sum + requests, 0);
  fill(byId("day"), columns(entries, { label: `Requests of each of the last 24 hours, ${short(sum)} together` }));
  byId("day-most").textContent = `at most ${short(Math.max(0, ...hours.map(({ requests }) => requests)))}`;
}

function tenants({ tenants, last24Hours, otherTenants }) {
  const most = Math.max(1, ...tenants.map(({ last24Hours }) => last24Hours.requests));
  fill(byId("tenants"), tenants.map(({ tenant, hour, last24Hours: day }) => row(
    tenant || element("em", {}, "no tenant"), bar(day.requests / most),
    ...[day.requests, hour.requests, day.throttled, day.errors].map(short))));
  const others = otherTenants > 0 ? ` ${otherTenants} more tenants are not shown.` : "";
  byId("tenants-sum").textContent = `${short(last24Hours.requests)} requests in 24 hours.${others}`;
}

function routes({ operations }, used) {
  const rows = operations.map(operation => ({ ...operation, ...used.get(`${operation.method} ${operation.path}`) }));
  rows.sort((a, b) => (b.requests ?? 0) - (a.requests ?? 0));
  fill(byId("routes"), rows.map(route));
}

function route({ method, path, way, guard, apiKey, microUsdPerMillion, requests, errors, p95Micros }) {
  const price = (microUsdPerMillion / 1_000_000).toFixed(2);
  const used = requests ? [short(requests), short(errors), micros(p95Micros || null)] : ["–", "–", "–"];
  return element("tr", {},
    element("th", { scope: "row" }, element("span", { class: "method" }, method), " ", path),
    element("td", {}, element("span", { class: `way ${way.split(" ")[0]}` }, way)),
    element("td", {}, guarded(guard, apiKey)),
    numbers([price, ...used]));
}

/** Who is let in, in the words of `tollgate plan`. */
function guarded(guard, apiKey) {
  const names = { open: "open", apiKey: "API key", iam: "IAM", jwt: "JWT", request: "function" };
  return apiKey && guard !== "apiKey" ? `${names[guard]} + API key` : names[guard];
}

async function countListeners(key) {
  const { places, isAll } = await subscriptions(key);
  const counted = listeners(places);
  const most = counted[0]?.connections ?? 1;
  fill(byId("channels"), counted.slice(0, SHOWN).map(({ channel, connections }) =>
    row(channel, bar(connections / most), short(connections))));
  byId("channels-sum").textContent = counted.length === 0 ? "Nobody listens at this moment."
    : `Subscriptions: ${short(places.length)}${isAll ? "" : " and more"}. Channels: ${short(counted.length)}.`;
}

/** The places of all subscriptions, or of as many as one look may take. */
async function subscriptions(key) {
  const places = [];
  let from = {};
  for (let page = 0; page < PAGES && from; page++) {
    const { Items, LastEvaluatedKey: last } = await call("GET", `/channels?${new URLSearchParams(from)}`, { key });
    places.push(...Items.map(({ channelShard }) => channelShard.S));
    from = last && { channelShard: last.channelShard.S, connectionId: last.connectionId.S };
  }
  return { places, isAll: !from };
}

const row = (name, drawn, ...values) =>
  element("tr", {}, element("th", { scope: "row" }, name), element("td", { class: "drawn" }, drawn), numbers(values));

const numbers = values => values.map(value => element("td", { class: "number" }, value));
