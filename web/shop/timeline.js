// The steps of an order's delivery, those that were and those that are to come. Pure: nothing here touches the page.

/** What a step is called, and what it means. */
export const STEPS = {
  placed: ["Ordered", "We have your order."],
  paid: ["Paid", "The bank has moved the money."],
  requested: ["With the carrier", "The carrier was asked to deliver it."],
  delivered: ["Delivered", "It has arrived."],
  cancelled: ["Cancelled", "The carrier could not deliver it"],
  refunded: ["Money returned", "The bank has given back the whole price."],
  expired: ["Given up", "It was not paid in time. Nothing was taken."],
  "refund-failed": ["Refund held up", "The money could not be given back by itself. Somebody is looking into it."],
};

const DELIVERED = ["placed", "paid", "requested", "delivered"];
const CANCELLED = ["placed", "paid", "requested", "cancelled", "refunded"];
const EXPIRED = ["placed", "expired"];
const LAST = ["delivered", "refunded", "refund-failed", "expired"];

/** Whether nothing more will become of the order. */
export const isOver = order => LAST.includes(order.status);

/** The order after a step that was told of it; the same order where the step is known already. */
export function after(order, { status, at, reason }) {
  if ((order.history ?? []).some(step => step.status === status) || status === "placed") return order;
  const history = [...(order.history ?? []), { status, at }].sort((a, b) => a.at.localeCompare(b.at));
  return { ...order, history, status: history.at(-1).status, reason: reason ?? order.reason };
}

/** The steps to show: `{ status, title, text, at, state }`, `at` where it has happened, `state` one of `done`, `now`, `next`. */
export function timeline(order) {
  const times = new Map([["placed", order.placedAt], ...(order.history ?? []).map(({ status, at }) => [status, at])]);
  const path = times.has("expired") ? EXPIRED : times.has("cancelled") ? CANCELLED : DELIVERED;
  const steps = times.has("refund-failed") ? path.map(step => step === "refunded" ? "refund-failed" : step) : path;
  const latest = steps.findLastIndex(status => times.has(status));
  return steps.map((status, index) => {
    const [title, text] = STEPS[status];
    const state = index < latest ? "done" : index === latest ? "now" : "next";
    return { status, title, text: status === "cancelled" ? because(text, order.reason) : text, at: times.get(status), state };
  });
}

const because = (text, reason) => reason ? `${text}: ${reason}.` : `${text}.`;
