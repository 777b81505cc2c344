import type { z } from "zod";
import type { callLine } from "../contract/calls.ts";
import { outcomeText, usd } from "./call-text.ts";

/** Headings of a table of calls. */
export const HEADING = ["call", "at", "release", "arm", "tier", "status", "ms", "usd", "outcome"];

/** A call as a row of a table. */
export const rowOf = (call: z.output<typeof callLine>): string[] => [
  call.id,
  call.at,
  call.release ?? call.requested_model,
  call.arm ?? (call.kind === "traffic" ? "–" : call.kind),
  call.tier ?? "–",
  String(call.status),
  call.total_ms.toFixed(0),
  call.is_priced ? usd(call.cost_pico) : "cost unknown",
  outcomeText(call),
];
