// The steps of an order's delivery, those that were and those that are to come. Pure: nothing here touches the page.

/** What a step is called, and what it means. */
export const STEPS = {
  placed: ["Ordered", "We have your order."],
  paid: ["Paid", "The bank has moved the money."],
  requested: ["With the carrier", "The carrier was asked to deliver it."],
  delivered: ["Delivered", "It has arrived."],
  cancelled: ["Cancelled", "It will not be delivered"],
  refunded: ["Money returned", "The bank has given back the whole price."],
  expired: ["Given up", "It was not paid in time. Nothing was taken."],
  "refund-failed": ["Refund held up", "The money could not be given back by itself. Somebody is looking into it."],
};

/** What becomes of an order when all goes well. */
const EXPECTED = ["placed", "paid", "requested", "delivered"];
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
  const steps = [{ status: "placed", at: order.placedAt }, ...(order.history ?? [])];
  const latest = steps.length - 1;
  return [...steps, ...toCome(steps.map(({ status }) => status))].map(({ status, at }, index) => {
    const [title, text] = STEPS[status];
    const state = index < latest ? "done" : index === latest ? "now" : "next";
    return { status, title, text: status === "cancelled" ? because(text, order.reason) : text, at, state };
  });
}

/** The steps that are still expected after those that were. */
function toCome(were) {
  if (LAST.includes(were.at(-1))) return [];
  if (were.includes("cancelled")) return [{ status: "refunded" }];
  return EXPECTED.filter(status => !were.includes(status)).map(status => ({ status }));
}

const because = (text, reason) => reason ? `${text}: ${reason}.` : `${text}.`;
