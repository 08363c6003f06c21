/** A person is forgotten: what goes and what stays is said first. */
import { asked } from "./dialogs.js";
import { h } from "./dom.js";
import { type Face, type Person, agreed, counted, drop, photosOf } from "./people.js";
import type { Trouble } from "./server.js";

/** Ask, and have the person forgotten; `faces` are the collected ones of their groups. Whether
 * they are, also where a photo that was to go along is still there. */
export async function forgotten(
  person: Pick<Person, "id" | "name"> & Partial<Person>,
  faces: readonly Face[],
): Promise<boolean> {
  const { id, name } = person;
  const photos = photosOf(faces);
  const along = h("input", { type: "checkbox" });
  let begun = false;
  const done = await asked({
    title: `Forget ${name}?`,
    content: [
      h("p", {}, "This cannot be undone. Deleted from the server:"),
      h(
        "ul",
        { class: "points-list" },
        ...gone(person, faces).map((text) => h("li", {}, text)),
      ),
      h("p", {}, staying(photos.length)),
      photos.length === 0 ? null : tick(along, photos.length),
    ],
    verb: `Forget ${name}`,
    alarming: true,
    act: async () => {
      await drop(`/v1/people/${id}`).catch(unlessGone);
      begun = true;
      if (!along.checked) return;
      for (const photo of photos) await drop(`/v1/photos/${photo}`).catch(unlessGone);
    },
  });
  return done || begun;
}

/** Another attempt goes on where the last one ended. */
function unlessGone(error: Trouble): void {
  if (error.code !== "not-found") throw error;
}

function gone(
  { name, faces: known, consent }: Pick<Person, "name"> & Partial<Person>,
  faces: readonly Face[],
): readonly string[] {
  const who = consent === undefined ? "" : ` (${agreed(consent)})`;
  const by =
    known === undefined
      ? "the pictures and numbers of the faces that they are known by"
      : `the ${known === 1 ? "face" : `${known} faces`} that they are known by: picture and numbers`;
  const collected =
    faces.length === 0
      ? "every collected face that is near to theirs"
      : `${counted(faces.length, "collected face")} in ${counted(faces.length, "photo")}, and any other that is near to theirs`;
  return [
    `the name ${name}, and the consent${who}`,
    by,
    collected,
    "what you said of these faces",
    "kept answers that say who is in a photo, and those of jobs that name them",
  ];
}

function staying(photos: number): string {
  const where = photos === 0 ? "Photos that are kept stay" : "The photos themselves stay";
  return (
    `${where}: whoever looks for faces in them again finds these faces again, without the ` +
    "name. A backup that was made before still has everything."
  );
}

function tick(input: HTMLElement, photos: number): HTMLElement {
  const them = photos === 1 ? "the photo" : `the ${photos} photos`;
  const words = `Delete ${them} too, with everything and everybody in ${photos === 1 ? "it" : "them"}`;
  return h("label", { class: "tick" }, input, h("span", {}, words));
}
