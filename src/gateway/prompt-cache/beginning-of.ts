import type { PromptCachePolicy } from "../../domain/prompt-cache/prompt-cache-policy.ts";
import { sha256Hex } from "../../kit/hash.ts";
import type { CallPlan } from "../attempt/plan-of.ts";
import type { Gateway } from "../gateway.ts";
import type { OpenCall } from "../open-call.ts";
import { present } from "../present.ts";

/** How a call's release uses prompt caches; `null` where it does not. */
export const promptCacheOf = ({ placement }: Pick<OpenCall, "placement">): PromptCachePolicy | null =>
  placement?.release.content.policies.promptCache ?? null;

/** Endpoint and release, whose calls are learnt from together. */
export const ownerOf = (open: OpenCall): string => {
  const { endpoint, digest } = present(open.placement).release;
  return `${endpoint}\n${digest}`;
};

/** From this share of calls that go on with a conversation, conversations are kept together. */
const CONVERSATIONS = 0.2;

/**
 * What decides which key and deployment a call goes to: the beginning that it shares with others. Where calls go on
 * with conversations, that is the opening of the conversation, whose turns then find each other; else it is what the
 * release and the client say before the first question. `null` where nothing is to be decided.
 */
export function beginningOf(gateway: Gateway, open: OpenCall, plan: CallPlan): string | null {
  const policy = promptCacheOf(open);
  if (policy === null) return null;
  const owner = ownerOf(open);
  const now = gateway.clock.elapsed();
  const { continues, opening } = present(open.request);
  gateway.prefixes.book.noteTurn(owner, continues, now);
  if (!policy.affinity || !plan.targets.some(isChoice)) return null;
  const isConversing = gateway.prefixes.book.continuedShare(owner, now) >= CONVERSATIONS;
  return isConversing && opening !== null ? sha256Hex(`${owner}\n${opening}`) : fixedPartOf(open);
}

const isChoice = ({ deployments }: CallPlan["targets"][number]): boolean =>
  deployments.length > 1 || deployments.some(({ health }) => health.keys.size > 1);

/** Digest of what stands before the first message of the conversation, and of the release. */
export function fixedPartOf(open: OpenCall): string {
  const { body } = present(open.request);
  const outline = open.arrival.dialect.outline?.(body);
  const first = outline?.messages.findIndex(({ role }) => role !== "system") ?? 0;
  const system = first <= 0 ? [] : (outline?.messages.slice(0, first).map(({ text }) => text) ?? []);
  const texts = [ownerOf(open), present(open.rendered).own(), outline?.beside ?? "", ...system];
  return sha256Hex(JSON.stringify(texts));
}
