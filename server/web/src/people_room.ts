/** The room of people: who is in the photos that the server keeps. */
import { type Look, type Looked, lookAt, ofFile, ofKept } from "./collecting.js";
import { inWords } from "./dialogs.js";
import { find, h } from "./dom.js";
import { forgetPictures } from "./faces.js";
import { forgotten } from "./forgetting.js";
import { type Acts, cardsOf, extentOf, titleOf } from "./group_cards.js";
import { type GroupActs, groupPage } from "./group_page.js";
import { named, renamed } from "./naming.js";
import { type Everybody, counted, decide, drop, everybody } from "./people.js";
import { emptiness, extentInWords, heading } from "./people_words.js";
import { opened } from "./photos.js";
import { room } from "./rooms.js";
import { saidOf } from "./said.js";
import { Trouble, call } from "./server.js";
import type { Take } from "./taking.js";

/** What the room shows, and what is done there. */
export class PeopleRoom {
  private all: Everybody | null = null;
  private opened = "";
  /** Kept photos that were looked at since the page was opened: it need not be offered again. */
  private readonly looked = new Set<string>();
  private readonly news = h("div", { class: "news", role: "status" });
  private readonly working = h("div", {});
  private readonly content = h("div", { class: "content" });

  constructor(private readonly take: Take) {
    find("people").append(this.news, this.working, this.content);
  }

  /** Somebody came, went, or opened a group. */
  async enter(): Promise<void> {
    const before = this.opened;
    this.opened = room().face;
    if (!room().people) return this.left();
    this.news.replaceChildren();
    if (this.all === null) await this.refresh();
    else this.show();
    window.scrollTo(0, 0);
    const card = this.content.querySelector<HTMLElement>(`a[href="#people/${before}"]`);
    (card ?? find("people-title")).focus();
  }

  /** Ask the server, and show what there is, or what is wrong. */
  async refresh(): Promise<void> {
    if (this.all === null) this.put(...heading("Asking the server…"));
    try {
      const all = await everybody();
      if (!room().people) return this.left();
      this.all = all;
      this.show();
    } catch (error) {
      this.failed(error);
    }
  }

  /** Look for faces in files, which are kept then. */
  add(files: readonly File[]): true {
    if (files.length > 0) void this.look(files.map(ofFile));
    return true;
  }

  /** Nobody's face stays behind. */
  private left(): void {
    this.all = null;
    this.put();
    forgetPictures();
  }

  private put(...content: readonly (HTMLElement | null)[]): void {
    this.content.replaceChildren(...content.filter((one) => one !== null));
  }

  private show(): void {
    const { all } = this;
    if (all === null) return;
    const { face } = room();
    const group = all.groups.find(({ faces }) => faces.some(({ id }) => id === face));
    if (group !== undefined) return this.put(...groupPage(group, all, this.acts(all)));
    if (face !== "") window.history.replaceState(null, "", "#people");
    this.put(...this.overview(all));
  }

  private overview(all: Everybody): readonly (HTMLElement | null)[] {
    const seen = new Set(all.groups.flatMap(({ faces }) => faces.map(({ photo }) => photo)));
    const unseen = [...all.photos.keys()].filter((id) => !seen.has(id));
    const open = unseen.filter((id) => !this.looked.has(id));
    const look = () => void this.look(open.map(ofKept));
    const add = (files: readonly File[]) => this.add(files);
    if (all.groups.length === 0 && all.people.length === 0) {
      return emptiness(all.photos.size, open.length, { look, add });
    }
    return [
      ...heading(extentInWords(all, unseen.length), open.length, { look, add }),
      ...cardsOf(all, this.acts(all)),
      saidOf(all, (decision) => void this.undo(decision.id)),
    ];
  }

  /** What the buttons do. */
  private acts(all: Everybody): Acts & GroupActs {
    const { people } = all;
    const faces = (id: string) =>
      all.groups.filter(({ person }) => person?.id === id).flatMap((group) => group.faces);
    return {
      name: (group) =>
        void this.change(
          () => named(group, people),
          () => this.nameOf(group.faces[0].id),
        ),
      rename: (one) => void this.change(() => renamed(one), "The name is saved."),
      forget: (one) =>
        void this.change(() => forgotten(one, faces(one.id)), `${one.name} is forgotten.`),
      merge: (groups) => {
        const clusters = groups.map((group) => group.faces[0].id);
        const text = `${groups.length} groups are one person now.`;
        void this.change(() => decide({ kind: "merge", clusters }), text);
      },
      split: (chosen) => {
        const text = `${counted(chosen.length, "face")} taken out, as somebody else.`;
        const ids = chosen.map(({ id }) => id);
        void this.change(() => decide({ kind: "split", faces: ids }), text);
      },
      open: ({ id, format }) =>
        this.take(
          call(`/v1/photos/${id}/original`)
            .then((response) => response.blob())
            .then((blob) => opened(blob, `${id.slice(0, 8)}.${format}`)),
        ),
    };
  }

  /** What a group is called now. */
  private nameOf(face: string): string {
    const group = this.all?.groups.find(({ faces }) => faces.some(({ id }) => id === face));
    if (group === undefined) return "The name is saved.";
    return `This is ${titleOf(group)}, in ${extentOf(group)}.`;
  }

  private undo(id: string): Promise<void> {
    const act = () => drop(`/v1/people/decisions/${id}`).then(() => true);
    return this.change(act, "Taken back: the groups are as they were.");
  }

  /** Do something, and show what is then; what was decided can be taken back at once. */
  private async change(
    act: () => Promise<boolean | { readonly id: string }>,
    text: string | (() => string),
  ): Promise<void> {
    try {
      const done = await act();
      if (done === false) return;
      await this.refresh();
      const back = typeof done === "object" ? () => void this.undo(done.id) : null;
      this.tell(typeof text === "string" ? text : text(), back);
      find("people-title").focus();
    } catch (error) {
      this.alarm(error);
    }
  }

  private async look(looks: readonly Look[]): Promise<void> {
    if (this.working.childElementCount > 0) {
      return this.tell("Photos are being looked at: add others when that is done.", null);
    }
    this.news.replaceChildren();
    try {
      const looked = await lookAt(looks, this.working);
      for (const { id } of looked.done) this.looked.add(id);
      await this.refresh();
      this.tell(lookedInWords(looked), null);
    } catch (error) {
      await this.refresh();
      if (this.all !== null) this.alarm(error);
    }
  }

  private tell(text: string, back: (() => void) | null): void {
    const undo =
      back && h("button", { type: "button", class: "button small", click: back }, "Undo");
    this.news.className = "news good";
    this.news.replaceChildren(h("p", {}, text), ...(undo === null ? [] : [undo]));
  }

  private alarm(error: unknown): void {
    this.news.className = "news bad";
    this.news.replaceChildren(h("div", {}, ...inWords(error)));
    this.news.scrollIntoView({ block: "nearest" });
  }

  /** That it cannot be told who is there, which is not that there is nobody. */
  private failed(error: unknown): void {
    this.all = null;
    const { code = "", retryAfter = 0 } = error as Partial<Trouble>;
    const later = retryAfter > 0 ? h("p", {}, `Ask again in ${retryAfter} s.`) : null;
    const keyed = code === "unauthenticated";
    const click = keyed ? () => find("settings").click() : () => void this.refresh();
    const text = keyed ? "Enter a key" : "Try again";
    this.put(
      ...heading(""),
      h(
        "div",
        { class: "trouble", role: "alert", "data-code": code },
        ...inWords(error),
        ...(later === null ? [] : [later]),
        h("button", { type: "button", class: "button", click }, text),
      ),
    );
  }
}

function lookedInWords({ faces, done, wrong }: Looked): string {
  const found = `${counted(faces, "face")} in ${counted(done.length, "photo")}.`;
  return [found, ...wrong].join(" ");
}
