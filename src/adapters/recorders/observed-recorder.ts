import type { CallRecord } from "../../domain/call/call-record.ts";
import type { CallRecorder } from "../../ports/call-recorder.ts";

/** Looks at every call that has ended: at once, on the request's way, so it must be quick. */
export type CallObserver = (call: CallRecord) => void;

/** A recorder that shows every call to observers first. What one of them throws is told to `failed` and stops nothing. */
export function createObservedRecorder(
  inner: CallRecorder,
  observers: readonly CallObserver[],
  failed: (error: unknown) => void,
): CallRecorder {
  return {
    record(call) {
      for (const observe of observers) {
        try {
          observe(call);
        } catch (error) {
          failed(error);
        }
      }
      inner.record(call);
    },
    counts: () => inner.counts(),
    flush: () => inner.flush(),
  };
}
