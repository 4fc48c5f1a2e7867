// Signing in and out, and asking for an account.

import { byId, onSubmit } from "./dom.js";
import { header, problem, showing, tell } from "./page.js";
import { confirm, resend, shopper, signIn, signOut, signUp } from "./session.js";
import { settings } from "./settings.js";

/** Where one came from: a page of this shop, and nothing else. */
const next = /^[a-z]+\.html(\?id=[0-9a-f]*)?$/.exec(new URLSearchParams(location.search).get("next") ?? "")?.[0];
const SECTIONS = ["sign-in", "sign-up", "confirm", "signed-in"];

let waiting = null; // { name, password } of who must still confirm their address

header();
byId("hint").textContent = settings.hint;
onSubmit(byId("sign-in-form"), ({ name, password }) => showing(() => enter(name, password)));
onSubmit(byId("sign-up-form"), ({ name, password }) => showing(() => join(name, password)));
onSubmit(byId("confirm-form"), ({ code }) => showing(() => finish(code.trim())));
byId("resend").addEventListener("click", () => showing(async () => {
  await resend(waiting.name);
  tell("A new code is on its way.");
}));
byId("sign-out").addEventListener("click", () => showing(async () => {
  await signOut();
  location.assign("index.html");
}));
for (const link of document.querySelectorAll("[data-show]")) {
  link.addEventListener("click", () => (problem(null), show(link.dataset.show)));
}
show(shopper() ? "signed-in" : "sign-in", false);

function show(section, moves = true) {
  for (const id of SECTIONS) byId(id).hidden = id !== section;
  byId("who").textContent = shopper()?.name ?? "";
  if (moves) byId(section).querySelector("h1").focus();
}

async function enter(name, password) {
  try {
    await signIn(name, password);
  } catch (error) {
    if (error.code !== "UserNotConfirmedException") throw error;
    return askForCode(name, password);
  }
  location.assign(next ?? "index.html");
}

async function join(name, password) {
  if (await signUp(name, password)) askForCode(name, password);
  else await enter(name, password);
}

function askForCode(name, password) {
  waiting = { name, password };
  byId("sent-to").textContent = name;
  show("confirm");
}

async function finish(code) {
  await confirm(waiting.name, code);
  await enter(waiting.name, waiting.password);
}
