// A WebSocket server that behaves like a stage of channels, and misbehaves on command. RFC 6455, text frames only.

import { createHash } from "node:crypto";
import { createServer } from "node:http";

export async function startServer(options = {}) {
  const server = new ChannelServer(options);
  await new Promise(resolve => server.http.listen(0, "127.0.0.1", resolve));
  server.url = `ws://127.0.0.1:${server.http.address().port}/live`;
  return server;
}

class ChannelServer {
  sockets = new Set();
  handshakes = []; // { at, protocols }
  requests = [];
  channels = new Map(); // name -> { messages, latest }
  answering = true;
  refuse = 0; // status of the handshake, or 0

  constructor({ key } = {}) {
    this.key = key;
    this.http = createServer((_, response) => response.writeHead(426).end());
    this.http.on("upgrade", (request, socket) => this.#upgrade(request, socket));
  }

  channel(name) {
    if (!this.channels.has(name)) this.channels.set(name, { messages: [], latest: 0 });
    return this.channels.get(name);
  }

  /** Gives a message its sequence and keeps it; `to` says to whom it is posted, and how often. */
  publish(name, data, { messageId = `m-${Math.random()}`, times = 1, keep = true } = {}) {
    const channel = this.channel(name);
    const message = { action: "message", channel: name, messageId, sequence: ++channel.latest, at: Date.now(), data };
    if (keep) channel.messages.push(message);
    for (let time = 0; time < times; time++) this.post(message);
    return message;
  }

  post(message) {
    for (const socket of this.sockets) if (socket.subscribed.has(message.channel)) socket.say(message);
  }

  /** Cuts every connection without a word. */
  cut() {
    for (const socket of this.sockets) socket.destroy();
  }

  async close() {
    this.cut();
    await new Promise(resolve => this.http.close(resolve));
  }

  #upgrade(request, socket) {
    const protocols = (request.headers["sec-websocket-protocol"] ?? "").split(",").map(offer => offer.trim());
    this.handshakes.push({ at: Date.now(), protocols });
    const known = !this.key || protocols.includes(`tollgate.key.${this.key}`);
    const status = this.refuse || (known ? 0 : 403);
    if (status) return socket.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`);
    const accept = createHash("sha1")
      .update(`${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest("base64");
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n` +
        `sec-websocket-accept: ${accept}\r\nsec-websocket-protocol: tollgate.v1\r\n\r\n`,
    );
    socket.subscribed = new Set();
    socket.say = value => socket.write(frame(JSON.stringify(value)));
    this.sockets.add(socket);
    socket.on("close", () => this.sockets.delete(socket));
    socket.on("error", () => {});
    let pending = Buffer.alloc(0);
    socket.on("data", bytes => {
      pending = Buffer.concat([pending, bytes]);
      for (let read; (read = readFrame(pending)); pending = pending.subarray(read.length)) {
        if (read.opcode === 8) socket.end(Buffer.from([0x88, 0]));
        else if (read.opcode === 1) this.#answer(socket, JSON.parse(read.text));
      }
    });
  }

  #answer(socket, request) {
    this.requests.push(request);
    if (!this.answering) return;
    const { action, id, channel: name } = request;
    const answer = fields => socket.say({ action, id, ok: true, ...fields });
    if (action === "subscribe") {
      if (name === "forbidden") {
        return socket.say({ action, id, ok: false, error: { code: "FORBIDDEN", message: "you may not subscribe" } });
      }
      socket.subscribed.add(name);
      const { messages, latest } = this.channel(name);
      const missed = request.after === undefined ? [] : messages.filter(message => message.sequence > request.after);
      return answer({ channel: name, sequence: latest, messages: missed.slice(0, 3), more: missed.length > 3 });
    }
    if (action === "publish") {
      const known = this.channel(name).messages.some(message => message.messageId === request.messageId);
      if (!known) this.publish(name, request.data, { messageId: request.messageId });
      return answer({ channel: name, messageId: request.messageId });
    }
    if (action === "unsubscribe") socket.subscribed.delete(name);
    answer({ channel: name });
  }
}

function frame(text) {
  const body = Buffer.from(text);
  const head =
    body.length < 126
      ? Buffer.from([0x81, body.length])
      : Buffer.from([0x81, 126, body.length >> 8, body.length & 255]);
  return Buffer.concat([head, body]);
}

/** The first whole frame of what has come, or nothing. Clients mask theirs. */
function readFrame(bytes) {
  if (bytes.length < 6) return null;
  let [length, at] = [bytes[1] & 127, 2];
  if (length === 126) [length, at] = [bytes.readUInt16BE(2), 4];
  if (bytes.length < at + 4 + length) return null;
  const mask = bytes.subarray(at, at + 4);
  const body = Buffer.from(bytes.subarray(at + 4, at + 4 + length)).map((byte, index) => byte ^ mask[index & 3]);
  return { opcode: bytes[0] & 15, text: body.toString(), length: at + 4 + length };
}
