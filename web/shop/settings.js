// What the pages know of the deployment that they are served by: config.json, which is uploaded beside them.

const response = await fetch("config.json");
if (!response.ok) throw new Error(`config.json is answered ${response.status}: upload the storefront again`);

/** `{ api, key, tenant, websocket, cognito: { endpoint, client }, hint }` */
export const settings = await response.json();
