/** Elements of the page, found and made; texts are always set as text. */

type Value = string | number | boolean | ((event: Event) => void);

/** The element of that id. */
export function find<Kind extends HTMLElement = HTMLElement>(id: string): Kind {
  return document.getElementById(id) as Kind;
}

/** An element with attributes (true is an empty one, false none), listeners and children. */
export function h<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, Value>> = {},
  ...children: readonly (Node | string | null)[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(key, value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false) made.setAttribute(key, String(value));
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** An element of SVG. */
export function svg(name: string, attributes: Readonly<Record<string, string | number>>) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

/** A line drawing of 24 by 24, for the eye only. */
export function icon(path: string): SVGElement {
  const made = svg("svg", { viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true" });
  made.append(svg("path", { d: path }));
  return made;
}

/** A blob given to the user as a file. */
export function save(content: Blob, name: string): void {
  const link = h("a", { href: URL.createObjectURL(content), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** Tell who listens to the page instead of looking at it. */
export function say(text: string): void {
  find("status").textContent = text;
}
