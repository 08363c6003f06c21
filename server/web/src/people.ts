/** What the server knows of people: those who agreed to be known, the faces that were collected
 * in groups of one person each, and what was said of these. */
import { call, record } from "./server.js";

/** A collected face: `box` in pixels of the upright photo. */
export interface Face {
  readonly id: string;
  readonly photo: string;
  readonly box: readonly [number, number, number, number];
}

/** Faces of one person, as far as is known. */
export interface Group {
  readonly id: string;
  readonly person: { readonly id: string; readonly name: string } | null;
  readonly faces: readonly Face[];
}

/** Somebody who agreed to be known, by so many faces. */
export interface Person {
  readonly id: string;
  readonly name: string;
  readonly consent: { readonly by: string; readonly at: string; readonly note: string };
  readonly faces: number;
}

/** What was said: `faces` are one person, or are not the person of `others`. */
export interface Decision {
  readonly id: string;
  readonly kind: "merge" | "split" | "person";
  readonly faces: readonly string[];
  readonly others: readonly string[];
  readonly person: string;
}

/** A photo that is kept, its sides upright in pixels. */
export interface Kept {
  readonly id: string;
  readonly format: string;
  readonly width: number;
  readonly height: number;
}

/** All of it at one time; the groups are the largest first. */
export interface Everybody {
  readonly groups: readonly Group[];
  readonly people: readonly Person[];
  readonly decisions: readonly Decision[];
  readonly photos: ReadonlyMap<string, Kept>;
}

const PAGE = 200;

/** Ask for all; raises `Trouble`, so that an outage is never an empty list. */
export async function everybody(): Promise<Everybody> {
  const [{ clusters }, { people }, { decisions }, photos] = await Promise.all([
    record<{ clusters: readonly Group[] }>("/v1/people/clusters"),
    record<{ people: readonly Person[] }>("/v1/people"),
    record<{ decisions: readonly Decision[] }>("/v1/people/decisions"),
    keptPhotos(),
  ]);
  return { groups: clusters.map(largestFirst), people, decisions, photos };
}

/** The face that shows most is the group's picture, and the one that a person is known by. */
function largestFirst(group: Group): Group {
  const area = ({ box: [left, top, right, bottom] }: Face) => (right - left) * (bottom - top);
  return { ...group, faces: [...group.faces].sort((one, other) => area(other) - area(one)) };
}

async function keptPhotos(): Promise<ReadonlyMap<string, Kept>> {
  const found = new Map<string, Kept>();
  let after = "";
  do {
    const query = new URLSearchParams({ limit: String(PAGE), after });
    const page = await record<{ photos: readonly Kept[]; next: string }>(`/v1/photos?${query}`);
    for (const photo of page.photos) found.set(photo.id, photo);
    after = page.next;
  } while (after !== "");
  return found;
}

/** Say something of groups. */
export async function decide(said: Readonly<Record<string, unknown>>): Promise<Decision> {
  return (await send("POST", "/v1/people/decisions", said)) as Decision;
}

/** Send a record; what comes back, null for nothing. */
export async function send(method: string, path: string, said: object = {}): Promise<unknown> {
  const body = JSON.stringify(said);
  const headers = { "Content-Type": "application/json" };
  const response = await call(path, { method, headers, body });
  return response.status === 204 ? null : response.json();
}

/** Take something away. */
export async function drop(path: string): Promise<void> {
  await call(path, { method: "DELETE" });
}

/** The photos that faces are of, each once. */
export function photosOf(faces: readonly Face[]): readonly string[] {
  return [...new Set(faces.map(({ photo }) => photo))];
}

/** A number with its noun: "1 photo", "3 photos". */
export function counted(count: number, one: string, more = `${one}s`): string {
  return `${count.toLocaleString()} ${count === 1 ? one : more}`;
}

/** Who said yes, and when. */
export function agreed({ by, at }: Person["consent"]): string {
  const day = new Date(`${at}T12:00`).toLocaleDateString(undefined, { dateStyle: "medium" });
  return `${by}, ${day}`;
}
