import type { ReasoningOrigin } from "../../../domain/call/canonical.ts";

/** What only the maker of a piece of reasoning can read. */
export interface OpaqueReasoning {
  readonly signature: string | null;
  readonly data: string | null;
  readonly origin?: ReasoningOrigin;
}

/** Leads what Rollward has packed itself; OpenAI's own begins with `gAAAA`. */
export const PACKED = "rollward1.";

/** Begins the id of reasoning that Rollward wrote down: `rs_` and the id of a call. */
export const OWN_REASONING = "rs_call_";

/** Another vendor's signature and data as a text that clients keep and send back unread, with whose they are. */
export function packOpaque({ signature, data, origin }: OpaqueReasoning): string {
  const parts = origin === undefined ? [signature, data] : [signature, data, origin];
  return PACKED + Buffer.from(JSON.stringify(parts)).toString("base64url");
}

/** The reverse; `null` for a text that Rollward has not packed. */
export function unpackOpaque(packed: string): OpaqueReasoning | null {
  if (!packed.startsWith(PACKED)) return null;
  try {
    const read: unknown = JSON.parse(Buffer.from(packed.slice(PACKED.length), "base64url").toString());
    if (!Array.isArray(read)) return NOTHING;
    const [signature, data, origin] = read as readonly unknown[];
    return { signature: textOrNull(signature), data: textOrNull(data), ...(isOrigin(origin) && { origin }) };
  } catch {
    return NOTHING;
  }
}

/** As `encrypted_content` of this API, `null` where there is neither. OpenAI's own goes as it is. */
export function packReasoning(opaque: OpaqueReasoning): string | null {
  const { signature, data, origin } = opaque;
  if (signature === null && data === null) return null;
  const isOwn = origin === "openai" && signature === null && data?.startsWith(PACKED) === false;
  return isOwn ? data : packOpaque(opaque);
}

/** The reverse. What is not packed is OpenAI's own. */
export function unpackReasoning(content: string | null): OpaqueReasoning {
  if (content === null || content === "") return NOTHING;
  return unpackOpaque(content) ?? { signature: null, data: content, origin: "openai" };
}

const NOTHING: OpaqueReasoning = { signature: null, data: null };

const ORIGINS: ReadonlySet<unknown> = new Set(["anthropic", "openai", "google", "amazon"] satisfies ReasoningOrigin[]);

const isOrigin = (value: unknown): value is ReasoningOrigin => ORIGINS.has(value);

const textOrNull = (value: unknown): string | null => (typeof value === "string" ? value : null);
