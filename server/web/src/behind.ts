/** What was chosen to be behind people, as the browser runtime has it. */
import type { Behind } from "../../../mobile_assets/web/src/filters/behind.js";
import type { Choices } from "./types.js";

/** Nothing, a blur, a colour, words, or a picture: as the API's fields say it. */
export async function behindOf(choices: Choices): Promise<Behind> {
  const { background = "transparent", background_image: picture } = choices;
  if (picture instanceof Blob) {
    return { behind: "picture", picture: new Uint8Array(await picture.arrayBuffer()) };
  }
  const text = String(background);
  if (text === "transparent") return { behind: "nothing" };
  if (text === "blur") return { behind: "blur" };
  if (text.startsWith("#")) return { behind: "colour", colour: text };
  return { behind: "words", words: text };
}
