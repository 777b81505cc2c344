import type { SemanticPolicy } from "../domain/cache/semantic-policy.ts";
import type { Embedder } from "./embedder.ts";
import type { Provider } from "./provider.ts";

/** Who turns questions into vectors, by what releases name. */
export interface Embedders {
  /** The same one every time; `null` where its provider is not configured or makes no vectors. */
  of(policy: Pick<SemanticPolicy, "embedder" | "dimension">, providers: ReadonlyMap<string, Provider>): Embedder | null;
  close(): Promise<void>;
}
