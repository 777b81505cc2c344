import { newSigningKey, publicKeyOf, signText } from "../../kit/signing-key.ts";
import type { Clock } from "../../ports/clock.ts";
import type { ServerKeyStore } from "../../ports/server-key-store.ts";
import type { Signer } from "../../ports/signer.ts";

/** Signs with the key of the store, which is made when it is first needed. */
export function createStoredKeySigner(store: ServerKeyStore, clock: Pick<Clock, "now">): Signer {
  let known: string | null = null;
  const key = async (): Promise<string> =>
    (known ??= (await store.find()) ?? (await store.keep(newSigningKey(), clock.now())));
  return {
    publicKey: async () => publicKeyOf(await key()),
    sign: async (text) => signText(text, await key()),
  };
}
