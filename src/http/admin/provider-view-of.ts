import type { z } from "zod";
import type { listProviders, providerKeyView, providerModelView, providerView } from "../../contract/providers.ts";
import type { Sighting } from "../../domain/alerts/sighting.ts";
import type { KnownTarget } from "../../domain/health/target-health.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import type { Provider } from "../../ports/provider.ts";
import { instantOf } from "./instant-of.ts";
import { limitsOf } from "./load-view-of.ts";

/** What the configuration says of a provider beside what runs. */
export interface ConfiguredProvider {
  readonly kind: string;
  /** Variables that hold its keys, in the order of their numbers. */
  readonly keyEnvs?: readonly string[];
}

type Others = z.input<typeof listProviders.answer>["others"];

/** What a view of providers is made from. */
export interface ProviderViewTerms {
  readonly gateway: Pick<Gateway, "health" | "clock" | "settings">;
  readonly configured: ReadonlyMap<string, ConfiguredProvider>;
  readonly others: Others;
}

/** Every provider of an environment, by name. */
export function providerViewsOf(terms: ProviderViewTerms): z.input<typeof providerView>[] {
  const providers = [...terms.gateway.settings().providers.values()];
  return providers
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
    .map((provider) => viewOf(provider, terms));
}

/** What other servers saw last, one row each; `own` is left out. */
export function othersOf(sightings: readonly Sighting[], own: string): Others {
  const last = new Map(sightings.filter(({ replicaId }) => replicaId !== own).map((each) => [each.replicaId, each]));
  return [...last.values()].map(({ replicaId, at, sights }) => ({
    server: replicaId,
    at: instantOf(at),
    open: sights
      .filter(({ signal }) => signal === "provider-trouble")
      .map(({ subject }) => `${subject["provider"] ?? ""}/${subject["model"] ?? ""}`),
  }));
}

function viewOf(provider: Provider, { gateway, configured, others }: ProviderViewTerms): z.input<typeof providerView> {
  const { name, prices } = provider;
  const now = gateway.clock.elapsed();
  const known = [...prices.keys()].flatMap((model) => gateway.health.find({ provider: name, model }) ?? []);
  // What a provider was before it was changed says nothing of what it is.
  const targets = known.filter(({ owner }) => owner === provider);
  const settings = configured.get(name);
  return {
    provider: name,
    kind: settings?.kind ?? "unknown",
    models: [...prices.keys()].map((model) => {
      const target = targets.find((each) => each.name.model === model);
      const elsewhere = others.filter(({ open }) => open.includes(`${name}/${model}`)).length;
      return { ...modelOf(target, provider, gateway.clock), model, open_elsewhere: elsewhere };
    }),
    keys: Array.from({ length: provider.keys ?? 1 }, (_, key) => ({
      key,
      variable: settings?.keyEnvs?.[key] ?? null,
      rests: targets.flatMap((target) => restOf(target, key, now)),
    })),
    limits: targets.flatMap((target) => limitsOf(target, now)),
  };
}

type ModelView = Omit<z.input<typeof providerModelView>, "model" | "open_elsewhere">;

function modelOf(
  target: KnownTarget | undefined,
  { breaker }: Pick<Provider, "breaker">,
  clock: Gateway["clock"],
): ModelView {
  const whenOf = (elapsed: number): string => instantOf(clock.now() - (clock.elapsed() - elapsed));
  if (target === undefined) {
    return { breaker: breaker === null ? "off" : "closed", due: false, since: null, last_error: null, in_flight: 0 };
  }
  const { circuit, lastFault, inFlight } = target.health;
  return {
    breaker: circuit.isOff ? "off" : circuit.state,
    due: circuit.isDue(clock.elapsed()),
    since: circuit.openedAt === null ? null : whenOf(circuit.openedAt),
    last_error: lastFault === null ? null : { code: lastFault.code, at: whenOf(lastFault.at) },
    in_flight: inFlight,
  };
}

function restOf({ name, health }: KnownTarget, key: number, now: number): z.input<typeof providerKeyView>["rests"] {
  const rest = key < health.keys.size ? health.keys.restOf(key, now) : null;
  return rest === null ? [] : [{ model: name.model, ms: Math.ceil(rest.ms), why: rest.reason }];
}
