import type { ConversingProvider } from "../../src/ports/provider.ts";
import { startScriptedUpstream } from "../fixtures/scripted-upstream.ts";
import type { ScriptedUpstream, VendorWire } from "../fixtures/scripted-upstream.ts";
import { afterEach } from "vitest";
import type { ConversingSubject, Open } from "./conversing-subject.ts";

/** One vendor for the contract suite. */
export interface VendorSubject {
  readonly model: string;
  readonly secret: string;
  readonly wire: VendorWire;
  /** Makes a provider for an address that begins with this origin. */
  provider(origin: string): Promise<ConversingProvider>;
}

/** A provider with its upstream. */
export interface OpenedVendor extends ConversingSubject {
  readonly upstream: ScriptedUpstream;
}

/** Call it where tests are declared; what it opens is closed after each test. */
export function vendorOpener(subject: VendorSubject): () => Promise<OpenedVendor> {
  const closing: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });
  return (async () => {
    const upstream = await startScriptedUpstream(subject.wire);
    const provider = await subject.provider(upstream.origin);
    closing.push(
      () => provider.close(),
      () => upstream.close(),
    );
    return {
      provider,
      upstream,
      model: subject.model,
      secret: subject.secret,
      play: (scene) => upstream.play(scene),
      nextRequest: () => upstream.nextRequest(),
      providerAt: (baseUrl) => subject.provider(new URL(baseUrl).origin),
    };
  }) satisfies Open;
}
