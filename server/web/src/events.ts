/** Server-sent events of an answer to `fetch`, which may carry a key and a body. */
import type { Json } from "./types.js";

/** An event of the stream; `id` is "" where it has none. */
export interface Sent {
  readonly event: string;
  readonly data: Json;
  readonly id: string;
}

/** The events of a response's body, as they come. */
export async function* eventsOf(response: Response): AsyncGenerator<Sent> {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    text += decoder.decode(value, { stream: true });
    const blocks = text.split("\n\n");
    text = blocks.pop() ?? "";
    for (const block of blocks) {
      const sent = eventOf(block);
      if (sent !== null) yield sent;
    }
  }
}

/** One event; null for a comment. */
export function eventOf(block: string): Sent | null {
  const fields = block.split("\n").map((line) => line.split(/: ?(.*)/s));
  const one = (wanted: string) => fields.find(([name]) => name === wanted)?.[1];
  const data = fields.filter(([name]) => name === "data").map(([, text]) => text);
  const event = one("event");
  if (event === undefined || data.length === 0) return null;
  return { event, data: JSON.parse(data.join("\n")) as Json, id: one("id") ?? "" };
}
