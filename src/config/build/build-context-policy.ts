import type { z } from "zod";
import { modelIn } from "../../contract/catalogue/read-catalogue.ts";
import type { Catalogue } from "../../contract/catalogue/schema.ts";
import { tokenizerOf } from "../../domain/context/context-policy.ts";
import type { ContextPolicy, LargerModel, Overflow } from "../../domain/context/context-policy.ts";
import type { ModelTarget } from "../../domain/release/release.ts";
import { splitModel } from "../checks/check-models.ts";
import { DEFAULT_RESERVE } from "../schema/context-schema.ts";
import type { contextSchema } from "../schema/context-schema.ts";

/** The context window of a model, tokens; `null` where it is not known. */
export type WindowOf = (target: ModelTarget) => number | null;

type ContextInput = z.output<typeof contextSchema>;

/** Members of a pool, or the provider itself. */
interface Vendor {
  readonly kind: string;
  readonly members?: Readonly<Record<string, number>>;
  readonly models?: Readonly<
    Record<string, { readonly model?: string | undefined; readonly window?: number | undefined }>
  >;
}

/** What the providers' models say of themselves, else what the catalogue knows; of a pool the smallest of its members. */
export function windowsIn(catalogue: Catalogue, providers: Readonly<Record<string, Vendor>>): WindowOf {
  const windowOf: WindowOf = ({ provider, model }) => {
    const vendor = providers[provider];
    if (vendor?.members !== undefined) {
      const windows = Object.keys(vendor.members).map((member) => windowOf({ provider: member, model }));
      return windows.includes(null) ? null : Math.min(...windows.filter((one) => one !== null));
    }
    const declared = vendor?.models?.[model];
    if (declared?.window !== undefined) return declared.window;
    return modelIn(catalogue, vendor?.kind ?? "", declared?.model ?? model)?.context ?? null;
  };
  return windowOf;
}

const OVERFLOWS: Readonly<Record<ContextInput["overflow"], Overflow>> = {
  refuse: "refuse",
  truncate: "truncate",
  summarise: "summarise",
  larger_model: "larger-model",
};

/** A policy without mistakes; a check has refused windows that nobody knows. */
export function buildContextPolicy(
  input: ContextInput,
  { models, windowOf }: { readonly models: readonly ModelTarget[]; readonly windowOf: WindowOf },
): ContextPolicy {
  const windows = models.map(windowOf).filter((window) => window !== null);
  const tokenizers = new Set(models.map(tokenizerOf));
  const [only = "estimate"] = tokenizers;
  const larger = (input.larger ?? []).flatMap(({ model, window }): readonly LargerModel[] => {
    const target = splitModel(model);
    return target === null ? [] : [{ target, windowTokens: window ?? windowOf(target) ?? 0 }];
  });
  return {
    overflow: OVERFLOWS[input.overflow],
    tokenizer: tokenizers.size === 1 ? only : "estimate",
    windowTokens: input.window ?? Math.min(...windows),
    reserveTokens: input.reserve ?? DEFAULT_RESERVE,
    keepFirst: input.keep_first ?? 0,
    ...(input.keep_last !== undefined && input.keep_last > 1 && { keepLast: input.keep_last }),
    summariser: input.summariser === undefined ? null : splitModel(input.summariser),
    larger,
  };
}
