/**
 * A recipe made ready: what it includes is put in, what it names is looked up and checked.
 *
 * Every error names the file and the place in it: `party.json: $.layers[2].art: unknown art
 * 'hart'; known: ...`.
 */
import { SpecError } from "../errors.js";
import type { Art } from "./art.js";
import { backdropWords } from "./backdrop.js";
import { isForEach } from "./conditions.js";
import type { Library } from "./library.js";
import type { Background, Choose, Include, Layer, Painting, Recipe } from "./recipe.js";

const MOST_LAYERS = 500; // recipes that include each other grow fast

/** A layer of a recipe that is ready: nothing is included any more. */
export type ReadyLayer = Painting | ReadyChoice;

export interface ReadyChoice extends Omit<Choose, "then" | "otherwise"> {
  readonly then: readonly ReadyLayer[];
  readonly otherwise: readonly ReadyLayer[];
}

/** What is drawn: the layers, and all the art that they name. */
export interface Drawable {
  readonly layers: readonly ReadyLayer[];
  readonly art: ReadonlyMap<string, Art>;
}

/** What is drawn of a recipe that is called `name`. Raises `SpecError` for art, a recipe or a
 * word that does not exist, recipes that include each other, and layers of the photo that each
 * face would choose. */
export async function ready(recipe: Recipe, name: string, library: Library): Promise<Drawable> {
  const reader = new Reader(library);
  const layers = await reader.resolved(recipe.layers, new Where([name], "$.layers", false));
  return { layers, art: reader.art };
}

/** Which recipes include each other to here, the place in the last, and whether each face
 * chooses what is here. */
class Where {
  constructor(
    readonly chain: readonly string[],
    readonly place: string,
    readonly each: boolean,
  ) {}

  at(more: string, each = this.each): Where {
    return new Where(this.chain, this.place + more, each);
  }

  refuse(why: string): never {
    throw new SpecError(`${this.chain[this.chain.length - 1]}.json: ${this.place}: ${why}`);
  }
}

class Reader {
  readonly art = new Map<string, Art>();
  private count = 0;

  constructor(private readonly library: Library) {}

  async resolved(layers: readonly Layer[], where: Where): Promise<readonly ReadyLayer[]> {
    const made: ReadyLayer[] = [];
    for (const [number, layer] of layers.entries()) {
      const here = where.at(`[${number}]`);
      this.count += 1;
      if (this.count > MOST_LAYERS) {
        here.refuse(`this is layer ${this.count} with all that is included: take fewer`);
      }
      if (layer.do === "include") made.push(...(await this.included(layer, here)));
      else if (layer.do === "choose") made.push(await this.chosen(layer, here));
      else {
        await this.check(layer, here);
        made.push(layer);
      }
    }
    return made;
  }

  private async included({ recipe }: Include, here: Where): Promise<readonly ReadyLayer[]> {
    const named = here.at(".recipe");
    if (here.chain.includes(recipe)) {
      const circle = [...here.chain, recipe].join(" > ");
      named.refuse(`the recipe includes itself: ${circle}; take one of these out`);
    }
    if (!this.library.recipes.includes(recipe)) {
      named.refuse(unknown("recipe", recipe, this.library.recipes));
    }
    const { layers } = await this.library.recipe(recipe);
    return this.resolved(layers, new Where([...here.chain, recipe], "$.layers", here.each));
  }

  private async chosen(layer: Choose, here: Where): Promise<ReadyChoice> {
    const each = here.each || isForEach(layer.when);
    const then = await this.resolved(layer.then, here.at(".then", each));
    const otherwise = await this.resolved(layer.otherwise, here.at(".otherwise", each));
    return { ...layer, then, otherwise };
  }

  private async check(layer: Painting, here: Where): Promise<void> {
    if (here.each && layer.do !== "sticker") {
      here.refuse(
        'each face chooses here, so there can be stickers only: say "of": "any" or "all" for ' +
          "what the whole photo gets",
      );
    }
    if (layer.do === "sticker") await this.checkArt(layer.art, true, here);
    if (layer.do === "scenery" || layer.do === "particles") {
      await this.checkArt(layer.art, false, here);
    }
    if (layer.do === "background") await this.checkBackground(layer, here);
    if (layer.do === "particles" && layer.size[0] > layer.size[1]) {
      here.at(".size").refuse("the smallest comes first: turn the two round");
    }
  }

  private async checkBackground(layer: Background, here: Where): Promise<void> {
    const known = backdropWords(this.library.tables.backdrops);
    for (const word of wordsOf(layer)) {
      if (!known.includes(word))
        here.at(".words").refuse(unknown("background word", word, known));
    }
    for (const [number, { art }] of layer.scenery.entries()) {
      await this.checkArt(art, false, here.at(`.scenery[${number}]`));
    }
  }

  private async checkArt(name: string, onFace: boolean, here: Where): Promise<void> {
    const named = here.at(".art");
    const known = this.library.arts;
    if (!known.includes(name)) named.refuse(unknown("art", name, known));
    const art = await this.library.art(name);
    if (onFace !== (art.anchor !== null)) {
      named.refuse(`'${name}' ${onFace ? "is fastened to no face" : "belongs on a face"}`);
    }
    this.art.set(name, art);
  }
}

/** The words of a background. */
export function wordsOf({ words }: Background): readonly string[] {
  return words.split(",").map((word) => word.trim());
}

function unknown(kind: string, name: string, known: readonly string[]): string {
  return `unknown ${kind} '${name}'; known: ${known.join(", ") || "none"}`;
}
