/** Photos: from a file, the clipboard, a drop, an address, or the samples. */
import { Trouble, call } from "./server.js";
import type { Photo, Place } from "./types.js";

/** A file that the browser cannot show; a server may. */
export class Unshown extends Trouble {
  constructor(
    readonly blob: Blob,
    readonly file: string,
  ) {
    super(
      `${file} cannot be opened`,
      "It is not a picture that this browser knows, or it is damaged. JPEG, PNG and WebP always work.",
    );
  }
}

/** The photo in a file; raises `Unshown` where the browser cannot show it. */
export async function opened(blob: Blob, name: string, source = ""): Promise<Photo> {
  return (await shown(blob, blob, name, source)) ?? Promise.reject(new Unshown(blob, name));
}

/** The photo at an address of another site, which the server fetches. */
export async function fromAddress(address: string): Promise<Photo> {
  const name = new URL(address).pathname.split("/").at(-1) || "photo";
  const form = new FormData();
  form.set("image_url", address);
  return opened(await pngOf(form), decodeURIComponent(name), address);
}

/** What this browser cannot show, the server may: where photos are sent to it anyway. */
export function through(error: unknown, place: Place): Promise<Photo> {
  if (error instanceof Unshown && place === "server") return byServer(error);
  throw error;
}

/** The photo as the server shows it, for the eye; the server is asked about the file itself. */
async function byServer({ blob, file }: Unshown): Promise<Photo> {
  const form = new FormData();
  form.set("image", blob, file);
  const photo = await shown(blob, await pngOf(form), file, "");
  return photo ?? Promise.reject(new Unshown(blob, file));
}

async function pngOf(body: FormData): Promise<Blob> {
  return (await call("/page/photo", { method: "POST", body })).blob();
}

async function shown(
  blob: Blob,
  known: Blob,
  name: string,
  source: string,
): Promise<Photo | null> {
  const image = new Image();
  const address = (image.src = URL.createObjectURL(known));
  try {
    await image.decode();
  } catch {
    URL.revokeObjectURL(address);
    return null;
  }
  const { naturalWidth: width, naturalHeight: height } = image;
  return { name, blob, known, shown: address, width, height, source };
}

/** One of the samples that are served beside the page. */
export async function sample(name: string): Promise<Photo> {
  const response = await fetch(`/page/samples/${name}`).catch(() => null);
  if (!response?.ok) {
    throw new Trouble("The sample is not there", "The server cannot be reached.");
  }
  return opened(await response.blob(), name);
}

/** The files among what is dropped or pasted, or an address in it. */
export function given(transfer: DataTransfer | null): readonly File[] | string {
  const files = [...(transfer?.files ?? [])];
  if (files.length > 0) return files;
  const text = transfer?.getData("text/plain").trim() ?? "";
  return /^https?:\/\/\S+$/.test(text) ? text : [];
}
