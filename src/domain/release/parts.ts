import { canonicalJson } from "../../kit/canonical-json.ts";
import { sha256Hex } from "../../kit/hash.ts";
import { targetsOf } from "./fault-policy.ts";
import type { ModelTarget, Prompt, ReleaseContent, Tool } from "./release.ts";

/** What is versioned on its own. */
export type PartKind = "prompt" | "model" | "tool";

/** One part of a release, named by what it is and by what it says. */
export interface Part {
  readonly kind: PartKind;
  /**
   * The line of versions it belongs to: `support-bot/system` for a prompt (endpoint and name), `lookup_order` for a
   * tool, `openai/gpt-5` for a model (provider and id without its date).
   */
  readonly name: string;
  /** SHA-256 of the canonical content, 64 hex digits. */
  readonly digest: string;
  readonly content: Prompt | ModelTarget | Tool;
}

/** A part with its number. Equal content has an equal version, whichever release brought it first. */
export interface PartVersion extends Part {
  /** Counts from 1 within kind and name, in the order of first use. */
  readonly number: number;
  /** When a release pinned it first, epoch milliseconds. */
  readonly createdAt: number;
}

/** A line of versions and the date that pins one of them. */
export interface ModelLine {
  readonly name: string;
  /** `2025-08-07`; `null` when the id has no date at its end and names itself. */
  readonly pin: string | null;
}

const DATED = /[-@](\d{4}-\d{2}-\d{2}|\d{8})$/;

/** `openai/gpt-5-2025-08-07` as `openai/gpt-5` and `2025-08-07`. */
export function modelLine({ provider, model }: ModelTarget): ModelLine {
  const dated = DATED.exec(model);
  if (dated === null || dated.index === 0) return { name: `${provider}/${model}`, pin: null };
  return { name: `${provider}/${model.slice(0, dated.index)}`, pin: dated[1] ?? null };
}

const partOf = (kind: PartKind, name: string, content: Part["content"]): Part => ({
  kind,
  name,
  digest: sha256Hex(canonicalJson(content)),
  content,
});

/**
 * The parts of a release that have versions: its prompt, every model that it may ask (the chain first), its tools. None for
 * a release of the server's own, such as a drill's: its endpoint has a name that no project can give, with a dot in front.
 */
export function partsOf(content: ReleaseContent): readonly Part[] {
  const { endpoint, prompt, tools } = content;
  if (endpoint.startsWith(".")) return [];
  return [
    ...(prompt === null ? [] : [partOf("prompt", `${endpoint}/${prompt.name}`, prompt)]),
    // Written out: a target may carry more than its two names one day.
    ...targetsOf(content).map(({ provider, model }) =>
      partOf("model", modelLine({ provider, model }).name, { provider, model }),
    ),
    ...tools.map((tool) => partOf("tool", tool.name, tool)),
  ];
}

/** What stands after the `@`: a number, for a model the date of its id; `null` for a model whose id is its name. */
export function versionLabel(version: Pick<PartVersion, "kind" | "number" | "content">): string | null {
  return version.kind === "model" ? modelLine(version.content as ModelTarget).pin : String(version.number);
}

/** The name for people: `support-bot/system@3`, `lookup_order@2`, `openai/gpt-5@2025-08-07`, `sim/one`. */
export function versionName(version: Pick<PartVersion, "kind" | "name" | "number" | "content">): string {
  const label = versionLabel(version);
  return label === null ? version.name : `${version.name}@${label}`;
}

/** The id that stands in rollward.yaml: `openai/gpt-5-2025-08-07`. */
export const targetName = ({ provider, model }: ModelTarget): string => `${provider}/${model}`;

/** A version as a person asks for it: a line alone, or one of its versions. */
export interface AskedVersion {
  readonly name: string;
  /** What stands behind the last `@`; `null` when nothing does. */
  readonly label: string | null;
}

/** Reads `support-bot/system@3` or `support-bot/system`. */
export function readVersionName(text: string): AskedVersion {
  const at = text.lastIndexOf("@");
  return at <= 0 ? { name: text, label: null } : { name: text.slice(0, at), label: text.slice(at + 1) };
}

/** Whether a version is one of those that were asked for; a model may also be asked for by its id. */
export function isAsked(version: PartVersion, text: string): boolean {
  if (version.name === text || versionName(version) === text) return true;
  return version.kind === "model" && targetName(version.content as ModelTarget) === text;
}
