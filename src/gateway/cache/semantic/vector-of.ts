import { accountsOf } from "../../../domain/budgets/budget-rule.ts";
import type { EmbedderChoice } from "../../../domain/cache/semantic-policy.ts";
import { priceInForce } from "../../../domain/money/price-in-force.ts";
import { isHold } from "../../../ports/budget-ledger.ts";
import type { Gateway } from "../../gateway.ts";
import { callSubjectsOf } from "../../meters/call-subjects-of.ts";
import type { OpenCall } from "../../open-call.ts";
import type { MeaningTerms, SemanticCourse } from "./semantic-course.ts";

/** A vector that comes later than its call can wait is still good for remembering the question, ms. */
const LATEST_MS = 5_000;

/** Bytes of a token, about: an embedder tells no usage. In most scripts a character is about a token, and three bytes. */
const PER_TOKEN = 4;

/**
 * The vector of a call's question, asked for once. Never rejects: `null` where nobody could make it, or no budget has
 * room for what a provider takes for it.
 */
export function vectorOf(gateway: Gateway, open: OpenCall, course: SemanticCourse): Promise<Float32Array | null> {
  const { terms } = course;
  if (terms === null) return Promise.resolve(null);
  course.vector ??= made(gateway, open, { course, terms }).catch(() => null);
  return course.vector;
}

interface Asking {
  readonly course: SemanticCourse;
  readonly terms: MeaningTerms;
}

async function made(gateway: Gateway, open: OpenCall, { course, terms }: Asking): Promise<Float32Array | null> {
  const { policy, question, embedder } = terms;
  const costPico = vectorPico(open, policy.embedder, question);
  if (costPico > 0n && !(await isPaid(gateway, open, costPico))) return null;
  course.vectorPico = costPico;
  const [vector] = await embedder.embed([question], LATEST_MS);
  return vector ?? null;
}

/** What the vector of a question costs: nothing here, and at a provider its price for so many tokens. */
function vectorPico({ settings }: OpenCall, choice: EmbedderChoice, question: string): bigint {
  if (choice === "local") return 0n;
  const price = settings.providers.get(choice.provider)?.prices.get(choice.model);
  const usage = { input: Math.ceil(Buffer.byteLength(question) / PER_TOKEN), cachedInput: 0, cacheWrite: 0 };
  return price === undefined ? 0n : BigInt(usage.input) * priceInForce(price, usage).input;
}

/** Taken from the budgets at once: a call that is answered from the cache sets nothing aside. */
async function isPaid(gateway: Gateway, open: OpenCall, costPico: bigint): Promise<boolean> {
  const accounts = accountsOf(open.settings.meters?.budgets ?? [], callSubjectsOf(open), gateway.clock.now());
  if (accounts.length === 0) return true;
  const hold = await gateway.budgets.reserve(accounts, costPico);
  if (!isHold(hold)) return false;
  hold.settle(costPico);
  return true;
}
