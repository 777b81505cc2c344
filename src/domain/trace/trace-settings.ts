import type { SamplePolicy } from "./sample-trace.ts";

/** Whose content leaves the server with traces: that of no call, of candidates and shadow copies, of failed calls, of all. */
export type ContentPolicy = "none" | "candidate" | "errors" | "all";

/** What a server does with traces. */
export interface TraceSettings {
  /** Whether traces are sent where telemetry is sent. */
  readonly isExported: boolean;
  readonly sample: SamplePolicy;
  readonly content: ContentPolicy;
  /** Names of providers that are told which trace a call belongs to. */
  readonly propagateTo: readonly string[];
  readonly accept: AcceptedSpans;
}

/** The spans that applications send. */
export interface AcceptedSpans {
  readonly isOn: boolean;
  /** Whether what they say of prompts and answers is kept, masked. */
  readonly content: boolean;
  readonly retainDays: number;
  /** Most that are kept; the oldest make room. */
  readonly mostSpans: number;
}

/** Of a project that says nothing. */
export const DEFAULT_TRACES: TraceSettings = {
  isExported: true,
  sample: { share: 0.1, errors: true, slowerThanMs: 60_000, candidates: true, parents: true },
  content: "none",
  propagateTo: [],
  accept: { isOn: true, content: false, retainDays: 7, mostSpans: 200_000 },
};
