// Money is whole minor units with a currency: { amount: 1250, currency: "EUR" } is 12.50 EUR.

/** How a price is written. */
export function money({ amount, currency }) {
  const format = new Intl.NumberFormat(document.documentElement.lang, { style: "currency", currency });
  return format.format(amount / 10 ** format.resolvedOptions().maximumFractionDigits);
}

/** How a moment is written: `at` is RFC 3339, or milliseconds since 1970. */
export function moment(at, options = { dateStyle: "medium", timeStyle: "short" }) {
  return new Intl.DateTimeFormat(document.documentElement.lang, options).format(new Date(at));
}
