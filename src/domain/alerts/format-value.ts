import { formatDuration } from "../../kit/duration.ts";
import type { SignalName } from "./signal.ts";

/** In which unit a signal is measured; `yes` is 1 while something is so. */
type SignalUnit = "share" | "ms" | "usd" | "number" | "yes";

const UNITS: Readonly<Record<SignalName, SignalUnit>> = {
  "error-share": "share",
  "refusal-share": "share",
  "over-limit-share": "share",
  latency: "ms",
  "first-token": "ms",
  "cost-per-minute": "usd",
  "calls-per-minute": "number",
  quality: "number",
  feedback: "share",
  slo: "number",
  "queue-age": "ms",
  "queue-depth": "number",
  drops: "number",
  "budget-share": "share",
  "budget-forecast": "share",
  "user-too-dear": "yes",
  "tenant-too-dear": "yes",
  "provider-trouble": "yes",
  "rollout-held": "yes",
  "rollout-rolled-back": "yes",
  paused: "yes",
  "telemetry-trouble": "yes",
  outside: "yes",
};

const PICO_PER_USD = 1e12;

/** A value of a signal for people: `7.1 %`, `2.5 s`, `0.12 USD`. */
export function formatValue(name: SignalName, value: number): string {
  switch (UNITS[name]) {
    case "share":
      return `${figures(value * 100)} %`;
    case "ms":
      return formatDuration(value);
    case "usd":
      return `${figures(value / PICO_PER_USD)} USD`;
    default:
      return figures(value);
  }
}

/** Whether a signal only knows yes and no. */
export const isYes = (name: SignalName): boolean => UNITS[name] === "yes";

/** A number for people, to three figures; more only of what is a thousand or above. */
export const figures = (value: number): string => {
  if (!Number.isFinite(value)) return "beyond measure";
  return String(Number(value.toPrecision(Math.abs(value) >= 1_000 ? 6 : 3)));
};
