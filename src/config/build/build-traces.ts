import { DEFAULT_TRACES } from "../../domain/trace/trace-settings.ts";
import type { AcceptedSpans, TraceSettings } from "../../domain/trace/trace-settings.ts";
import type { TracesInput } from "../schema/traces-schema.ts";

/** Traces as a project has them. */
export function buildTraces(input: TracesInput | undefined): TraceSettings {
  const usual = DEFAULT_TRACES;
  if (input === undefined) return usual;
  const { keep } = input;
  return {
    isExported: input.export ?? usual.isExported,
    sample: {
      share: input.sample ?? usual.sample.share,
      errors: keep?.errors ?? usual.sample.errors,
      slowerThanMs: keep?.slower_than === false ? null : (keep?.slower_than ?? usual.sample.slowerThanMs),
      candidates: keep?.candidates ?? usual.sample.candidates,
      parents: keep?.callers ?? usual.sample.parents,
    },
    content: input.content ?? usual.content,
    propagateTo: input.propagate === undefined || input.propagate === "none" ? [] : input.propagate,
    accept: acceptedOf(input.accept),
  };
}

function acceptedOf(input: TracesInput["accept"]): AcceptedSpans {
  const usual = DEFAULT_TRACES.accept;
  if (input === false) return { ...usual, isOn: false };
  return {
    isOn: true,
    content: input?.content ?? usual.content,
    retainDays: input?.retain ?? usual.retainDays,
    mostSpans: input?.most_spans ?? usual.mostSpans,
  };
}
