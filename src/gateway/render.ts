import { RollwardError } from "../domain/errors.ts";
import { renderPrompt } from "../domain/prompt/render.ts";
import type { RenderedMessage } from "../domain/prompt/render.ts";
import { isSameTarget } from "../domain/release/fault-policy.ts";
import type { ModelTarget, Release, Timeouts } from "../domain/release/release.ts";
import { releaseName } from "../domain/release/release.ts";
import { spliceJson } from "../kit/json-splice.ts";
import type { ByteEdit, Dialect, DialectName, IncomingRequest, ReleaseWords } from "../ports/dialect.ts";
import type { Gateway } from "./gateway.ts";
import { NO_MODEL } from "./open-call.ts";
import type { OpenCall, RenderedRequest } from "./open-call.ts";
import { present } from "./present.ts";
import { providerFor } from "./provider-for.ts";

/** Time limits of a direct call, which has no release to set them; the same as a release's defaults. */
const DIRECT_TIMEOUTS: Timeouts = { connectMs: 5_000, firstTokenMs: 60_000, idleMs: 30_000, totalMs: 600_000 };

/** Turns the request into what providers get: every byte that the release does not set stays as it came. */
export function render(_: Gateway, call: OpenCall): void {
  const { dialect } = call.arrival;
  const request = present(call.request);
  const aim = present(call.aim);
  const usage = dialect.usageEdits(request);
  if (call.placement !== null) call.arrival.onRelease?.(call.placement.release);
  const base = aim.type === "direct" ? direct(aim.target) : released(request, present(call.placement).release, dialect);
  let last: Spliced | null = null;
  call.rendered = {
    targets: base.targets,
    timeouts: base.timeouts,
    overrides: base.overrides,
    own: base.own,
    bodyFor(target) {
      const cuts = call.context?.edits ?? NO_EDITS;
      if (last !== null && isSameTarget(last.target, target) && last.cuts === cuts) return last.body;
      const asks = asksForUsage(call, target) ? usage : NO_EDITS;
      const body = spliceJson(request.bytes, [...base.edits, ...cuts, ...asks, ...setModel(request, target)]);
      last = { target, cuts, body };
      return body;
    },
  };
}

/** A body that was made: the cache, the budgets and the attempt ask for the same one in turn. */
interface Spliced {
  readonly target: ModelTarget;
  readonly cuts: readonly ByteEdit[];
  readonly body: Buffer;
}

const NO_EDITS: readonly ByteEdit[] = [];

interface Base extends Omit<RenderedRequest, "bodyFor"> {
  readonly edits: readonly ByteEdit[];
}

const direct = (target: ModelTarget): Base => ({
  targets: [target],
  timeouts: DIRECT_TIMEOUTS,
  overrides: [],
  edits: [],
  own: () => "",
});

function released(request: IncomingRequest, release: Release, dialect: Dialect): Base {
  const { models, policies, tools } = release.content;
  const words = wordsOf(release, dialect);
  const prompt = promptOf(request, release);
  return {
    targets: models,
    timeouts: policies.timeouts,
    overrides: words.sets.filter((name) => request.members.has(name)),
    edits: words.edits(request, prompt),
    own: () => [...prompt.map(({ content }) => content), JSON.stringify(tools)].join("\n"),
  };
}

/** Whether the target's provider takes this dialect as it is and can report the usage of streams. */
function asksForUsage(call: OpenCall, target: ModelTarget): boolean {
  const provider = providerFor(call.settings.providers, target);
  if (provider === undefined || provider.speaks === null) return false;
  return provider.speaks.includes(call.arrival.dialect.name) && provider.reportsStreamUsage;
}

const knownWords = new WeakMap<Release, Map<DialectName, ReleaseWords>>();

/** A release's own parts in a dialect, made once. */
function wordsOf(release: Release, dialect: Dialect): ReleaseWords {
  const known = knownWords.get(release);
  const kept = known?.get(dialect.name);
  if (kept !== undefined) return kept;
  const { parameters, tools } = release.content;
  const made = dialect.releaseWords({ release: releaseName(release), parameters, tools });
  if (known === undefined) knownWords.set(release, new Map([[dialect.name, made]]));
  else known.set(dialect.name, made);
  return made;
}

function setModel(request: IncomingRequest, target: ModelTarget): readonly ByteEdit[] {
  if (target.model === NO_MODEL) return [];
  if (request.setField !== undefined) return [request.setField("model", target.model)];
  const model = request.members.get("model");
  if (model === undefined) throw new Error("The dialect let a request without a model pass.");
  return [{ ...model.value, bytes: modelBytes(target.model) }];
}

const knownModels = new Map<string, Buffer>();
const MOST_MODELS = 1_000;

/** The name of a model as JSON, made once. */
function modelBytes(model: string): Buffer {
  const known = knownModels.get(model);
  if (known !== undefined) return known;
  const made = Buffer.from(JSON.stringify(model));
  if (knownModels.size < MOST_MODELS) knownModels.set(model, made);
  return made;
}

function promptOf(request: IncomingRequest, release: Release): readonly RenderedMessage[] {
  const { prompt, endpoint } = release.content;
  if (prompt === null) return [];
  const rendered = renderPrompt(prompt, request.variables);
  if ("messages" in rendered) return rendered.messages;
  throw new RollwardError("variable_missing", {
    endpoint,
    variable: rendered.missing,
    declared: Object.keys(prompt.variables).join(", "),
    param: "variables",
  });
}
