/** The recipes and the art of a bundle, each fetched when it is first needed. */
import type { Fetcher } from "../bundle.js";
import { BundleError, SpecError, UnknownName } from "../errors.js";
import { checked } from "../schema.js";
import type { Art } from "./art.js";
import { outlines } from "./outlines.js";
import type { Recipe } from "./recipe.js";
import type { Tables } from "./tables.js";

const SCHEMA = "filters.schema.json";
const TABLES = "filters.tables.json";
const RECIPE = "#/$defs/Recipe";
const ART = "#/$defs/Art";

export class Library {
  private readonly arted = new Map<string, Promise<Art>>();

  private constructor(
    private readonly fetch: Fetcher,
    private readonly schema: unknown,
    readonly tables: Tables,
  ) {}

  /** The filters of the bundle that `fetch` reads; `BundleError` where it has none. */
  static async open(fetch: Fetcher): Promise<Library> {
    const [schema, tables] = await Promise.all([json(fetch, SCHEMA), json(fetch, TABLES)]);
    return new Library(fetch, schema, tables as Tables);
  }

  /** The names of all recipes. */
  get recipes(): readonly string[] {
    return this.tables.recipes;
  }

  /** The names of all art. */
  get arts(): readonly string[] {
    return this.tables.art;
  }

  /** The recipe of that name; `UnknownName` lists those there are. */
  async recipe(name: string): Promise<Recipe> {
    if (!this.recipes.includes(name)) throw new UnknownName("filter", name, this.recipes);
    return this.read(await json(this.fetch, `filters/${name}.json`), `${name}.json`);
  }

  /** A recipe of one's own, from its JSON; `SpecError` names the place of what is wrong. */
  read(value: unknown, file: string): Recipe {
    return checked(value, this.schema, `${file}: $`, RECIPE) as Recipe;
  }

  /** The art of that name; `UnknownName` lists those there are. */
  art(name: string): Promise<Art> {
    if (!this.arts.includes(name)) throw new UnknownName("art", name, this.arts);
    const known = this.arted.get(name) ?? this.readArt(name);
    this.arted.set(name, known);
    known.catch(() => this.arted.delete(name)); // the next call may find the file restored
    return known;
  }

  /** Path data that cannot be drawn is an error of the file. */
  private async readArt(name: string): Promise<Art> {
    const path = `art/${name}.json`;
    const value = await json(this.fetch, `filters/${path}`);
    const art = checked(value, this.schema, `${path}: $`, ART) as Art;
    art.shapes.forEach((shape, number) => {
      try {
        outlines(shape);
      } catch (error) {
        throw new SpecError(`${path}: $.shapes[${number}].d: ${(error as Error).message}`);
      }
    });
    return art;
  }
}

async function json(fetch: Fetcher, path: string): Promise<unknown> {
  const bytes = await fetch(path);
  if (bytes === null) throw new BundleError(`${path} is missing: name a bundle with filters`);
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new SpecError(`${path} is not JSON: get it again`);
  }
}
