import type { Clock } from "../../../ports/clock.ts";
import { composeAnswer, refusalTo } from "./answer.ts";
import { readAsk } from "./ask.ts";
import type { Ask } from "./ask.ts";
import { drawFault, faultInModel, faultInText } from "./fault.ts";
import type { Fault } from "./fault.ts";
import { Ledger } from "./ledger.ts";
import { Randomness, hashText } from "./randomness.ts";
import type { HttpRequest } from "./request-reader.ts";
import { httpAnswer, scriptFor } from "./script.ts";
import type { Script } from "./script.ts";
import type { SimulatedModelSettings } from "../../../domain/call/simulated-model-settings.ts";
import { spoil } from "./spoil.ts";
import { asciiJson, errorBody } from "./ascii-json.ts";

/** A script, and the call it belongs to when it is a chat completion's. */
export interface Reply {
  readonly script: Script;
  readonly call: { readonly n: number; readonly model: string } | null;
}

interface Model {
  readonly settings: SimulatedModelSettings;
  readonly stream: number;
}

/** Texts whose faults are counted; the oldest is forgotten first. */
const MOST_ASKED = 10_000;

/** Decides what a request is answered with. Knows time only for `created`; the n-th call to a model is always the same. */
export class Simulator {
  readonly ledger = new Ledger();
  readonly #models = new Map<string, Model>();
  readonly #clock: Clock;
  readonly #asked = new Map<string, number>();

  constructor(models: ReadonlyMap<string, SimulatedModelSettings>, seed: number | string, clock: Clock) {
    this.#clock = clock;
    for (const [name, settings] of models) this.#models.set(name, { settings, stream: hashText(`${seed}\n${name}`) });
  }

  /** The reply to a request. `look` gives what the server's own page shows. */
  reply(request: HttpRequest, look: () => unknown): Reply {
    const { method, path } = request;
    if (method === "POST" && path.split("?", 1)[0]?.endsWith("/chat/completions") === true)
      return this.#complete(request);
    if (method === "GET" && path.endsWith("/models")) return plain("200 OK", this.#modelList());
    if (method === "GET" && path === "/__simulated/calls") return plain("200 OK", asciiJson(look()));
    return plain("404 Not Found", errorBody(`Invalid URL (${method} ${path})`, "invalid_request_error", null));
  }

  #complete(request: HttpRequest): Reply {
    const ask = readAsk(request.body);
    if (typeof ask === "string") return plain("400 Bad Request", errorBody(ask, "invalid_request_error", null));
    const named = this.#models.has(ask.model) ? null : faultInModel(ask.model);
    const name = named?.model ?? ask.model;
    const model = this.#models.get(name);
    if (model === undefined) {
      const message = `The model '${ask.model.slice(0, 100)}' does not exist.`;
      return plain("404 Not Found", errorBody(message, "invalid_request_error", "model_not_found"));
    }
    const n = this.ledger.count(name);
    const random = new Randomness(model.stream, n);
    const drawn = drawFault(model.settings.failures, random);
    const fault = named?.fault ?? faultInModel(name).fault ?? this.#askedFault(name, ask) ?? drawn;
    const { path, headers, body } = request;
    this.ledger.remember({ n, model: name, stream: ask.stream, fault, path, headers, body });
    const id = `sim${(model.stream >>> 0).toString(16)}${n}`;
    const script = scriptFor({
      answer: fault === "refusal" ? refusalTo(ask) : spoil(composeAnswer(ask, model.settings, random), fault),
      marks: { id, model: ask.model, created: Math.floor(this.#clock.now() / 1_000) },
      fault,
      stream: ask.stream,
      includeUsage: ask.includeUsage,
      settings: model.settings,
      random,
      authorization: headers["authorization"] ?? "",
    });
    return { script, call: { n, model: name } };
  }

  #askedFault(model: string, { userText }: Ask): Fault | null {
    const asked = faultInText(userText);
    if (asked === null) return null;
    const text = `${model}\n${userText}`;
    const before = this.#asked.get(text) ?? 0;
    this.#asked.delete(text);
    this.#asked.set(text, before + 1);
    const [oldest] = this.#asked.keys();
    if (this.#asked.size > MOST_ASKED && oldest !== undefined) this.#asked.delete(oldest);
    return before < asked.times ? asked.fault : null;
  }

  #modelList(): string {
    const data = [...this.#models.keys()].map((id) => ({ id, object: "model", created: 0, owned_by: "rollward" }));
    return asciiJson({ object: "list", data });
  }
}

const plain = (status: string, body: string): Reply => ({
  script: { steps: [{ afterMs: 0, bytes: httpAnswer(status, body) }], ending: "keep" },
  call: null,
});
