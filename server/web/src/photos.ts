/** Photos: from a file, the clipboard, a drop, an address, or the samples. */
import { fetchPhoto, Trouble } from "./server.js";
import type { Photo } from "./types.js";

/** The photo in a file; raises `Trouble` where the browser cannot show it. */
export async function opened(blob: Blob, name: string, source = ""): Promise<Photo> {
  const shown = URL.createObjectURL(blob);
  const image = new Image();
  image.src = shown;
  try {
    await image.decode();
  } catch {
    URL.revokeObjectURL(shown);
    throw new Trouble(
      `${name} cannot be opened`,
      "It is not a picture that this browser knows, or it is damaged. JPEG, PNG and WebP always work.",
    );
  }
  const { naturalWidth: width, naturalHeight: height } = image;
  return { name, blob, shown, width, height, source };
}

/** The photo at an address of another site, which the server fetches. */
export async function fromAddress(address: string): Promise<Photo> {
  const name = new URL(address).pathname.split("/").at(-1) || "photo";
  return opened(await fetchPhoto(address), decodeURIComponent(name), address);
}

/** One of the samples that are served beside the page. */
export async function sample(name: string): Promise<Photo> {
  const response = await fetch(`/page/samples/${name}`).catch(() => null);
  if (!response?.ok) {
    throw new Trouble("The sample is not there", "The server cannot be reached.");
  }
  return opened(await response.blob(), name);
}

/** The pictures among what is dropped or pasted, or an address in it. */
export function given(transfer: DataTransfer | null): File | string | null {
  const file = [...(transfer?.files ?? [])].find(({ type }) => type.startsWith("image/"));
  if (file !== undefined) return file;
  if (transfer !== null && transfer.files.length > 0) return transfer.files[0];
  const text = transfer?.getData("text/plain").trim() ?? "";
  return /^https?:\/\/\S+$/.test(text) ? text : null;
}
