// Elements without markup in strings: whatever a shop or a shopper wrote is text, and stays text.

/** An element. A property that starts with `on` is a listener, `class` and everything else an attribute; `true` is an attribute
 *  without a value, `false`, `null` and `undefined` none. Children are nodes, texts, or nothing. */
export function element(tag, properties = {}, ...children) {
  const made = tag.startsWith("svg:")
    ? document.createElementNS("http://www.w3.org/2000/svg", tag.slice(4))
    : document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.flat().filter(child => child !== null && child !== undefined && child !== false));
  return made;
}

/** The element of this id. */
export const byId = id => document.getElementById(id);

/** Replaces what an element holds. */
export function fill(parent, ...children) {
  parent.replaceChildren(...children.flat().filter(child => child !== null && child !== undefined && child !== false));
  return parent;
}

/** Runs `action` when `form` is sent, with its fields by name; its button waits meanwhile, so that nothing is sent twice. */
export function onSubmit(form, action) {
  form.addEventListener("submit", async event => {
    event.preventDefault();
    await whileBusy(form.querySelector("button[type=submit]"), () => action(Object.fromEntries(new FormData(form))));
  });
}

/** Runs `action` while `button` cannot be pressed. It keeps the focus, as a disabled one would not. */
export async function whileBusy(button, action) {
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  try {
    await action();
  } finally {
    button.removeAttribute("aria-disabled");
  }
}
