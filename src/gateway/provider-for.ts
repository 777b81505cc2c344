import type { ModelTarget } from "../domain/release/release.ts";
import type { Provider } from "../ports/provider.ts";

/** Who serves a model: what its provider has for it, where that is not the provider itself. */
export function providerFor(
  providers: ReadonlyMap<string, Provider>,
  { provider: name, model }: ModelTarget,
): Provider | undefined {
  const provider = providers.get(name);
  return provider?.forModel?.(model) ?? provider;
}
