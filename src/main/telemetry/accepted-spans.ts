import { DEFAULT_TRACES } from "../../domain/trace/trace-settings.ts";
import type { AcceptedSpans } from "../../domain/trace/trace-settings.ts";
import type { SpanStore } from "../../ports/span-store.ts";
import type { EnvironmentRegistry } from "../environments/environment-registry.ts";

const DAY_MS = 86_400_000;

/** Which spans of applications are taken, by the project of the server's own environment. */
export const acceptedSpans = (environments: EnvironmentRegistry): AcceptedSpans =>
  (environments.of(environments.own).project.project?.telemetry?.traces ?? DEFAULT_TRACES).accept;

/** Forgets those whose days have passed, and the oldest where there are too many; `now` is epoch milliseconds. */
export const expireSpans =
  (store: Pick<SpanStore, "expire">, environments: EnvironmentRegistry) =>
  (now: number): Promise<void> => {
    const { retainDays, mostSpans } = acceptedSpans(environments);
    return store.expire(now - retainDays * DAY_MS, mostSpans);
  };
