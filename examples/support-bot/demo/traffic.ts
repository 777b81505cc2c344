import { randomUUID } from "node:crypto";

/** Where the sessions go, and with which key. */
export interface TrafficTerms {
  readonly url: string;
  readonly key: string;
  readonly endpoint: string;
}

/** What the traffic has seen so far. */
export interface TrafficCounts {
  sessions: number;
  calls: number;
  failed: number;
}

/** Sessions that arrive at a steady rate, one to three turns each, half of them streamed. */
export interface Traffic {
  readonly counts: Readonly<TrafficCounts>;
  /** New sessions per second from now on. */
  setRate(sessionsPerSecond: number): void;
  stop(): void;
}

const QUESTIONS = [
  "Where is my order 4711?",
  "I was charged twice, can you look into it?",
  "How do I change my delivery address?",
  "The parcel arrived damaged. What now?",
  "Can I still cancel order 1093?",
  "What is your return policy?",
  "My voucher code does not work.",
  "Do you ship to Norway?",
  "How long does a refund take?",
  "I forgot my password.",
] as const;
const FOLLOW_UPS = ["Thanks. How long will that take?", "And what does it cost?", "Can you check once more?"] as const;
const NAMES = ["Ada", "Grace", "Linus", "Margaret", "Edsger", "Barbara"] as const;

/** Sessions are started in small bunches, this often. */
const BUNCH_MS = 20;
/** A person thinks between turns; shortened so that the demo fits into two minutes. */
const THINK_MS = { least: 100, most: 400 };

interface Message {
  readonly role: "user" | "assistant";
  readonly content: string;
}

/** Starts driving sessions at an endpoint, as an application would: over HTTP, with an API key. */
export function startTraffic(terms: TrafficTerms, sessionsPerSecond: number): Traffic {
  const counts: TrafficCounts = { sessions: 0, calls: 0, failed: 0 };
  let rate = sessionsPerSecond;
  let due = 0;
  const timer = setInterval(() => {
    due += (rate * BUNCH_MS) / 1000;
    for (; due >= 1; due -= 1) {
      counts.sessions += 1;
      void converse(terms, counts);
    }
  }, BUNCH_MS);
  return {
    counts,
    setRate(next) {
      rate = next;
    },
    stop: () => clearInterval(timer),
  };
}

const pick = <T>(items: readonly [T, ...T[]]): T => items[Math.floor(Math.random() * items.length)] ?? items[0];

async function converse(terms: TrafficTerms, counts: TrafficCounts): Promise<void> {
  const session = randomUUID();
  const messages: Message[] = [{ role: "user", content: pick(QUESTIONS) }];
  const turns = 1 + Math.floor(Math.random() * 3);
  for (let turn = 1; turn <= turns; turn += 1) {
    counts.calls += 1;
    const answer = await complete(terms, { session, messages, stream: Math.random() < 0.5 });
    if (answer === null) {
      counts.failed += 1;
      return;
    }
    messages.push({ role: "assistant", content: answer }, { role: "user", content: pick(FOLLOW_UPS) });
    const thinkMs = THINK_MS.least + Math.random() * (THINK_MS.most - THINK_MS.least);
    await new Promise((resolve) => setTimeout(resolve, thinkMs));
  }
}

interface Turn {
  readonly session: string;
  readonly messages: readonly Message[];
  readonly stream: boolean;
}

/** One call; `null` when it failed. */
async function complete(
  { url, key, endpoint }: TrafficTerms,
  { session, messages, stream }: Turn,
): Promise<string | null> {
  try {
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json", "x-rollward-session": session },
      body: JSON.stringify({ model: endpoint, messages, stream, variables: { customer: pick(NAMES) } }),
    });
    const text = await response.text();
    return response.ok && !text.includes('data: {"error"') ? "…" : null;
  } catch {
    return null;
  }
}
