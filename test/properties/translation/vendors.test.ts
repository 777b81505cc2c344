import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type {
  AssistantPart,
  CanonicalMessage,
  CanonicalRequest,
  CanonicalTool,
  ContentPart,
} from "../../../src/domain/call/canonical.ts";
import { RollwardError } from "../../../src/domain/errors.ts";
import { vendorBody } from "../../golden/wire-answers.ts";
import type { VendorBody } from "../../golden/wire-answers.ts";
import { anyRequest } from "./arbitraries.ts";

/** Puts a word of its own into every place of a request, so that one that is lost can be missed. */
class Marker {
  readonly words: string[] = [];

  word(kind: string): string {
    const word = `${kind}Q${this.words.length}Z`;
    this.words.push(word);
    return word;
  }

  /** Data whose base64 is as good as a word. */
  data(): string {
    const data = Buffer.from(`${"mark".repeat(3)}${1_000 + this.words.length}`).toString("base64");
    this.words.push(data);
    return data;
  }

  request(given: CanonicalRequest): CanonicalRequest {
    const tools = given.tools.map((tool) => this.#tool(tool));
    const [first] = tools;
    const named = first === undefined ? null : { name: first.name };
    return {
      ...given,
      messages: this.#messages(given.messages),
      tools,
      toolChoice: given.toolChoice !== null && typeof given.toolChoice === "object" ? named : given.toolChoice,
      responseFormat:
        given.responseFormat?.type === "json-schema"
          ? {
              ...given.responseFormat,
              schema: { type: "object", properties: { [this.word("answer")]: { type: "string" } } },
            }
          : given.responseFormat,
      stop: given.stop.map(() => this.word("stop")),
      user: given.user === null ? null : this.word("user"),
    };
  }

  #tool(tool: CanonicalTool): CanonicalTool {
    const [name, field] = [this.word("tool"), this.word("field")];
    const description = tool.description === null ? null : this.word("what");
    const parameters = { type: "object", properties: { [field]: { type: "string" } }, required: [field] };
    return { ...tool, name, description, parameters };
  }

  /** Every call is answered, as vendors want it. */
  #messages(messages: readonly CanonicalMessage[]): readonly CanonicalMessage[] {
    return messages.flatMap((message): readonly CanonicalMessage[] => {
      if (message.role === "system") return [{ ...message, text: this.word("system") }];
      if (message.role === "user") return [{ ...message, content: message.content.map((part) => this.#part(part)) }];
      if (message.role === "tool") return [];
      const content = message.content.filter(({ type }) => type !== "reasoning").map((part) => this.#said(part));
      const results = content.flatMap((part): readonly CanonicalMessage[] =>
        part.type === "tool-call"
          ? [
              {
                role: "tool",
                toolCallId: part.id,
                content: [{ type: "text", text: this.word("result") }],
                isError: false,
              },
            ]
          : [],
      );
      return content.length === 0 ? [] : [{ ...message, content }, ...results];
    });
  }

  #said(part: AssistantPart): AssistantPart {
    if (part.type === "text" || part.type === "refusal") return { ...part, text: this.word("said") };
    if (part.type !== "tool-call") return part;
    return {
      ...part,
      id: `call_${this.words.length}`,
      name: this.word("called"),
      arguments: `{"a":"${this.word("given")}"}`,
    };
  }

  #part(part: ContentPart): ContentPart {
    if (part.type === "text") return { ...part, text: this.word("text") };
    if (part.type === "image" || part.type === "document")
      return { ...part, url: `https://example.com/${this.word("at")}` };
    if (part.type === "audio-data") return { ...part, data: this.data() };
    if (part.type === "document-data")
      return { ...part, data: this.data(), name: part.name === null ? null : this.word("file") };
    return { ...part, data: this.data() };
  }
}

/** Numbers that stand nowhere else in a body. */
const NUMBERS = {
  maxTokens: 54_321,
  temperature: 0.123_45,
  topP: 0.234_56,
  topK: 37_373,
  seed: 47_114_711,
  presencePenalty: 0.345_67,
  frequencyPenalty: 0.456_78,
} as const;

const numbered = (given: CanonicalRequest): CanonicalRequest => ({
  ...given,
  ...Object.fromEntries(Object.entries(NUMBERS).filter(([name]) => given[name as keyof typeof NUMBERS] !== null)),
});

/** Whether a word may be missing from a body, because nothing hangs on it there. */
function mayMiss(word: string, { toolChoice, tools }: CanonicalRequest, { body, leftOut }: VendorBody): boolean {
  const [kind = ""] = word.split("Q");
  // What is left out is said to be.
  if (kind === "user") return leftOut.includes("user");
  // A name helps a person; Gemini has no place for it.
  if (kind === "file") return body.includes("inlineData");
  // Tools that may not be called need not be told of.
  if (toolChoice === null || typeof toolChoice !== "object")
    return toolChoice === "none" && /^(?:tool|what|field)$/.test(kind);
  const others = tools.filter(({ name }) => name !== toolChoice.name);
  return others.some((tool) => JSON.stringify(tool).includes(`"${word}"`));
}

describe.each(["gemini", "bedrock", "cohere"])("a canonical request for %s", (wire) => {
  it("is refused with a field's name, or arrives with every word and number of it", async () => {
    let carried = 0;
    const property = fc.asyncProperty(anyRequest, async (drawn) => {
      const marker = new Marker();
      const given = numbered(marker.request(drawn));
      try {
        const sent = await vendorBody(wire, given);
        const { body } = sent;
        carried += 1;
        const missed = marker.words.filter((word) => !body.includes(word));
        expect(missed.filter((word) => !mayMiss(word, given, sent))).toEqual([]);
        if (given.user !== null) expect(body).not.toContain(given.user);
        const isStrict = given.tools.some(({ strict }) => strict === true);
        if (wire === "cohere") expect(body.includes('"strict_tools":true')).toBe(isStrict);
        const numbers = Object.entries(NUMBERS).filter(([name]) => given[name as keyof typeof NUMBERS] !== null);
        // Room for thought counts into Bedrock's limit, and is told apart from it.
        const limits = numbers.filter(([name]) => name !== "maxTokens" || wire !== "bedrock");
        expect(limits.filter(([, number]) => !body.includes(String(number)))).toEqual([]);
      } catch (error) {
        if (!(error instanceof RollwardError)) throw error;
        expect(error.code).toBe("untranslatable");
        expect(String(error.details["field"])).toMatch(/^[a-z_.]+(?: \([a-z- ]+\))?$/);
      }
    });
    await fc.assert(property, { numRuns: 400 });
    // Some 26 of 400 for Bedrock, the most of the others.
    expect(carried).toBeGreaterThan(3);
  });
});
