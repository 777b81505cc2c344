import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { agentOptions, isOfHeaders } from "./otlp-agent.ts";

const directory = mkdtempSync(join(tmpdir(), "rollward-otlp-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe("how a project's receiver is connected to", () => {
  test("is by a lookup that is guarded, with the certificates of OpenTelemetry's variables", () => {
    const [ca, own] = [join(directory, "ca.pem"), join(directory, "own.pem")];
    writeFileSync(ca, "for all");
    writeFileSync(own, "for traces");
    const variables = {
      OTEL_EXPORTER_OTLP_CERTIFICATE: ca,
      OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE: own,
      OTEL_EXPORTER_OTLP_CLIENT_KEY: join(directory, "nowhere.pem"),
    };
    const optionsOf = (signal: "TRACES" | "METRICS") => agentOptions({ isGuarded: true }, signal, variables);
    expect(optionsOf("TRACES").httpAgentOptions).toMatchObject({ keepAlive: true, ca: Buffer.from("for traces") });
    expect(optionsOf("METRICS").httpAgentOptions).toMatchObject({ ca: Buffer.from("for all") });
    expect(optionsOf("METRICS").httpAgentOptions).not.toHaveProperty("key");
    expect(optionsOf("METRICS").httpAgentOptions?.lookup).toBeTypeOf("function");
  });

  test("is as the SDK does it for the receiver of its own variables", () => {
    expect(agentOptions({ isGuarded: false }, "LOGS", { OTEL_EXPORTER_OTLP_CERTIFICATE: "/x" })).toEqual({});
  });
});

test("variables of headers are told from others", () => {
  const names = [
    "OTEL_EXPORTER_OTLP_HEADERS",
    "OTEL_EXPORTER_OTLP_TRACES_HEADERS",
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_RESOURCE_ATTRIBUTES",
  ];
  expect(names.filter(isOfHeaders)).toEqual(names.slice(0, 2));
});
