import type { CanonicalMessage, CanonicalRequest, ReasoningOrigin } from "./canonical.ts";

/** A request with the reasoning that a provider can be given, and whether some other was left out. */
export interface OwnReasoning {
  readonly request: CanonicalRequest;
  readonly leftOut: boolean;
}

/**
 * What a model thought in earlier turns goes back to the vendor that made it and can check it (`origin`), and to
 * nobody else: `null` is a provider that takes none. It may be left out, so
 * that a conversation can go on with another model; whoever asks must say so in the call's record.
 */
export function ownReasoning(request: CanonicalRequest, origin: ReasoningOrigin | null): OwnReasoning {
  let leftOut = false;
  const messages = request.messages.map((message): CanonicalMessage => {
    if (message.role !== "assistant") return message;
    const content = message.content.filter((part) => part.type !== "reasoning" || isOwn(part, origin));
    if (content.length === message.content.length) return message;
    leftOut = true;
    return { ...message, content };
  });
  // A turn of nothing but thought has nothing left to say.
  const said = messages.filter((message) => message.role !== "assistant" || message.content.length > 0 || !leftOut);
  return leftOut ? { request: { ...request, messages: said }, leftOut } : { request, leftOut };
}

interface Signed {
  readonly origin?: ReasoningOrigin;
  readonly signature: string | null;
  readonly data: string | null;
}

/** Nobody takes words without a signature back. */
const isOwn = (part: Signed, origin: ReasoningOrigin | null): boolean =>
  origin !== null && part.origin === origin && (part.signature !== null || part.data !== null);
