// Calls of the API that serves these pages.

import { settings } from "./settings.js";

/** An answer that is no success, or none at all (`status` 0). `message` is a sentence for people. */
export class ApiError extends Error {
  constructor(status, body, message) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.body = body;
  }
}

const SENTENCES = {
  0: "The shop cannot be reached. Look at your connection and try again.",
  401: "You are not signed in any more. Sign in and try again.",
  429: "That was a little fast. Wait a moment and try again.",
  503: "The shop is busy. Try again in a moment.",
};

/** Calls `method path` with the key of these pages; `token` says who has signed in. Gives back the JSON of the answer.
 *  Throws an `ApiError`. */
export async function call(method, path, { body, token, headers = {}, key = settings.key } = {}) {
  const sent = { "x-api-key": key, ...headers };
  if (token) sent.authorization = `Bearer ${token}`;
  if (body !== undefined) sent["content-type"] = "application/json";
  const answer = await fetch(`${settings.api}${path}`, { method, headers: sent, body: body && JSON.stringify(body) })
    .catch(() => { throw new ApiError(0, {}, SENTENCES[0]); });
  const read = await answer.json().catch(() => ({}));
  if (answer.ok) return read;
  const said = answer.status < 500 && read.message;
  throw new ApiError(answer.status, read, SENTENCES[answer.status] ?? (said || "Something went wrong in the shop. Try again."));
}
