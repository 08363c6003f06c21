/** Server-sent events (the HTML standard, section 9.2), of any request: `EventSource` sends no
 * photo. */

export interface ServerEvent {
  readonly kind: string;
  readonly data: string;
}

/** The events that are whole in a text, and what is left of it: the beginning of the next. */
export function eventsOf(text: string): readonly [readonly ServerEvent[], string] {
  const blocks = text.split(/\r?\n\r?\n/);
  const rest = blocks.pop() ?? "";
  return [blocks.map(eventOf).filter(({ data }) => data !== ""), rest];
}

function eventOf(block: string): ServerEvent {
  const lines = block.split(/\r?\n/);
  const field = (name: string) =>
    lines
      .filter((line) => line.startsWith(`${name}:`))
      .map((line) => line.slice(name.length + 1).replace(/^ /, ""));
  return { kind: field("event").at(-1) ?? "message", data: field("data").join("\n") };
}
