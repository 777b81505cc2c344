import { readFileSync } from "node:fs";
import type { AgentOptions } from "node:https";
import { guardedLookup } from "../../kit/guarded-lookup.ts";
import type { OtlpTarget } from "./otlp-target.ts";

type Variables = Readonly<Record<string, string | undefined>>;

const HEADERS = /^OTEL_EXPORTER_OTLP_(?:[A-Z]+_)?HEADERS$/;

/** Whether a variable has headers, which the SDK sends to whatever receiver it is given: those of a target are in the target. */
export const isOfHeaders = (name: string): boolean => HEADERS.test(name);

/**
 * How the SDK connects to a guarded target: to no address where clouds have their metadata, however a name leads there. Agents of one's own
 * make the SDK forget the certificates of its variables, so they are read here. Nothing for other targets.
 */
export function agentOptions(
  { isGuarded }: Pick<OtlpTarget, "isGuarded">,
  signal: "TRACES" | "LOGS" | "METRICS",
  variables: Variables,
): { readonly httpAgentOptions?: AgentOptions } {
  if (!isGuarded) return {};
  const file = (name: string): Buffer | undefined => {
    const path = variables[`OTEL_EXPORTER_OTLP_${signal}_${name}`] ?? variables[`OTEL_EXPORTER_OTLP_${name}`];
    return path === undefined || path.trim() === "" ? undefined : readable(path.trim());
  };
  const [ca, cert, key] = [file("CERTIFICATE"), file("CLIENT_CERTIFICATE"), file("CLIENT_KEY")];
  return {
    httpAgentOptions: {
      keepAlive: true,
      lookup: guardedLookup(true),
      ...(ca !== undefined && { ca }),
      ...(cert !== undefined && { cert }),
      ...(key !== undefined && { key }),
    },
  };
}

/** A file that cannot be read is left out, as the SDK does. */
function readable(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
