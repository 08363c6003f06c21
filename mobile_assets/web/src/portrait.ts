/** A person in front of another background: the mask's edge refined, then composed. */
import { type Behind, before, openBehind } from "./filters/behind.js";
import type { Library } from "./filters/library.js";
import { refined } from "./filters/matting.js";
import { PocketLensError } from "./errors.js";
import { shown } from "./transparency.js";
import type { Mask, Pixels, Rgba } from "./results.js";

/** What takes a photo's mask to the photo's people before something else. Raises as `openPhoto`
 * does for a picture that is none, and `PocketLensError` for words without `library`, where
 * their backgrounds are. */
export async function composing(
  photo: Pixels,
  behind: Behind,
  library: Library | null,
): Promise<(mask: Mask) => Rgba> {
  if (behind.behind === "words" && library === null) {
    throw new PocketLensError("words need the bundle's backgrounds: give its library");
  }
  const opened = await openBehind(behind);
  const table = library?.tables.backdrops ?? null;
  const rgb = shown(photo);
  return (mask) => before(rgb, refined(rgb, mask), opened, table);
}
