import type { HttpGate } from "../../domain/rollout/gates/gate-plan.ts";
import { objectIn } from "../../domain/object-in.ts";
import { fullJitterMs } from "../../kit/backoff.ts";
import type { Clock } from "../../ports/clock.ts";
import type { GateQuestion, GateRunner, RunEnd } from "../../ports/gate-runner.ts";
import type { PostAnswer, SignedPost } from "../../ports/signed-post.ts";

/** Waits between two questions to a server that gives no answer, ms. */
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;
/** Most of a server's words that is kept for people, characters. */
const MOST_DETAIL = 500;
const MOST_URL = 2_000;

/** What asking needs. */
export interface HttpGateTerms {
  readonly post: SignedPost;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
}

/** What one answer says: an end, `running`, or why it is no answer at all. */
type Heard = RunEnd | "running" | { readonly trouble: string };

/**
 * Asks a web server, signed, until it says how the gate ended. An answer is `{passed, detail, url}` with `passed` true,
 * false, or null while it still runs; the same question is asked again then. Trouble on the way is no answer and is
 * tried again; an answer that is none of these is a failure, because silence must not pass and neither must noise.
 */
export const createHttpGate = (terms: HttpGateTerms): GateRunner<"http"> => ({
  async run(gate, question, signal) {
    let troubles = 0;
    for (;;) {
      const answer = await terms.post(gate, { id: question.id, body: bodyOf(gate, question) }, signal);
      const heard = hear(answer, question);
      if (heard !== "running" && !("trouble" in heard)) return heard;
      if (signal.aborted) return failed("it was stopped");
      troubles = heard === "running" ? 0 : troubles + 1;
      await rest(terms.clock, heard === "running" ? gate.everyMs : waitMs(troubles, terms.random()), signal);
      if (signal.aborted) return failed(heard === "running" ? "it still ran" : heard.trouble);
    }
  },
});

const bodyOf = (
  { name, at }: HttpGate,
  { id, rolloutId, endpoint, environment, step, candidate, stable }: GateQuestion,
): Readonly<Record<string, unknown>> => ({
  run: id,
  gate: name,
  at,
  step,
  rollout: rolloutId,
  endpoint,
  environment,
  release: candidate.name,
  digest: candidate.digest,
  stable: { release: stable.name, digest: stable.digest },
});

/** Between half and the whole of the drawn span: servers that fail together are not asked together. */
const waitMs = (troubles: number, random: number): number =>
  fullJitterMs({ retry: troubles - 1, firstMs: FIRST_WAIT_MS, longestMs: LONGEST_WAIT_MS, random: (1 + random) / 2 });

const rest = (clock: Clock, ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const cancel = clock.after(ms, () => {
      signal.removeEventListener("abort", stop);
      resolve();
    });
    const stop = (): void => {
      cancel();
      resolve();
    };
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
  });

const failed = (detail: string, output = ""): RunEnd => ({ standing: "failed", detail, url: null, output });

function hear(answer: PostAnswer, question: GateQuestion): Heard {
  if ("trouble" in answer) return answer.isFinal ? failed(answer.trouble) : answer;
  const { status, text, isWhole } = answer;
  if (status >= 500 || status === 429) return { trouble: `it answered ${status}` };
  if (status < 200 || status > 299) return failed(`it answered ${status}`, text);
  if (!isWhole) return failed("its answer is too long", text);
  return read(text, question);
}

function read(text: string, { candidate }: GateQuestion): Heard {
  const answer = objectIn(text);
  if (answer === null) return failed("its answer is no JSON object", text);
  const { passed, detail, url, digest } = answer;
  if (digest !== undefined && digest !== candidate.digest) return failed("its answer is about another release", text);
  if (passed === null) return "running";
  if (typeof passed !== "boolean") return failed("its answer does not say `passed`: true, false, or null", text);
  const said = typeof detail === "string" && detail.trim() !== "" ? detail.slice(0, MOST_DETAIL) : "no reason given";
  return { standing: passed ? "passed" : "failed", detail: said, url: linkOf(url), output: text };
}

/** People click on it: nothing but the web. */
const linkOf = (url: unknown): string | null =>
  typeof url === "string" && url.length <= MOST_URL && URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)
    ? url
    : null;
