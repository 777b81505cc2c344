import type { RequestOutline } from "../../domain/call/outline.ts";
import { tokenizerOf } from "../../domain/context/context-policy.ts";
import { countBeside, countMessage } from "../../domain/context/count-outline.ts";
import { mostImageTokens } from "../../domain/context/image-tokens.ts";
import type { Weighed } from "../../domain/context/cut-turns.ts";
import type { ModelTarget } from "../../domain/release/release.ts";
import type { Clock } from "../../ports/clock.ts";
import type { TokenCounter } from "../../ports/token-counter.ts";
import type { Gateway } from "../gateway.ts";
import type { OpenCall } from "../open-call.ts";
import { present } from "../present.ts";

/** With what a conversation is weighed. */
export interface Scales {
  readonly outline: RequestOutline;
  readonly clock: Pick<Clock, "after">;
  readonly counter: TokenCounter;
  /** By how much counts of text are corrected. */
  readonly factor: number;
  /** Tokens of one image. */
  readonly perImage: number;
}

/** What a conversation weighs, in tokens. */
export interface Weights {
  readonly weighed: readonly Weighed[];
  /** What stands beside the messages: instructions, tools, the release's own parts. */
  readonly beside: number;
  /** All together. */
  readonly tokens: number;
}

/** Characters after which other calls get their turn: an exact count of so many takes some 10 ms. */
const CHARACTERS_AT_ONCE = 64 * 1024;

/** Weighs a request that is rendered. */
export async function weigh(call: OpenCall, { outline, clock, counter, factor, perImage }: Scales): Promise<Weights> {
  const count = (text: string): number => Math.ceil(counter.count(text) * factor);
  const weighed: Weighed[] = [];
  let characters = 0;
  for (const message of outline.messages) {
    characters += message.text.length;
    if (characters > CHARACTERS_AT_ONCE) {
      characters = 0;
      await othersTurn(clock);
    }
    weighed.push({ message, tokens: countMessage(message, { count, perImage }) });
  }
  const beside = countBeside(outline, present(call.rendered).own(), count);
  return { weighed, beside, tokens: weighed.reduce((sum, each) => sum + each.tokens, beside) };
}

const othersTurn = (clock: Pick<Clock, "after">): Promise<void> =>
  new Promise((resolve) => void clock.after(0, resolve));

/** Tokens of a request that is rendered, as we count them for a model; `null` where it has no conversation. */
export async function countFor(gateway: Gateway, call: OpenCall, target: ModelTarget): Promise<number | null> {
  const outline = call.arrival.dialect.outline?.(present(call.request).body);
  if (outline === undefined) return null;
  const counter = await gateway.tokens.of(tokenizerOf(target));
  const factor = gateway.calibration.factor(target.model);
  const { tokens } = await weigh(call, {
    outline,
    clock: gateway.clock,
    counter,
    factor,
    perImage: mostImageTokens(target.model),
  });
  return tokens;
}
