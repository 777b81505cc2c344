import { vertexHost } from "../../adapters/providers/vertex/vertex-host.ts";
import type { ProviderSettings } from "../../config/project.ts";
import type { ProviderIdentity } from "../../domain/trace/provider-identity.ts";

/** Who a configured provider really is: the host that is asked, by its settings or as the vendor has it. */
export function providerIdentity(settings: ProviderSettings): ProviderIdentity {
  const { kind } = settings;
  const address = "baseUrl" in settings && settings.baseUrl !== null ? settings.baseUrl : vendorAddress(settings);
  if (address === null || !URL.canParse(address)) return { kind, host: null, port: null };
  const { hostname, port, protocol } = new URL(address);
  return { kind, host: hostname, port: port === "" ? (DEFAULT_PORTS[protocol] ?? null) : Number(port) };
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = { "https:": 443, "http:": 80 };

function vendorAddress(settings: ProviderSettings): string | null {
  if (settings.kind === "anthropic") return "https://api.anthropic.com";
  if (settings.kind === "gemini") return "https://generativelanguage.googleapis.com";
  if (settings.kind === "cohere") return "https://api.cohere.com";
  if (settings.kind === "vertex") return `https://${vertexHost(settings.location)}`;
  if (settings.kind === "bedrock") return `https://bedrock-runtime.${settings.region}.amazonaws.com`;
  return settings.kind === "sagemaker" ? `https://runtime.sagemaker.${settings.region}.amazonaws.com` : null;
}
