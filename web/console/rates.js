// From totals that only grow to what happens now. Pure: nothing here touches the page.

/** What is counted of requests. */
const COUNTS = ["requests", "errors", "throttled"];

/** What happened a second between two answers of `GET /usage/tenants`: `{ requests, errors, throttled }`, or null where no time
 *  has passed. An hour that began in between counts from nothing. */
export function rates(before, now) {
  const seconds = (now.asOfMs - before.asOfMs) / 1000;
  if (!(seconds > 0)) return null;
  const known = new Map(before.hours.map(hour => [hour.from, hour]));
  const since = before.hours.at(-1)?.from ?? "";
  const hours = now.hours.filter(hour => hour.from >= since);
  const grown = name => hours.reduce((sum, hour) => sum + Math.max(0, hour[name] - (known.get(hour.from)?.[name] ?? 0)), 0);
  return Object.fromEntries(COUNTS.map(name => [name, grown(name) / seconds]));
}

/** How many listen to each channel, the most first: `[{ channel, connections }]`, of subscriptions as the table names their place,
 *  `{shard}#{channel}`. */
export function listeners(places) {
  const counts = new Map();
  for (const place of places) {
    const channel = place.slice(place.indexOf("#") + 1);
    counts.set(channel, (counts.get(channel) ?? 0) + 1);
  }
  return [...counts].map(([channel, connections]) => ({ channel, connections })).sort((a, b) => b.connections - a.connections);
}

/** What all tenants did on each route, by `METHOD /path`: requests, errors, and the slowest 95th percentile of any tenant. */
export function byRoute(tenants) {
  const routes = new Map();
  for (const { route, requests, errors, p95Micros } of tenants.flatMap(({ hour }) => hour.routes)) {
    const known = routes.get(route) ?? { requests: 0, errors: 0, p95Micros: 0 };
    routes.set(route, {
      requests: known.requests + requests, errors: known.errors + errors, p95Micros: Math.max(known.p95Micros, p95Micros ?? 0),
    });
  }
  return routes;
}

/** How a count is written: 1,234, 56.7k, 8.9M. */
export function short(count) {
  const notation = count < 10_000 ? "standard" : "compact";
  return new Intl.NumberFormat("en-GB", { notation, maximumFractionDigits: 1 }).format(count);
}

/** How a time in microseconds is written. */
export function micros(time) {
  if (time === null || time === undefined) return "–";
  return time < 1_000_000 ? `${short(time / 1000)} ms` : `${short(time / 1_000_000)} s`;
}
