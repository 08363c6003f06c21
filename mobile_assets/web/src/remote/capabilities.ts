/** What a server can do, as it said at `GET /v1/models`, and how long ago that was. */
import { type Unavailable, unavailable } from "../outcomes.js";
import type { Clock } from "./clock.js";
import { list, maybe, need, parsed, record, text } from "./reading.js";
import type { Reply } from "./transport.js";

// A model in any other state answers, at once or once it is loaded.
const AWAY: ReadonlyMap<string, string> = new Map([
  ["weights-missing", "its weights are not on the server"],
  ["unhealthy", "it has failed on the server"],
]);

/** A model of a server's list; `defaultOf` are the tasks that it answers where no model is
 * named, none for all where a server does not say. */
export interface ServerModel {
  readonly id: string;
  readonly tasks: readonly string[];
  readonly where: string;
  readonly variant: string;
  readonly sha256: string;
  readonly state: string;
  readonly defaultOf?: readonly string[];
}

/** A server's models; `learntAt` is a moment of the clock. */
export class Capabilities {
  private readonly learntAt: number;

  constructor(
    readonly models: readonly ServerModel[],
    private readonly clock: Clock,
  ) {
    this.learntAt = clock.now();
  }

  /** Seconds since the server said so. */
  get age(): number {
    return this.clock.now() - this.learntAt;
  }

  /**
   * Why a task (`depth`, `super-resolution`) will not be answered.
   *
   * Null where it may be: of a task that no model lists, the server itself has to say.
   */
  refusal(address: string, model = ""): Unavailable | null {
    const having = this.models.filter(({ tasks }) => tasks.includes(address));
    const usual = having.filter(({ defaultOf }) => defaultOf?.includes(address));
    const named = having.filter(({ id }) => id === model);
    const able = model !== "" ? named : usual.length > 0 ? usual : having;
    if (able.length === 0 || able.some(({ state }) => !AWAY.has(state))) return null;
    const { id, state } = able[0];
    return unavailable(`${id}: ${AWAY.get(state)}`, null, state);
  }
}

/** The answer of `GET /v1/models`; raises `Refusal` where it is none. */
export function readModels({ body }: Reply): readonly ServerModel[] {
  const json = record(parsed(body), "it");
  return need(json, "models", list(readModel));
}

function readModel(json: unknown, place: string): ServerModel {
  const one = record(json, place);
  return {
    id: need(one, "id", text),
    tasks: need(one, "tasks", list(text)),
    where: need(one, "where", text),
    variant: need(one, "variant", text),
    sha256: need(one, "sha256", text),
    state: need(one, "state", text),
    defaultOf: maybe(one, "default_of", list(text)) ?? [],
  };
}
