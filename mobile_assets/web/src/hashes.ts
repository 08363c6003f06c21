/** SHA-256 by WebCrypto, which browsers offer to pages of https and of localhost. */
import { BackendError } from "./errors.js";

/** The SHA-256 of bytes in lower-case hexadecimal. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  const subtle = globalThis.crypto?.subtle;
  if (subtle === undefined) {
    throw new BackendError(
      "the browser hashes nothing here: serve the page by https or localhost",
    );
  }
  const digest = new Uint8Array(await subtle.digest("SHA-256", bytes as BufferSource));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
