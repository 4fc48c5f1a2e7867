// The same template and bodies as render.rs, with the npm package velocityjs:
//   npm install --no-save --prefix /tmp/velocityjs velocityjs
//   node shared/mapping/benches/velocityjs.mjs /tmp/velocityjs
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { parse, Compile } = createRequire(process.argv[2] + "/")("velocityjs");
const template = parse(readFileSync(new URL("order.vtl", import.meta.url), "utf8"));

function order(lines, history) {
  return JSON.stringify({
    order: {
      number: 4711, currency: "EUR", note: "Leave it at Ann's door",
      customer: { name: "Ann Example", email: "Ann@Example.com", vip: false, orders: 12, address: { city: "Oulu" } },
      lines: Array.from({ length: lines }, (_, at) => ({
        sku: `SKU-${at}`, title: `Item number ${at}`, quantity: (at % 7) + 1, cents: at * 13 + 99, weight: (at % 10) + 0.5,
      })),
      shipping: { method: "post", days: 3, insured: true },
    },
    history: Array.from({ length: history }, (_, at) => ({
      at: `2026-01-01T00:00:${String(at % 60).padStart(2, "0")}Z`, event: "viewed", value: at, tags: ["a", "b"],
    })),
  });
}

const params = { path: { id: "4711" }, querystring: { page: "2" }, header: { Accept: "*/*", "User-Agent": "bench/1" } };

function render(text) {
  const body = JSON.parse(text);
  const at = (path) => path.split(".").slice(1).reduce((value, name) => value?.[name], body);
  return new Compile(template).render({
    input: {
      path: at,
      json: (path) => JSON.stringify(at(path)),
      params: (name) => (name ? params.path[name] ?? params.querystring[name] ?? params.header[name] : params),
    },
    util: { escapeJavaScript: (text) => JSON.stringify(text).slice(1, -1).replaceAll("'", "\\'").replaceAll("/", "\\/") },
    context: { requestId: "r-1", stage: "dev", authorizer: { principalId: "u-1" } },
    stageVariables: { colour: "blue" },
  });
}

for (const [name, text] of [["10 KB", order(24, 104)], ["1 MB", order(900, 12000)]]) {
  const times = [];
  const end = performance.now() + 5000;
  while (performance.now() < end) {
    const begin = performance.now();
    render(text);
    times.push((performance.now() - begin) * 1000);
  }
  times.sort((a, b) => a - b);
  console.log(`${name}: a body of ${text.length} bytes gives ${render(text).length} bytes; ` +
    `body parsed and rendered, median of ${times.length}: ${times[times.length >> 1].toFixed(1)} µs`);
}
