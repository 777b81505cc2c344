import { tiersFor } from "../../domain/money/service-tier.ts";
import type { ServiceTier } from "../../domain/money/service-tier.ts";
import type { OpenCall } from "../open-call.ts";
import { present } from "../present.ts";

/** The tiers of service beside the standard one that may answer a call: what the release says counts before the request. */
export function tiersAsked({ placement, request }: OpenCall): readonly ServiceTier[] {
  const parameters = placement?.release.content.parameters;
  return tiersFor(parameters?.["service_tier"] ?? present(request).body["service_tier"]);
}
