// What the client promises, against a server that loses connections, messages and answers.
// `node --experimental-websocket --test web/tests/tollgate-channels.test.js` (Node 22 needs no flag)

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { TollgateChannels } from "../tollgate-channels.js";
import { startServer } from "./server.js";

const KEY = "tgdemodemodemodemodemodemodemodemo";
let server;
let clients;

beforeEach(async () => {
  server = await startServer({ key: KEY });
  clients = [];
});

afterEach(async () => {
  for (const client of clients) client.close();
  await server.close();
});

function client(options = {}) {
  const made = new TollgateChannels(server.url, { key: KEY, connectBackoffMs: [5, 40], gapWaitMs: 10, ...options });
  clients.push(made);
  return made;
}

/** Waits for a condition, for at most five seconds. */
async function until(holds, what = holds.toString()) {
  for (const end = Date.now() + 5_000; !holds(); await new Promise(resolve => setTimeout(resolve, 2))) {
    assert.ok(Date.now() < end, `never: ${what}`);
  }
}

async function listener(name, options) {
  const got = [];
  const listening = client(options);
  await listening.subscribe(name, message => got.push(message.data), options);
  return { got, listening };
}

test("the key goes as a subprotocol and is not the one that is chosen", async () => {
  await client().ping();
  assert.deepEqual(server.handshakes[0].protocols, ["tollgate.v1", `tollgate.key.${KEY}`]);
});

test("a token goes beside the key, each time the present one", async () => {
  let session = 0;
  const connecting = client({ token: () => `eyJ.${++session}.sig` });
  await connecting.ping();
  server.cut();
  await until(() => server.handshakes.length === 2);
  const protocols = server.handshakes.map(handshake => handshake.protocols);
  const shown = number => ["tollgate.v1", `tollgate.key.${KEY}`, `tollgate.token.eyJ.${number}.sig`];
  assert.deepEqual(protocols, [shown(1), shown(2)]);
  client({ token: "eyJ.a.b" });
  await until(() => server.handshakes.length === 3);
  assert.equal(server.handshakes[2].protocols[2], "tollgate.token.eyJ.a.b");
});

test("a message arrives once, however often it is posted", async () => {
  const { got } = await listener("a");
  server.publish("a", 1, { times: 3 });
  server.publish("a", 2, { times: 2 });
  await until(() => got.length >= 2);
  server.publish("a", 3);
  await until(() => got.includes(3));
  assert.deepEqual(got, [1, 2, 3]);
});

test("the same message under another sequence is still the same", async () => {
  const { got } = await listener("a");
  server.publish("a", "once", { messageId: "m-1" });
  server.publish("a", "once", { messageId: "m-1" });
  server.publish("a", "next");
  await until(() => got.includes("next"));
  assert.deepEqual(got, ["once", "next"]);
});

test("messages out of order are handed over in order", async () => {
  const { got } = await listener("a", { gapWaitMs: 5_000 });
  const [first, second, third] = [1, 2, 3].map(data => server.publish("a", data, { times: 0 }));
  for (const message of [third, first, second]) server.post(message);
  await until(() => got.length === 3);
  assert.deepEqual(got, [1, 2, 3]);
});

test("a message that never came is asked for", async () => {
  const { got } = await listener("a");
  for (let data = 1; data <= 9; data++) server.publish("a", data, { times: data === 9 ? 1 : 0 });
  await until(() => got.length === 9);
  assert.deepEqual(got, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test("what the channel no longer has is told, and the rest goes on", async () => {
  const gaps = [];
  const { got } = await listener("a", { onGap: gap => gaps.push(gap), gapTries: 2 });
  server.publish("a", 1);
  server.publish("a", "lost", { times: 0, keep: false });
  server.publish("a", "lost", { times: 0, keep: false });
  server.publish("a", 4);
  await until(() => got.includes(4));
  assert.deepEqual(got, [1, 4]);
  assert.deepEqual(gaps, [{ channel: "a", from: 2, to: 3 }]);
});

test("what was published while the connection was lost is there after it is back", async () => {
  const { got } = await listener("a");
  for (let round = 0; round < 5; round++) {
    server.publish("a", `${round} before`);
    server.cut();
    for (let number = 0; number < 5; number++) server.publish("a", `${round} ${number}`);
    await until(() => server.sockets.size === 1);
  }
  server.publish("a", "last");
  await until(() => got.includes("last"));
  const expected = server.channel("a").messages.map(message => message.data);
  assert.deepEqual(got, expected);
});

test("waits grow while there is nobody, and end when there is", async () => {
  const waits = [];
  const listening = client({ onState: ({ waitMs }) => waitMs && waits.push(waitMs), random: () => 1 });
  await listening.ping();
  server.refuse = 500;
  server.cut();
  await until(() => waits.length >= 6);
  server.refuse = 0;
  await listening.ping();
  assert.deepEqual(waits.slice(0, 6), [5, 10, 20, 40, 40, 40]);
});

test("a publication whose answer was lost is repeated under the same id", async () => {
  const { got } = await listener("a");
  const publisher = client({ requestTimeoutMs: 50 });
  await publisher.ping();
  server.answering = false;
  const published = publisher.publish("a", "hello");
  await until(() => server.requests.filter(request => request.action === "publish").length >= 2);
  server.answering = true;
  const id = await published;
  await until(() => got.length > 0);
  const ids = new Set(server.requests.filter(({ action }) => action === "publish").map(({ messageId }) => messageId));
  assert.deepEqual([...ids], [id]);
  assert.deepEqual(got, ["hello"]);
});

test("a refusal is an error with its code, and the connection stays", async () => {
  const made = client();
  await assert.rejects(made.subscribe("forbidden", () => {}), { code: "FORBIDDEN" });
  await made.ping();
  assert.equal(server.handshakes.length, 1);
});

test("a handler that throws does not stop the next message", async () => {
  const errors = [];
  const got = [];
  const made = client({ onError: error => errors.push(error.message) });
  await made.subscribe("a", ({ data }) => {
    if (data === 1) throw new Error("mine");
    got.push(data);
  });
  server.publish("a", 1);
  server.publish("a", 2);
  await until(() => got.length === 1);
  assert.deepEqual([errors, got], [["mine"], [2]]);
});

test("a channel that began anew is followed", async () => {
  const { got } = await listener("a", { after: 500 });
  server.publish("a", 1);
  await until(() => got.length === 1);
  assert.deepEqual(got, [1]);
});

test("a silent connection is replaced", async () => {
  const made = client({ pingEveryMs: 30, requestTimeoutMs: 60 });
  await made.ping();
  server.answering = false;
  await until(() => server.handshakes.length >= 2);
});
