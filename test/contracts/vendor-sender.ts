import { expect } from "vitest";
import { createBedrock } from "../../src/adapters/providers/aws/bedrock.ts";
import { createCohere } from "../../src/adapters/providers/cohere.ts";
import { createGemini } from "../../src/adapters/providers/gemini.ts";
import type { CanonicalMessage, CanonicalRequest } from "../../src/domain/call/canonical.ts";
import type { ConversingProvider } from "../../src/ports/provider.ts";
import { bedrockWire } from "../fixtures/bedrock-upstream.ts";
import { closedAfterEach } from "../fixtures/closed-after-each.ts";
import { cohereWire } from "../fixtures/cohere-upstream.ts";
import { HandClock } from "../fixtures/hand-clock.ts";
import { geminiWire } from "../fixtures/gemini-upstream.ts";
import { startScriptedUpstream } from "../fixtures/scripted-upstream.ts";
import type { ScriptedUpstream, VendorWire, WireRequest } from "../fixtures/scripted-upstream.ts";
import { ask, questionFor } from "./conversing-subject.ts";
import type { EventLog } from "./conversing-subject.ts";

const TERMS = { prices: new Map(), answerBytes: 1_000_000, breaker: null, allowPrivate: false };
const KEYS = { keys: ["key-zero", "key-one"], keyEnv: "THE_KEY" };

interface Vendor {
  readonly model: string;
  readonly wire: VendorWire;
  open(origin: string): Promise<ConversingProvider>;
}

/** Vendors that are reached through a package, each before an upstream that speaks its wire. */
export const VENDORS = {
  gemini: {
    model: "gemini-3.5-flash",
    wire: geminiWire("key-zero"),
    open: (origin) => createGemini({ ...TERMS, ...KEYS, name: "gemini", baseUrl: `${origin}/v1beta` }),
  },
  bedrock: {
    model: "anthropic.claude-haiku-4-5-20251001-v1:0",
    wire: bedrockWire("key-zero"),
    open: (origin) =>
      createBedrock({
        ...TERMS,
        ...KEYS,
        name: "bedrock",
        baseUrl: origin,
        region: "eu-central-1",
        credentials: null,
        clock: new HandClock(),
      }),
  },
  cohere: {
    model: "command-a-reasoning-08-2025",
    wire: cohereWire("key-zero"),
    open: (origin) => createCohere({ ...TERMS, ...KEYS, name: "cohere", baseUrl: `${origin}/v2` }),
  },
} satisfies Readonly<Record<string, Vendor>>;

export type VendorName = keyof typeof VENDORS;

interface Opened {
  readonly provider: ConversingProvider;
  readonly upstream: ScriptedUpstream;
}

interface Asked {
  readonly log: EventLog;
  readonly upstream: ScriptedUpstream;
}

interface VendorSender {
  readonly open: (name: VendorName) => Promise<Opened>;
  readonly put: (name: VendorName, set: Partial<CanonicalRequest>) => Promise<Asked>;
  /** The body of the one request that was sent. */
  readonly sent: (name: VendorName, set: Partial<CanonicalRequest>) => Promise<WireRequest["body"]>;
}

/** Asks vendors over real connections, which are closed after each test. */
export function vendorSender(): VendorSender {
  const closed = closedAfterEach();
  const open = async (name: VendorName): Promise<Opened> => {
    const upstream = closed(await startScriptedUpstream(VENDORS[name].wire));
    return { provider: closed(await VENDORS[name].open(upstream.origin)), upstream };
  };
  const put = async (name: VendorName, set: Partial<CanonicalRequest>): Promise<Asked> => {
    const { provider, upstream } = await open(name);
    return { log: await ask(provider, questionFor(VENDORS[name].model, true, set)), upstream };
  };
  const sent = async (name: VendorName, set: Partial<CanonicalRequest>): Promise<WireRequest["body"]> => {
    const { log, upstream } = await put(name, set);
    expect(log.error).toBeNull();
    expect(upstream.requests).toHaveLength(1);
    return upstream.requests[0]?.body ?? {};
  };
  return { open, put, sent };
}

/** A user's message of these parts. */
export const user = (...content: Extract<CanonicalMessage, { role: "user" }>["content"]): CanonicalMessage => ({
  role: "user",
  content,
});
/** A part of plain text. */
export const text = (words: string) => ({ type: "text", text: words }) as const;
