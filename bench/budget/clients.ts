import { request, Agent } from "node:http";
import { ADMIN_KEY } from "../../test/fixtures/running-server.ts";

/** What clients have seen. */
export interface Seen {
  answered: number;
  left: number;
  refused: number;
  broken: number;
  /** Monotonic milliseconds of the last answer. */
  lastAnswerAt: number;
  /** Codes of answers that were neither good nor a refusal of the budget. */
  readonly others: Map<string, number>;
}

/** When clients stop: nobody got an answer for this long, ms. */
const QUIET_MS = 3_000;
/** Wait after a refusal, ms: clients that are eager make the end of a budget hard. */
const REFUSED_MS = 100;
/** Of the streams, one in so many is left in the middle. */
const LEAVES = 6;

type Outcome = "answered" | "left" | "refused" | "broken" | `other ${number}`;

/** Keeps `count` clients calling until the budget gives nothing more. `urls` are asked in turn. */
export async function runClients(urls: readonly string[], count: number): Promise<Seen> {
  const agent = new Agent({ keepAlive: true, maxSockets: count });
  const seen: Seen = {
    answered: 0,
    left: 0,
    refused: 0,
    broken: 0,
    lastAnswerAt: performance.now(),
    others: new Map(),
  };
  await Promise.all(Array.from({ length: count }, (_, index) => client({ urls, index, agent }, seen)));
  agent.destroy();
  return seen;
}

interface Client {
  readonly urls: readonly string[];
  readonly index: number;
  readonly agent: Agent;
}

async function client({ urls, index, agent }: Client, seen: Seen): Promise<void> {
  let at = index;
  for (let turn = 0; performance.now() - seen.lastAnswerAt < QUIET_MS; turn += 1) {
    const isStream = (index + turn) % 2 === 0;
    const leaves = isStream && (index + turn) % (2 * LEAVES) === 0;
    const outcome = await call({ url: urls[at % urls.length] ?? "", agent, isStream, leaves });
    if (outcome === "answered" || outcome === "left") seen.lastAnswerAt = performance.now();
    if (outcome === "answered" || outcome === "left" || outcome === "refused" || outcome === "broken")
      seen[outcome] += 1;
    else seen.others.set(outcome, (seen.others.get(outcome) ?? 0) + 1);
    // A replica that is gone is left for the next one.
    if (outcome === "broken") at += 1;
    if (outcome !== "answered" && outcome !== "left") await new Promise((resolve) => setTimeout(resolve, REFUSED_MS));
  }
}

interface Call {
  readonly url: string;
  readonly agent: Agent;
  readonly isStream: boolean;
  readonly leaves: boolean;
}

function call({ url, agent, isStream, leaves }: Call): Promise<Outcome> {
  const messages = [{ role: "user", content: "Where is my order? It should have come on Monday." }];
  const body = JSON.stringify({ model: "support-bot", max_tokens: 64, stream: isStream, messages });
  const headers = { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" };
  return new Promise((resolve) => {
    const sent = request(`${url}/v1/chat/completions`, { method: "POST", agent, headers }, (response) => {
      const { statusCode = 0 } = response;
      response.on("data", () => {
        if (!leaves || statusCode !== 200) return;
        response.destroy();
        resolve("left");
      });
      response.on("end", () => resolve(outcomeOf(statusCode)));
      response.on("close", () => resolve("broken"));
      response.on("error", () => resolve("broken"));
    });
    sent.on("error", () => resolve("broken"));
    sent.end(body);
  });
}

function outcomeOf(status: number): Outcome {
  if (status === 200) return "answered";
  return status === 402 || status === 429 ? "refused" : `other ${status}`;
}
