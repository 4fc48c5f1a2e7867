// Charts, drawn as SVG. Their numbers stand beside them as text.

import { element } from "../shop/dom.js";

const WIDTH = 600;
const HEIGHT = 150;

/** A line through `values`, the latest at the right; `room` is how many there is room for. */
export function line(values, { label, room }) {
  const most = Math.max(1, ...values);
  const x = index => (WIDTH * (room - values.length + index)) / (room - 1);
  const y = value => HEIGHT - (value / most) * (HEIGHT - 4) - 2;
  const points = values.map((value, index) => `${x(index).toFixed(1)},${y(value).toFixed(1)}`);
  const area = `${x(0).toFixed(1)},${HEIGHT} ${points.join(" ")} ${WIDTH},${HEIGHT}`;
  return drawing(label,
    grid(),
    points.length > 1 && element("svg:polygon", { class: "area", points: area }),
    points.length > 1 && element("svg:polyline", { class: "line", points: points.join(" ") }));
}

const grid = () => [0.25, 0.5, 0.75].map(part =>
  element("svg:line", { class: "grid", x1: 0, x2: WIDTH, y1: HEIGHT * part, y2: HEIGHT * part }));

/** A column for each of `entries`, `{ title, value, bad }`: what is bad of the value stands at its foot. */
export function columns(entries, { label }) {
  const most = Math.max(1, ...entries.map(({ value }) => value));
  const step = WIDTH / entries.length;
  const height = value => (value / most) * (HEIGHT - 2);
  return drawing(label, grid(), entries.map(({ title, value, bad }, index) => {
    const place = { x: (index * step + step * 0.15).toFixed(1), width: (step * 0.7).toFixed(1) };
    const column = (kind, value) => {
      const high = height(value);
      return element("svg:rect", { ...place, class: kind, y: (HEIGHT - high).toFixed(1), height: high.toFixed(1) });
    };
    return element("svg:g", {}, element("svg:title", {}, title), column("column", value), bad > 0 && column("bad", bad));
  }));
}

/** A bar of this share of the whole, 0 to 1. The number stands beside it. */
export function bar(share) {
  return element("svg:svg", { class: "bar", viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true" },
    element("svg:rect", { class: "column", width: (100 * share).toFixed(1), height: 8 }));
}

function drawing(label, ...parts) {
  const place = { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none" };
  return element("svg:svg", { ...place, role: "img", "aria-label": label }, ...parts);
}
