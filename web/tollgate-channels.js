// The client of Tollgate's WebSocket channels, for browsers and for anything else that has `WebSocket`.
//
//     const channels = new TollgateChannels("wss://….amazonaws.com/live", { key: "tg…" });
//     await channels.subscribe("rooms/acme/lobby", message => console.log(message.sequence, message.data));
//     await channels.publish("rooms/acme/lobby", { text: "hello" });
//
// It connects again with growing waits, subscribes again, drops what comes twice, asks for what it missed from the channel's
// recent messages, and hands messages over in the order of their sequence. What the channel no longer knows is told through
// `onGap`. docs/websocket.md has the protocol.

const DEFAULTS = {
  key: undefined, // the API key, sent as a subprotocol: browsers can send no header
  token: undefined, // a token of who has signed in, likewise; it ends, so it may be a function that gives the present one
  connectBackoffMs: [250, 30_000], // the longest first wait, and the longest of all; each is cut short at random
  requestTimeoutMs: 10_000,
  pingEveryMs: 5 * 60_000, // API Gateway ends a connection that is idle for 10 minutes
  gapWaitMs: 300, // how long a message that is missing may come by itself
  gapTries: 5, // how often it is asked for then: what was just published may not be there yet
  rememberIds: 1_000, // ids by which a channel tells what comes twice
  onState: () => {}, // ({ state: "connecting" | "open" | "waiting" | "closed", … })
  onGap: () => {}, // ({ channel, from, to }): these sequences are gone
  onError: () => {}, // what a message handler threw, and channels that could not be subscribed to again
  WebSocket: globalThis.WebSocket,
  random: Math.random,
};

/** A request that was refused. `code` is the protocol's, such as "FORBIDDEN", or "TIMEOUT", "CLOSED". */
export class ChannelError extends Error {
  constructor(code, message) {
    super(message);
    this.name = "ChannelError";
    this.code = code;
  }
}

export class TollgateChannels {
  #url;
  #options;
  #socket = null;
  #open = false; // the socket is
  #closed = false; // for good
  #failures = 0;
  #timers = { connect: null, ping: null };
  #requests = new Map(); // id -> { frame, resolve, reject, timer }
  #nextId = 1;
  #subscriptions = new Map(); // name -> Subscription

  constructor(url, options = {}) {
    this.#url = url;
    this.#options = { ...DEFAULTS, ...options };
    this.#connect();
  }

  /** Calls `onMessage({ channel, messageId, sequence, at, data })` for each message from now on; `after` asks for those after
   *  a sequence, too. Resolves once subscribed. */
  async subscribe(channel, onMessage, { after } = {}) {
    if (this.#subscriptions.has(channel)) throw new ChannelError("SUBSCRIBED", `already subscribed to ${channel}`);
    const subscription = new Subscription(channel, onMessage, after, this.#options, after => this.#ask(channel, after));
    this.#subscriptions.set(channel, subscription);
    try {
      await subscription.start();
    } catch (error) {
      // Connecting again tries again; a refusal stays one.
      if (!(error instanceof ChannelError) || !["CLOSED", "TIMEOUT"].includes(error.code) || this.#closed) {
        this.#subscriptions.delete(channel);
        throw error;
      }
      await subscription.started;
    }
  }

  async unsubscribe(channel) {
    this.#subscriptions.get(channel)?.stop();
    this.#subscriptions.delete(channel);
    await this.request({ action: "unsubscribe", channel });
  }

  /** Publishes; resolves with the message's id once it is taken. Asks again with the same id after a lost connection, so that
   *  subscribers see it once. */
  async publish(channel, data, { messageId = randomId(), tries = 5 } = {}) {
    for (let tried = 1; ; tried++) {
      try {
        return (await this.request({ action: "publish", channel, messageId, data })).messageId;
      } catch (error) {
        const again = ["CLOSED", "TIMEOUT", "UNAVAILABLE"].includes(error.code) && tried < tries && !this.#closed;
        if (!again) throw error;
      }
    }
  }

  /** Who is subscribed: `{ connections, more, members: [{ member, connections }] }`. */
  async presence(channel) {
    const { connections, more, members } = await this.request({ action: "presence", channel });
    return { connections, more, members };
  }

  async ping() {
    await this.request({ action: "ping" });
  }

  /** Sends a request as soon as the socket is open; resolves with its answer. */
  request(fields) {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(new ChannelError("CLOSED", "the client was closed"));
      const id = this.#nextId++;
      const timer = setTimeout(
        () => this.#settle(id, "reject", new ChannelError("TIMEOUT", "no answer in time")),
        this.#options.requestTimeoutMs,
      );
      const frame = JSON.stringify({ ...fields, id });
      this.#requests.set(id, { frame, resolve, reject, timer, sent: false });
      if (this.#open) this.#send(id);
    });
  }

  /** Closes for good. */
  close() {
    this.#closed = true;
    for (const timer of Object.values(this.#timers)) clearTimeout(timer);
    for (const subscription of this.#subscriptions.values()) subscription.stop();
    this.#failAll();
    this.#socket?.close(1000);
    this.#options.onState({ state: "closed" });
  }

  #connect() {
    const { onState, WebSocket } = this.#options;
    onState({ state: "connecting" });
    const socket = new WebSocket(this.#url, ["tollgate.v1", ...this.#credentials()]);
    this.#socket = socket;
    socket.onopen = () => this.#opened();
    socket.onmessage = event => this.#received(event.data);
    // Not every client says `close` where the handshake failed.
    socket.onerror = () => socket.readyState !== 1 && this.#lost(socket);
    socket.onclose = event => this.#lost(socket, event.code);
  }

  /** What the client shows, as subprotocols. */
  #credentials() {
    const shown = ["key", "token"].map(name => [name, this.#options[name]]);
    const present = shown.map(([name, given]) => [name, typeof given === "function" ? given() : given]);
    return present.filter(([, text]) => text).map(([name, text]) => `tollgate.${name}.${text}`);
  }

  #opened() {
    this.#open = true;
    this.#options.onState({ state: "open" });
    for (const subscription of this.#subscriptions.values()) this.#resubscribe(subscription);
    for (const id of this.#requests.keys()) this.#send(id);
    this.#keepAlive();
  }

  #resubscribe(subscription) {
    subscription.catchUp().catch(error => {
      // A lost connection is tried again when the next one opens.
      if (!["CLOSED", "TIMEOUT"].includes(error.code)) this.#options.onError(error);
    });
  }

  #keepAlive() {
    clearTimeout(this.#timers.ping);
    this.#timers.ping = setTimeout(() => {
      // A socket that does not answer is dead, whatever it says.
      const socket = this.#socket;
      this.ping().then(() => this.#keepAlive(), () => (this.#lost(socket), socket.close()));
    }, this.#options.pingEveryMs);
    this.#timers.ping.unref?.();
  }

  #lost(socket, code) {
    if (socket !== this.#socket || this.#closed) return;
    this.#socket = null;
    // A connection that brought nothing does not make the next wait short: a server may be letting in and dropping.
    const [first, longest] = this.#options.connectBackoffMs;
    this.#open = false;
    clearTimeout(this.#timers.ping);
    this.#failAll(sent => sent);
    const waitMs = Math.min(longest, first * 2 ** this.#failures++) * (0.5 + this.#options.random() / 2);
    this.#options.onState({ state: "waiting", waitMs, code });
    this.#timers.connect = setTimeout(() => this.#connect(), waitMs);
  }

  #failAll(which = () => true) {
    for (const [id, { sent }] of this.#requests) {
      if (which(sent)) this.#settle(id, "reject", new ChannelError("CLOSED", "the connection was lost"));
    }
  }

  #send(id) {
    const request = this.#requests.get(id);
    if (request.sent) return;
    request.sent = true;
    this.#socket.send(request.frame);
  }

  #settle(id, how, value) {
    const request = this.#requests.get(id);
    if (!request) return;
    this.#requests.delete(id);
    clearTimeout(request.timer);
    request[how](value);
  }

  #received(text) {
    let frame;
    try {
      frame = JSON.parse(text);
    } catch {
      return;
    }
    this.#failures = 0;
    if (frame.action === "message") {
      this.#subscriptions.get(frame.channel)?.receive(frame);
    } else if (frame.ok) {
      this.#settle(frame.id, "resolve", frame);
    } else if (frame.id !== undefined) {
      this.#settle(frame.id, "reject", new ChannelError(frame.error?.code, frame.error?.message));
    }
  }

  #ask(channel, after) {
    return this.request(after === undefined ? { action: "subscribe", channel } : { action: "subscribe", channel, after });
  }
}

/** One channel's messages, put in order. */
class Subscription {
  #onMessage;
  #options;
  #ask;
  #last; // the sequence up to which all has been handed over; undefined before the first answer
  #early = new Map(); // sequence -> message that came before one that is missing
  #ids = new Set();
  #gapTimer = null;
  #tries = 0;
  #stopped = false;
  #catching = null;
  #resolveStarted;

  constructor(channel, onMessage, after, options, ask) {
    this.channel = channel;
    this.#onMessage = onMessage;
    this.#last = after;
    this.#options = options;
    this.#ask = ask;
    this.started = new Promise(resolve => (this.#resolveStarted = resolve));
  }

  start() {
    return this.catchUp();
  }

  stop() {
    this.#stopped = true;
    clearTimeout(this.#gapTimer);
  }

  receive(message) {
    if (this.#stopped || (this.#last !== undefined && message.sequence <= this.#last)) return;
    this.#early.set(message.sequence, message);
    this.#flush();
    this.#watchGap();
  }

  /** Subscribes again and takes what was missed. One at a time. */
  catchUp() {
    this.#catching ??= this.#missed().finally(() => (this.#catching = null));
    return this.#catching;
  }

  async #missed() {
    for (;;) {
      const answer = await this.#ask(this.#last);
      if (this.#stopped) return;
      // The channel began anew: its sequences are lower than what is known here.
      if (this.#last !== undefined && answer.sequence < this.#last) this.#last = 0;
      this.#last ??= answer.sequence;
      for (const message of answer.messages) if (message.sequence > this.#last) this.#early.set(message.sequence, message);
      this.#flush();
      this.#resolveStarted();
      if (!answer.more || answer.messages.length === 0) {
        if (answer.sequence > this.#last) this.#expect(answer.sequence);
        return this.#watchGap();
      }
    }
  }

  /** Hands over what is next in line. */
  #flush() {
    if (this.#last === undefined) return;
    for (const sequence of this.#early.keys()) if (sequence <= this.#last) this.#early.delete(sequence);
    for (let next; (next = this.#early.get(this.#last + 1)); ) {
      this.#early.delete(next.sequence);
      this.#last = next.sequence;
      this.#tries = 0;
      this.#hand(next);
    }
  }

  /** A sequence that exists and has not come. */
  #expect(sequence) {
    this.#expected = Math.max(this.#expected, sequence);
  }
  #expected = 0;

  #hand({ channel, messageId, sequence, at, data }) {
    if (this.#ids.has(messageId)) return;
    this.#ids.add(messageId);
    if (this.#ids.size > this.#options.rememberIds) this.#ids.delete(this.#ids.values().next().value);
    try {
      this.#onMessage({ channel, messageId, sequence, at, data });
    } catch (error) {
      this.#options.onError(error);
    }
  }

  /** While something is missing: waits for it to come, then asks, and in the end goes on without it. */
  #watchGap() {
    const missing = this.#early.size > 0 || this.#expected > (this.#last ?? Infinity);
    if (!missing || this.#stopped || this.#last === undefined) {
      clearTimeout(this.#gapTimer);
      this.#gapTimer = null;
      return;
    }
    if (this.#gapTimer !== null) return;
    this.#gapTimer = setTimeout(() => this.#fillGap(), this.#options.gapWaitMs);
  }

  async #fillGap() {
    this.#gapTimer = null;
    if (this.#tries++ < this.#options.gapTries) {
      // What fails here is asked for when the connection is back.
      await this.catchUp().catch(() => {});
      return this.#watchGap();
    }
    const to = Math.min(...this.#early.keys(), this.#expected > this.#last ? this.#expected + 1 : Infinity) - 1;
    this.#options.onGap({ channel: this.channel, from: this.#last + 1, to });
    this.#last = to;
    this.#tries = 0;
    this.#flush();
    this.#watchGap();
  }
}

function randomId() {
  return globalThis.crypto.randomUUID();
}
