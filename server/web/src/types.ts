/** What the parts of the page hand to each other. */

export type Json = Readonly<Record<string, unknown>>;

/** Where a result was computed. */
export type Place = "device" | "server";

/** A photo that was chosen: its bytes, the same in a format that the browser knows, an address
 * to show that, its upright size in pixels, and `source`, where a server is to fetch it from. */
export interface Photo {
  readonly name: string;
  readonly blob: Blob;
  readonly known: Blob;
  readonly shown: string;
  readonly width: number;
  readonly height: number;
  readonly source: string;
}

/** A probability of a person at every pixel. */
export interface Soft {
  readonly width: number;
  readonly height: number;
  readonly probability: Float32Array;
}

/** What was found out: `result` as the API writes it, a picture where one was made. */
export interface Answer {
  readonly task: Task;
  readonly photo: Photo;
  readonly place: Place;
  readonly result: Json;
  readonly picture: Blob | null;
  readonly soft: Soft | null;
  /** Milliseconds: all of it, and its stages. */
  readonly ms: number;
  readonly stages: Readonly<Record<string, number>>;
  /** Model, file and the like, in words. */
  readonly ran: Readonly<Record<string, string>>;
}

/** A parameter of a task, as the OpenAPI document describes it. */
export interface Parameter {
  readonly name: string;
  readonly schema: Schema;
}

export interface Schema {
  readonly type?: string;
  readonly enum?: readonly (string | number)[];
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
}

/** Something that can be asked about a photo. */
export interface Task {
  readonly name: string;
  readonly title: string;
  readonly hint: string;
  readonly group: string;
  readonly icon: string;
  /** What the button says. */
  readonly verb: string;
  /** The result is a picture, to be held against the photo. */
  readonly makes: boolean;
  /** Asked only by the button: it takes long. */
  readonly slow: boolean;
  /** The model that computes it in the browser; "" for none. */
  readonly device: string;
  /** The server has it. */
  readonly served: boolean;
  /** The weights of the model that answers by itself are not on the server. */
  readonly missing: boolean;
  /** The model that may be asked instead of it; "" for none. */
  readonly instead: string;
  readonly parameters: readonly Parameter[];
  /** Further pictures that may come along. */
  readonly pictures: readonly string[];
  /** The answer may hold a picture. */
  readonly pictured: boolean;
  /** The answer may hold masks. */
  readonly masked: boolean;
}

/** What was chosen for a task: texts, and files. */
export type Choices = Readonly<Record<string, string | Blob>>;

/** What the server says of itself before it has a key. */
export interface Config {
  readonly version: string;
  readonly keys: boolean;
  readonly urls: boolean;
  readonly most_bytes: number;
  readonly device: {
    readonly worker: string;
    readonly wasm: string;
    readonly bundle: string;
  } | null;
  readonly models: readonly string[];
  readonly objects: readonly string[];
  readonly backgrounds: {
    readonly colours: readonly string[];
    readonly patterns: readonly string[];
  };
  readonly filters: readonly {
    readonly name: string;
    readonly title: string;
    readonly about: string;
  }[];
  readonly samples: readonly string[];
}
