import { baseUrlPlaceFault } from "../base-url.ts";
import { type Findings, memberOf } from "../findings.ts";

/** Telemetry goes to no address where clouds have their metadata, and metrics are not both for all and for keys alone. */
export function checkTelemetry(findings: Findings): void {
  const telemetry = memberOf(findings.yaml.value, "telemetry");
  const endpoint = memberOf(memberOf(telemetry, "otlp"), "endpoint");
  // A collector stands in a network of one's own nearly always.
  const fault = typeof endpoint === "string" && URL.canParse(endpoint) ? baseUrlPlaceFault(endpoint, true) : null;
  if (fault !== null) {
    findings.atValue(["telemetry", "otlp", "endpoint"], {
      message: fault.message,
      fix: "name the receiver's own address",
    });
  }
  const metrics = memberOf(telemetry, "metrics");
  if (memberOf(metrics, "public") === true && memberOf(metrics, "require_key") === true) {
    findings.atKey(["telemetry", "metrics", "require_key"], {
      message: "metrics that anybody may read need no key",
      fix: "remove `public` or `require_key`",
    });
  }
}
