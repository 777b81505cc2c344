import { startFaultyProvider } from "../../test/fixtures/faulty-provider/faulty-provider.ts";
import { PROFILES } from "../../test/fixtures/faulty-provider/profile.ts";

/** What the parent may ask, and what is answered with the same `id`. */
export interface ProviderQuestion {
  readonly id: number;
}

/** Connections of the provider, and attempts since its start. */
export interface ProviderState {
  readonly id: number;
  readonly open: number;
  readonly busy: number;
  readonly attempts: number;
}

/** Faults that are over soon: a soak wants many of them. Words come at once, so that work is measured and not waiting. */
const SHORT = {
  ...PROFILES.fast,
  betweenWordsMs: 0,
  firstTokenMs: 300,
  stallMs: 1_500,
  silenceMs: 1_500,
  outageMs: 1_000,
  retryAfterSeconds: 1,
} as const;

/** The log is forgotten this often, milliseconds; faults of a first attempt then come again. */
const FORGET_EVERY_MS = 2_000;

const provider = await startFaultyProvider(SHORT);
let attempts = 0;
setInterval(() => {
  attempts += provider.log.length;
  provider.reset();
}, FORGET_EVERY_MS);
process.on("message", ({ id }: ProviderQuestion) => {
  const { open, busy } = provider.connections();
  process.send?.({ id, open, busy, attempts: attempts + provider.log.length } satisfies ProviderState);
});
process.send?.({ port: provider.port });
