/** Another background behind people, on this device: plain, blurred, or a picture. */
import type { Mask } from "../../../mobile_assets/web/src/results.js";
import { surface, veil } from "./pixels.js";
import { Trouble } from "./server.js";
import type { Choices, Photo } from "./types.js";

const BLUR = 1 / 40; // of the longer side

/** The photo's people in front of what was chosen; transparent where nothing was. */
export async function behind(
  photo: Photo,
  mask: Mask,
  choices: Choices,
): Promise<OffscreenCanvas> {
  const { width, height } = mask;
  const opened = await createImageBitmap(photo.known);
  const people = surface(width, height);
  people.pen.drawImage(veil(mask, [0, 0, 0]), 0, 0);
  people.pen.globalCompositeOperation = "source-in";
  people.pen.drawImage(opened, 0, 0, width, height);
  const { canvas, pen } = surface(width, height);
  await paint(pen, opened, choices);
  pen.filter = "none";
  pen.drawImage(people.canvas, 0, 0);
  opened.close();
  return canvas;
}

type Pen = ReturnType<typeof surface>["pen"];

async function paint(pen: Pen, photo: ImageBitmap, choices: Choices): Promise<void> {
  const { background = "transparent", background_image: picture } = choices;
  const { width, height } = pen.canvas;
  if (picture instanceof Blob) return cover(pen, await createImageBitmap(picture));
  if (background === "transparent") return;
  if (background === "blur") {
    pen.drawImage(photo, 0, 0, width, height); // at its edge a blur lets something through
    pen.filter = `blur(${Math.round(Math.max(width, height) * BLUR)}px)`;
    const edge = Math.max(width, height) * BLUR * 2; // beyond it a blur fades
    pen.drawImage(photo, -edge, -edge, width + 2 * edge, height + 2 * edge);
    return;
  }
  if (typeof background !== "string" || !CSS.supports("color", background)) {
    throw new Trouble(
      "Words need the server",
      "Backgrounds of words are painted by the server. Here: transparent, blurred, a colour, or a picture of yours.",
    );
  }
  pen.fillStyle = background;
  pen.fillRect(0, 0, width, height);
}

/** Scaled until it covers, what is over cut off evenly. */
function cover(pen: Pen, picture: ImageBitmap): void {
  const { width, height } = pen.canvas;
  const scale = Math.max(width / picture.width, height / picture.height);
  const [wide, high] = [picture.width * scale, picture.height * scale];
  pen.drawImage(picture, (width - wide) / 2, (height - high) / 2, wide, high);
  picture.close();
}
