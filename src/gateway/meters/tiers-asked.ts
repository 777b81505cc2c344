import { serviceTierOf, tiersFor } from "../../domain/money/service-tier.ts";
import type { ServiceTier } from "../../domain/money/service-tier.ts";
import type { OpenCall } from "../open-call.ts";
import { present } from "../present.ts";

/** The tiers of service beside the standard one that may answer a call: what the release says counts before the request. */
export const tiersAsked = (open: OpenCall): readonly ServiceTier[] => tiersFor(askedIn(open));

/** The tier that a call names, where it has a price of its own: what is paid for an answer that breaks off before it says. */
export const tierNamed = (open: OpenCall): ServiceTier | undefined => serviceTierOf(askedIn(open));

function askedIn({ placement, request }: OpenCall): unknown {
  const parameters = placement?.release.content.parameters;
  return parameters?.["service_tier"] ?? present(request).body["service_tier"];
}
