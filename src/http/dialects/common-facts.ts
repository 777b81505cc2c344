import type { TokenUsage } from "../../domain/money/price.ts";
import type { AnswerFacts } from "../../ports/dialect.ts";

/** The facts that every dialect gathers of an answer. */
export class CommonFacts implements AnswerFacts {
  begun = false;
  onlyThoughts = false;
  finishReason: string | null = null;
  usage: TokenUsage | null = null;
  model: string | null = null;
  fault: AnswerFacts["fault"] = null;
  characters = 0;
  pieces = 0;
  /** What comes now may be silent for long: APIs hold a value of a tool call until it is whole, and hide thoughts. */
  #worksUnseen = false;

  /** An event that carries something of the answer, whatever it is. */
  piece(): void {
    this.pieces += 1;
  }

  /** A comment or a ping: it says that the model is at work, where nothing else would. */
  keptAlive(): void {
    if (this.#worksUnseen) this.pieces += 1;
  }

  /** Text that the reader of the answer sees. */
  visible(text: unknown): void {
    if (typeof text !== "string" || text === "") return;
    this.acts();
    this.#worksUnseen = false;
    this.characters += text.length;
  }

  /** A word or a call of a tool is there: more than thoughts. */
  acts(): void {
    this.begun = true;
    this.onlyThoughts = false;
    this.#worksUnseen = true;
  }

  /** The model has begun to think, be it said what or not. */
  thinks(): void {
    this.onlyThoughts ||= !this.begun;
    this.begun = true;
    this.#worksUnseen = true;
  }

  /** An answer that has begun goes on with what need not be seen. */
  goesOnUnseen(): void {
    if (this.begun) this.#worksUnseen = true;
  }

  /** What the model thinks on the way to its answer: clients show it, and it may take minutes. */
  thought(text: unknown): void {
    if (typeof text !== "string" || text === "") return;
    this.thinks();
    this.#worksUnseen = false;
    this.characters += text.length;
  }

  /** Text that is generated and paid for but not shown. */
  hidden(text: unknown): void {
    if (typeof text === "string") this.characters += text.length;
  }

  /** The first fault stays: what follows it is of no use. */
  fail(code: "provider_error" | "provider_bad_answer", reason: string): void {
    this.fault ??= { code, reason };
  }
}
