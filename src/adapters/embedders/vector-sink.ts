import type { Vectors } from "../../domain/call/embedding.ts";
import type { EmbedSink } from "../../ports/provider.ts";
import { TimedFlight } from "./timed-flight.ts";

/** Vectors as a provider with a wire of its own makes them. */
export interface ToldVectors {
  readonly vectors: Vectors;
  readonly inputTokens: number;
}

/** Waits for a provider's vectors within a limit of time. */
export class VectorSink extends TimedFlight<ToldVectors> implements EmbedSink {
  #inputTokens = 0;

  sent(): void {}

  part(inputTokens: number | null): void {
    this.#inputTokens += inputTokens ?? 0;
  }

  end(vectors: Vectors): void {
    this.land({ vectors, inputTokens: this.#inputTokens });
  }
}
