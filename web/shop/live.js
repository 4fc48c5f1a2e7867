// What becomes of a shopper's orders, as it happens: by their channel, and by asking while that cannot be had.

import { TollgateChannels } from "../tollgate-channels.js";
import { latestToken, token } from "./session.js";
import { settings } from "./settings.js";

const ASK_EVERY_MS = 3_000;

/** Calls `onStep({ order, status, at, reason })` for each step of the customer's orders. What came before is for `look` to find,
 *  which is called once the channel is listened to, and every few seconds while it is not. `onState(isLive)` says which.
 *  Gives back what ends it. */
export function watch(customer, { onStep, look, onState }) {
  let asking = null;
  let channels = null;
  let isSubscribed = false;
  let isOver = false;

  // What cannot be seen at this moment is seen the next time.
  const tryToLook = () => look().catch(() => {});

  function ask() {
    onState(false);
    asking ??= setInterval(tryToLook, ASK_EVERY_MS);
  }

  function listen() {
    clearInterval(asking);
    asking = null;
    onState(true);
    tryToLook();
  }

  function onConnection({ state }) {
    if (state === "waiting") {
      ask();
      token().catch(() => {}); // so that the next attempt shows one that is good
    } else if (state === "open" && isSubscribed) {
      listen();
    }
  }

  async function connect() {
    await token();
    if (isOver) return;
    const options = { key: settings.key, token: latestToken, onState: onConnection, onError: ask };
    channels = new TollgateChannels(settings.websocket, options);
    await channels.subscribe(`orders/${settings.tenant}/${customer}`, message => onStep(message.data));
    isSubscribed = true;
    listen();
  }

  connect().catch(() => isOver || ask());
  return () => {
    isOver = true;
    clearInterval(asking);
    channels?.close();
  };
}
