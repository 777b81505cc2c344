import { spliceJson } from "../../kit/json-splice.ts";
import type { LogprobFloor } from "../../domain/routing/routing-policy.ts";
import type { ModelTarget } from "../../domain/release/release.ts";
import type { OpenCall } from "../open-call.ts";
import { present } from "../present.ts";
import { providerFor } from "../provider-for.ts";

/**
 * Makes the bodies of a call ask for log-probabilities where the dialect has a word for it, the provider speaks it, and
 * nobody has said anything about them.
 */
export function askForLogprobs(open: OpenCall, floor: LogprobFloor | null): void {
  const { dialect } = open.arrival;
  const own = open.placement?.release.content.parameters ?? {};
  const edit = floor === null ? null : (dialect.logprobsEdit?.(present(open.request)) ?? null);
  if (edit === null || Object.hasOwn(own, "logprobs")) return;
  const rendered = present(open.rendered);
  open.rendered = {
    ...rendered,
    bodyFor(target: ModelTarget) {
      const body = rendered.bodyFor(target);
      const speaks = providerFor(open.settings.providers, target)?.speaks ?? null;
      return speaks?.includes(dialect.name) === true ? spliceJson(body, [edit]) : body;
    },
  };
}
