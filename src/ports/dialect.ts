import type { CallEvent, CanonicalRequest } from "../domain/call/canonical.ts";
import type { RollwardError } from "../domain/errors.ts";
import type { JsonObject } from "../domain/json.ts";
import type { TokenUsage } from "../domain/money/price.ts";
import type { RenderedMessage } from "../domain/prompt/render.ts";
import type { ReleaseContent } from "../domain/release/release.ts";

/** The dialects spoken by clients and by providers: those of conversations, which are translated, and two that pass. */
export type DialectName =
  | "openai-chat"
  | "openai-responses"
  | "anthropic-messages"
  | "openai-embeddings"
  | "openai-completions";

/** Half-open byte range in a request body. */
export interface ByteSpan {
  readonly start: number;
  readonly end: number;
}

/** A member of the top-level object: `member` spans key to value, `value` the value alone. */
export interface MemberSpan {
  readonly member: ByteSpan;
  readonly value: ByteSpan;
}

/** A request body after the strict scan: it has exactly one meaning. */
export interface IncomingRequest {
  /** The bytes as they came. */
  readonly bytes: Buffer;
  /** The same, parsed. */
  readonly body: JsonObject;
  /** Where the top-level members stand in `bytes`. */
  readonly members: ReadonlyMap<string, MemberSpan>;
  /** Position just after the `{` of the body. */
  readonly bodyStart: number;
  readonly model: string;
  readonly stream: boolean;
  /** `metadata.session_id`, or `null`. */
  readonly sessionId: string | null;
  /**
   * What identifies the conversation when nobody named it: its opening up to and including the first
   * user message, with the user's id where one is given; `null` when there is no user message.
   */
  readonly opening: string | null;
  /** Whether the request carries earlier turns (an assistant or tool message), so the session did not begin here. */
  readonly continues: boolean;
  /** Values for prompt variables: the body's `variables`, then `metadata`. */
  readonly variables: Readonly<Record<string, string>>;
}

/** What can be read off an answer while it passes. */
export interface AnswerFacts {
  /** Whether anything a person would see has come (text, refusal, tool call). */
  readonly begun: boolean;
  /** In the words of the dialect; `null` until the answer says so. An answer without it is incomplete. */
  readonly finishReason: string | null;
  readonly usage: TokenUsage | null;
  readonly model: string | null;
  /** A fault the provider reported inside its answer, or bytes that are no answer. */
  readonly fault: { readonly code: "provider_error" | "provider_bad_answer"; readonly reason: string } | null;
  /** Characters of text received, for estimating usage when the provider reports none. */
  readonly characters: number;
}

/** Reads an answer of the same dialect as it passes and returns the bytes to hand on. */
export interface AnswerReader {
  readonly facts: AnswerFacts;
  /** Bytes to hand on now; may be empty while an event is incomplete. After a fault nothing more is handed on. */
  push(chunk: Buffer): Buffer;
  /** The provider closed in good order: the remaining bytes to hand on. */
  end(): Buffer;
}

/** Turns the events of a translated answer into the dialect's bytes. */
export interface AnswerEncoder {
  readonly facts: AnswerFacts;
  push(event: CallEvent): Buffer;
  end(): Buffer;
}

/** Reads an answer in a dialect as canonical events, for a client of another dialect. */
export interface EventReader {
  /** A fault the provider reported inside its answer, or bytes that are no answer. After it nothing more is read. */
  readonly fault: AnswerFacts["fault"];
  push(chunk: Buffer): readonly CallEvent[];
  /** The provider closed in good order: what was still held. An answer without `end` among its events is incomplete. */
  end(): readonly CallEvent[];
}

/** What the client asked of the form of its answer. */
export interface AnswerForm {
  readonly stream: boolean;
  /** Whether the client asked for usage in its stream; when it did not, the usage event is withheld from it. */
  readonly usageInStream: boolean;
}

/** To whom a translated request goes. */
export interface WireAsk {
  /** Name of the provider, for errors. */
  readonly provider: string;
  readonly model: string;
  readonly stream: boolean;
  /** Whether the provider may be asked to report the usage of streams. */
  readonly reportsStreamUsage: boolean;
}

/** Replaces the bytes of a body from `start` to `end` (half-open); an empty range inserts. */
export interface ByteEdit extends ByteSpan {
  readonly bytes: Buffer;
}

/** What a release itself puts into requests. Parameters have the names of OpenAI's chat completions in every dialect. */
export interface ReleaseParts {
  /** `support-bot@7`, for errors. */
  readonly release: string;
  readonly parameters: ReleaseContent["parameters"];
  readonly tools: ReleaseContent["tools"];
}

/** The same in the words of a dialect; made once for a release. */
export interface ReleaseWords {
  /** Names of the top-level members that it sets: those that a request has too are overridden. */
  readonly sets: readonly string[];
  /**
   * What changes in a request: `messages` come before its own, the tools before its own, the parameters take the
   * place of its own, and members that speak to Rollward go. `model` and the asking for usage are not part of it.
   * Throws `field_owned_by_release` when the request brings a tool of the release's.
   */
  edits(request: IncomingRequest, messages: readonly RenderedMessage[]): readonly ByteEdit[];
}

/** A dialect as clients speak it. Requests are read leniently, answers are written exactly. */
export interface ClientDialect {
  /** Throws `malformed_json` or `invalid_request` with `param`. */
  read(bytes: Buffer): IncomingRequest;
  answerForm(request: IncomingRequest): AnswerForm & { readonly contentType: string };
  /** Throws `untranslatable` naming a parameter that has no place in the dialect. */
  releaseWords(own: ReleaseParts): ReleaseWords;
  /** Throws `untranslatable` naming the field. `body` is the rendered body. */
  toCanonical(body: JsonObject, provider: string): CanonicalRequest;
  encoder(form: AnswerForm, callId: string, createdAt: number): AnswerEncoder;
  /** Error as a response body. */
  errorBody(error: RollwardError, callId: string): Buffer;
  /** Error as the last event of a stream; the stream then ends without its sentinel. */
  errorEvent(error: RollwardError, callId: string): Buffer;
}

/** A dialect as providers speak it. */
export interface WireDialect {
  /** What makes the provider report usage; empty when nothing is missing. */
  usageEdits(request: IncomingRequest): readonly ByteEdit[];
  /** For a client of the same dialect. */
  reader(form: AnswerForm): AnswerReader;
  /**
   * The canonical call as a request body of this dialect, for `provider`'s `model`; usage is asked for in
   * streams. Throws `untranslatable` naming the field.
   */
  fromCanonical(request: CanonicalRequest, ask: WireAsk): Buffer;
  /** For a client of another dialect. */
  eventReader(stream: boolean): EventReader;
}

/** One dialect, from the client's side and from the provider's. */
export interface Dialect extends ClientDialect, WireDialect {
  readonly name: DialectName;
}
