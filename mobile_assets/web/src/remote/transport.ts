/** HTTP by `fetch`: no cookies, no redirects, no cache, and an end to what may come. */
import { PocketLensError } from "../errors.js";

/** Nothing that is an HTTP answer came; the message is one line. */
export class TransportError extends Error {}

/** What is sent: the path from the server's root, a body, headers. */
export interface Request {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
  /** Begins to listen to an attempt: what it gives is told of the bytes of a good answer as
   * they come. */
  readonly listen?: () => (chunk: Uint8Array) => void;
}

/** A question as bytes; `accept`: the type of its answer, JSON where it is not said. `listen`:
 * as of a `Request`. */
export interface Sending extends Pick<Request, "listen"> {
  readonly path: string;
  readonly body: Uint8Array;
  readonly contentType: string;
  readonly accept?: string;
}

/** An HTTP answer, whole. */
export interface Reply {
  /** 0 for a redirect, where a browser does not say which. */
  readonly status: number;
  /** The header `Retry-After`, empty where there is none. */
  readonly retryAfter: string;
  readonly body: Uint8Array;
}

/** Sends a request; raises `TransportError`. The signal ends it. */
export type Transport = (request: Request, signal: AbortSignal) => Promise<Reply>;

/** Where a server is. */
export class Address {
  readonly root: string;
  /** Whether nobody else can read what is sent. */
  readonly isPrivate: boolean;

  /** Raises `PocketLensError` where `url` is not one of a server. */
  constructor(url: string) {
    const parts = parsedUrl(url);
    if (parts === null || !["http:", "https:"].includes(parts.protocol)) {
      throw new PocketLensError(`'${url}' is no server: give one such as https://host:8000`);
    }
    this.root = parts.origin + parts.pathname.replace(/\/+$/, "");
    this.isPrivate = parts.protocol === "https:" || isLoopback(parts.hostname);
  }
}

function parsedUrl(url: string): URL | null {
  try {
    return new URL(url);
  } catch {
    return null;
  }
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "[::1]" || /^127(\.\d{1,3}){3}$/.test(host);
}

/** The `Transport` of a browser, or of Node from version 18 on. */
export function fetching(root: string, maxBytes: number): Transport {
  return async ({ method, path, body, headers, listen }, signal) => {
    try {
      const response = await fetch(root + path, {
        method,
        headers,
        signal,
        redirect: "manual",
        credentials: "omit",
        cache: "no-store",
        referrerPolicy: "no-referrer",
        ...(body && { body: body as BodyInit }),
      });
      const retryAfter = response.headers.get("Retry-After") ?? "";
      const heard = response.status === 200 ? listen?.() : undefined;
      const content = await whole(response, maxBytes, heard);
      return { status: response.status, retryAfter, body: content };
    } catch (error) {
      if (error instanceof TransportError) throw error;
      throw new TransportError(firstLine(error));
    }
  };
}

/** The body; `TransportError` where it is too long. */
async function whole(
  response: Response,
  maxBytes: number,
  heard: (chunk: Uint8Array) => void = () => undefined,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = response.body?.getReader();
  for (;;) {
    const read = await reader?.read();
    if (read?.value === undefined) break;
    length += read.value.length;
    if (length > maxBytes) {
      await reader?.cancel();
      throw new TransportError(`the answer has more than ${maxBytes} bytes`);
    }
    chunks.push(read.value);
    heard(read.value);
  }
  return joined(chunks);
}

/** Bytes after bytes. */
export function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

/** Browsers do not tell a page why: a server that is off and one that lets no page of this
 * origin ask look the same. */
function firstLine(error: unknown): string {
  const { message = "" } = error as Error;
  return message.split("\n")[0] || "no answer";
}
