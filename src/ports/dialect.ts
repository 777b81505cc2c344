import type { AnswerSummary } from "../domain/answer/answer.ts";
import type { AnswerTerms } from "../domain/answer/answer-terms.ts";
import type { CallEvent, CanonicalRequest, ReasoningOrigin, ToolCall } from "../domain/call/canonical.ts";
import type { EmbeddingRequest, Vectors } from "../domain/call/embedding.ts";
import type { Units } from "../domain/call/units.ts";
import type { RequestOutline } from "../domain/call/outline.ts";
import type { RollwardError } from "../domain/errors.ts";
import type { Json, JsonObject } from "../domain/json.ts";
import type { TokenUsage } from "../domain/money/price.ts";
import type { OwnPart, PrefixMark, PrefixOutline } from "../domain/prompt-cache/prefix-outline.ts";
import type { RenderedMessage } from "../domain/prompt/render.ts";
import type { ReleaseContent } from "../domain/release/release.ts";

/** The dialects spoken by clients and by providers: those of conversations, which are translated, and those that pass. */
export type DialectName =
  | "openai-chat"
  | "openai-responses"
  | "anthropic-messages"
  | "openai-embeddings"
  | "openai-completions"
  | "openai-images"
  | "openai-audio"
  | "openai-moderations"
  | "openai-files";

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
   * user message, with the user's id and the values of `variables` where they are given; `null` when there is no user message.
   */
  readonly opening: string | null;
  /** Whether the request carries earlier turns (an assistant or tool message), so the session did not begin here. */
  readonly continues: boolean;
  /** Whether the last message brings results of tools that are marked as errors; absent where none does, or none can. */
  readonly hasToolErrors?: true;
  /** Values for prompt variables: the body's `variables`, then `metadata`. */
  readonly variables: Readonly<Record<string, string>>;
  /** Writes a field of a form. Absent where the body is JSON, whose members are written as such. */
  readonly setField?: (name: string, value: string) => ByteEdit;
}

/** What can be read off an answer while it passes. */
export interface AnswerFacts {
  /** Whether anything a person would see has come (text, refusal, tool call), or what the model thinks before it. */
  readonly begun: boolean;
  /** Whether the model has thought and said nothing yet; absent is no. */
  readonly onlyThoughts?: boolean;
  /** Whether the model said that it declines, where the dialect marks it in the text; absent where it does not. */
  readonly refused?: boolean;
  /** Grows with all that carries something of the answer, and not with comments and pings; absent is with every chunk. */
  readonly pieces?: number;
  /** In the words of the dialect; `null` until the answer says so. An answer without it is incomplete. */
  readonly finishReason: string | null;
  readonly usage: TokenUsage | null;
  /** Of a request that goes out in parts, the bytes that were sent and are not in `usage`; absent where it goes as one. */
  readonly unmeteredBytes?: number;
  readonly model: string | null;
  /** The provider's own mark of the system that answers; absent where it gives none. */
  readonly fingerprint?: string | null;
  /** A fault the provider reported inside its answer, or bytes that are no answer. */
  readonly fault: { readonly code: "provider_error" | "provider_bad_answer"; readonly reason: string } | null;
  /** Characters of text received, for estimating usage when the provider reports none. */
  readonly characters: number;
  /** What is charged for in place of tokens, `null` while unknown; then tokens are never estimated. Absent for text. */
  readonly units?: Units | null;
}

/** Reads an answer of the same dialect as it passes and returns the bytes to hand on. */
export interface AnswerReader {
  readonly facts: AnswerFacts;
  /** The content type of a good answer, before any of its bytes; for those who cannot know it. */
  head?(contentType: string): void;
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
  /** The most that the model can answer, tokens, where it is known; for dialects that demand a limit. */
  readonly maxOutput?: number;
  readonly stream: boolean;
  /** Whether the provider may be asked to report the usage of streams. */
  readonly reportsStreamUsage: boolean;
  /** Fields of this dialect that the provider refuses or leaves out of account; absent is none. */
  readonly unknown?: readonly string[];
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

/** An answer that is asked for again. */
export interface AskedAgain {
  readonly answer: AnswerSummary;
  /** What is wrong with it, for the model. */
  readonly complaint: string;
}

/** What the checks of answers need of a dialect of conversations. */
export interface AnswerChecking {
  /** What a rendered body asks of the form of its answer. */
  terms(body: JsonObject): AnswerTerms;
  /** A rendered body with the answer to it, and what is wrong with that, at its end. */
  askAgain(body: Buffer, again: AskedAgain): Buffer;
}

/** The result of a tool as a request brings it, with the call that it answers. */
export interface BroughtResult extends Pick<ToolCall, "name" | "arguments"> {
  /** In the dialect's own form. */
  readonly content: Json;
  readonly isError: boolean;
}

/** An answer that calls tools, and what they gave: one result for each of its calls, in order. */
export interface AnsweredTools {
  readonly answer: AnswerSummary;
  readonly results: readonly Pick<BroughtResult, "content" | "isError">[];
}

/** What replaying a conversation needs of a dialect. */
export interface ToolTalk {
  /** The results of tools in a request, with the calls that they answer, oldest first. Leaves out what has no call. */
  results(body: JsonObject): readonly BroughtResult[];
  /** A request with an answer to it and the results of its tools at its end; `null` where the API would not take that. */
  goOn(body: Buffer, tools: AnsweredTools): Buffer | null;
}

/** A dialect as clients speak it. Requests are read leniently, answers are written exactly. */
export interface ClientDialect {
  /** Throws `malformed_json` or `invalid_request` with `param`. */
  read(bytes: Buffer): IncomingRequest;
  /** `contentType` is `null` where it is the provider's to say. */
  answerForm(request: IncomingRequest): AnswerForm & { readonly contentType: string | null };
  /** Throws `untranslatable` naming a parameter that has no place in the dialect. */
  releaseWords(own: ReleaseParts): ReleaseWords;
  /** Throws `untranslatable` naming the field. `body` is the rendered body. */
  toCanonical(body: JsonObject, provider: string): CanonicalRequest;
  /** What a request is made of, from its body as it came; absent where there is no conversation. */
  outline?(body: JsonObject): RequestOutline;
  /** Absent where there is no conversation. */
  readonly checking?: AnswerChecking;
  /** Absent where there are no tools. */
  readonly toolTalk?: ToolTalk;
  encoder(form: AnswerForm, callId: string, createdAt: number): AnswerEncoder;
  /** Error as a response body. */
  errorBody(error: RollwardError, callId: string): Buffer;
  /** Error as the last event of a stream; the stream then ends without its sentinel. */
  errorEvent(error: RollwardError, callId: string): Buffer;
}

/** What a body begins with, and the same body with marks; no other byte of it changes its meaning. */
export interface WirePrefix {
  readonly outline: PrefixOutline;
  readonly mark: (marks: readonly PrefixMark[]) => Buffer;
}

/** How prompt caches of providers are steered in a dialect. */
export interface PromptCaching {
  /** Absent where a provider cannot be told what to keep. */
  readonly prefix?: (body: Buffer, own: OwnPart) => WirePrefix;
  /** A body that brings it together with others of this name; as it is where it has a name already. Absent where there is no such thing. */
  readonly name?: (body: Buffer, name: string) => Buffer;
}

/** A dialect as providers speak it. */
export interface WireDialect {
  /** What makes the provider report usage; empty when nothing is missing. */
  usageEdits(request: IncomingRequest): readonly ByteEdit[];
  /** A rendered body as a provider of the same dialect gets it; absent is as it is. */
  forProvider?(body: Buffer): Buffer;
  /**
   * What makes a provider report log-probabilities, at the head of the body; `null` where the request says something
   * about them itself. Absent where the dialect has no word for it.
   */
  logprobsEdit?(request: IncomingRequest): ByteEdit | null;
  /** For a client of the same dialect. */
  reader(form: AnswerForm): AnswerReader;
  /**
   * The canonical call as a request body of this dialect, for `provider`'s `model`; usage is asked for in
   * streams. Throws `untranslatable` naming the field.
   */
  fromCanonical(request: CanonicalRequest, ask: WireAsk): Buffer;
  /**
   * The longest answer, tokens, that `fromCanonical` sets for a model where neither the request nor `maxOutput` says it.
   * Absent where it then sets none.
   */
  unsaidMaximum?(model: string): number;
  /** For a client of another dialect. */
  eventReader(stream: boolean): EventReader;
  /** Absent where prompt caches cannot be steered. */
  readonly promptCaching?: PromptCaching;
  /** Whose reasoning its providers take back in later turns; absent is nobody's. */
  readonly reasons?: ReasoningOrigin;
  /**
   * Whether the canonical events of an answer say all that it says, so that it may be told again in another form.
   * Absent where a dialect has no such events.
   */
  tellsAll?(stream: boolean, chunks: readonly Buffer[]): boolean;
}

/** Vectors as a provider has made them. */
export interface MadeVectors {
  readonly model: string;
  readonly vectors: Vectors;
  readonly inputTokens: number;
}

/** What a dialect of embeddings needs so that a provider which does not speak it can be asked. */
export interface EmbeddingForm {
  /** Throws `untranslatable` or `invalid_request` naming the field. `body` is the rendered body. */
  request(body: JsonObject, provider: string): EmbeddingRequest;
  /** The answer to that body. */
  answer(body: JsonObject, made: MadeVectors): Buffer;
}

/** One dialect, from the client's side and from the provider's. */
export interface Dialect extends ClientDialect, WireDialect {
  readonly name: DialectName;
  /** Largest request or answer that is kept with the record of a call, bytes; absent is any. */
  readonly recordBytes?: number;
  /** Absent where it is not about embeddings. */
  readonly embedding?: EmbeddingForm;
}
