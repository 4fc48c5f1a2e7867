// Who has signed in, by Cognito's own API. The tokens live as long as the tab does.
// (Amazon Cognito user pools API reference: SignUp, ConfirmSignUp, ResendConfirmationCode, InitiateAuth, RevokeToken.)

import { settings } from "./settings.js";

const STORED = "shopper";
/** A token with less than this left is renewed before it is used. */
const MARGIN_MS = 60_000;

const SENTENCES = {
  UserNotConfirmedException: "This address is not confirmed yet: enter the code that was sent to it.",
  NotAuthorizedException: "The e-mail address or the password is wrong.",
  UsernameExistsException: "There is an account for this address already. Sign in instead.",
  InvalidPasswordException: "The password is too simple: take eight characters or more, with capitals, digits and a sign.",
  CodeMismatchException: "That is not the code. Look again, or ask for a new one.",
  ExpiredCodeException: "The code is too old. Ask for a new one.",
  LimitExceededException: "Too many attempts. Wait a while and try again.",
  TooManyRequestsException: "Too many attempts. Wait a moment and try again.",
};

/** A refusal by Cognito; `code` is its name there. */
export class SessionError extends Error {
  constructor(code, message) {
    super(message);
    this.name = "SessionError";
    this.code = code;
  }
}

async function cognito(action, fields) {
  const answer = await fetch(settings.cognito.endpoint, {
    method: "POST",
    headers: { "content-type": "application/x-amz-json-1.1", "x-amz-target": `AWSCognitoIdentityProviderService.${action}` },
    body: JSON.stringify({ ClientId: settings.cognito.client, ...fields }),
  }).catch(() => { throw new SessionError("Unreachable", "Signing in cannot be reached. Look at your connection."); });
  const read = await answer.json().catch(() => ({}));
  if (answer.ok) return read;
  const code = String(read.__type ?? "").split("#").pop();
  throw new SessionError(code, SENTENCES[code] ?? read.message ?? "Signing in failed. Try again.");
}

/** Asks for an account. Whether it still must be confirmed by the code that was sent. */
export async function signUp(name, password) {
  const made = await cognito("SignUp", {
    Username: name, Password: password, UserAttributes: [{ Name: "email", Value: name }],
  });
  return !made.UserConfirmed;
}

export const confirm = (name, code) => cognito("ConfirmSignUp", { Username: name, ConfirmationCode: code });

export const resend = name => cognito("ResendConfirmationCode", { Username: name });

export async function signIn(name, password) {
  await authenticate("USER_PASSWORD_AUTH", { USERNAME: name, PASSWORD: password }, { name });
}

export async function signOut() {
  const { refresh } = stored() ?? {};
  sessionStorage.removeItem(STORED);
  // What cannot be revoked ends by itself.
  if (refresh) await cognito("RevokeToken", { Token: refresh }).catch(() => {});
}

/** Who has signed in: `{ name, id }`, or null. */
export function shopper() {
  const session = stored();
  return session && { name: session.name, id: claims(session.access).sub };
}

/** An access token that is good for a while, or null where nobody has signed in. */
export async function token() {
  const session = stored();
  if (!session || session.endsAt > Date.now() + MARGIN_MS) return session?.access ?? null;
  try {
    await authenticate("REFRESH_TOKEN_AUTH", { REFRESH_TOKEN: session.refresh }, session);
  } catch (error) {
    if (error.code !== "NotAuthorizedException") throw error;
    sessionStorage.removeItem(STORED);
  }
  return stored()?.access ?? null;
}

/** The latest access token, good or not; undefined where nobody has signed in. */
export const latestToken = () => stored()?.access;

async function authenticate(flow, parameters, { name, refresh }) {
  const { AuthenticationResult: given } = await cognito("InitiateAuth", { AuthFlow: flow, AuthParameters: parameters });
  if (!given) throw new SessionError("Challenge", "This account asks for more than a password, which the shop cannot answer.");
  const session = {
    name, access: given.AccessToken, refresh: given.RefreshToken ?? refresh, endsAt: Date.now() + given.ExpiresIn * 1000,
  };
  sessionStorage.setItem(STORED, JSON.stringify(session));
}

const stored = () => JSON.parse(sessionStorage.getItem(STORED));

/** What a token says. Not verified: whoever is told by it verifies it. */
const claims = token => JSON.parse(atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/")));
