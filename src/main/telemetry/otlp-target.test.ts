import { describe, expect, test } from "vitest";
import { DEFAULT_TELEMETRY } from "../../domain/telemetry/telemetry-settings.ts";
import { otlpTarget } from "./otlp-target.ts";

const withEndpoint = (endpoint: string | null) => ({ otlp: { ...DEFAULT_TELEMETRY.otlp, endpoint } });

describe("the address of a signal", () => {
  test("is the project's, with the signal's path", () => {
    const variables = {
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://other:4318",
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://third/x",
    };
    expect(otlpTarget("traces", withEndpoint("http://collector:4318"), variables)?.url).toBe(
      "http://collector:4318/v1/traces",
    );
    expect(otlpTarget("logs", withEndpoint("https://host/base/"), variables)?.url).toBe("https://host/base/v1/logs");
  });

  test("is that of OpenTelemetry's variables where the project has none; the signal's own is taken as it is", () => {
    const variables = {
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://other:4318/",
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://third/x",
    };
    expect(otlpTarget("traces", withEndpoint(null), variables)?.url).toBe("http://third/x");
    expect(otlpTarget("logs", withEndpoint(null), variables)?.url).toBe("http://other:4318/v1/logs");
  });

  test.each(["http://169.254.169.254/", "http://[fd00:ec2::254]:4318", "http://metadata.google.internal"])(
    "of a project is none where clouds have their metadata: %s",
    (endpoint) => {
      expect(otlpTarget("traces", withEndpoint(endpoint))).toBeNull();
    },
  );

  test.each([
    ["nobody names one", {}],
    ["it is empty", { OTEL_EXPORTER_OTLP_ENDPOINT: " " }],
    ["it cannot be read", { OTEL_EXPORTER_OTLP_ENDPOINT: "collector" }],
    ["the SDK is disabled", { OTEL_EXPORTER_OTLP_ENDPOINT: "http://a", OTEL_SDK_DISABLED: "TRUE" }],
    ["the signal has no exporter", { OTEL_EXPORTER_OTLP_ENDPOINT: "http://a", OTEL_TRACES_EXPORTER: "none" }],
  ])("is none where %s", (_, variables) => {
    expect(otlpTarget("traces", withEndpoint(null), variables)).toBeNull();
  });
});

describe("what goes with it", () => {
  const targetOf = (variables: Readonly<Record<string, string>>) =>
    otlpTarget("traces", withEndpoint(null), { OTEL_EXPORTER_OTLP_ENDPOINT: "http://a", ...variables });

  test("are the headers of both variables, unescaped, the signal's own first", () => {
    const headers = targetOf({
      OTEL_EXPORTER_OTLP_HEADERS:
        "Authorization=Bearer%20abc=, x-tenant = blue ,=no,bad name=1,x-broken=%zz,x-line=a%0ab",
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: "x-tenant=red",
    })?.headers;
    expect(headers).toEqual({ authorization: "Bearer abc=", "x-tenant": "red", "x-broken": "%zz" });
  });

  test("are to the project's own receiver only headers that are meant for it", () => {
    const variables = {
      OTEL_EXPORTER_OTLP_HEADERS: "x-tenant=blue",
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: "x-secret=traces",
      COLLECTOR: "x-tenant=green",
    };
    const headersTo = (more: Readonly<Record<string, string>>, headersEnv: string | null = null) =>
      otlpTarget(
        "traces",
        { otlp: { ...DEFAULT_TELEMETRY.otlp, endpoint: "http://collector:4318", headersEnv } },
        { ...variables, ...more },
      )?.headers;
    expect(headersTo({})).toEqual({ "x-tenant": "blue" });
    expect(headersTo({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://other:4318" })).toEqual({});
    expect(headersTo({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://other:4318/x" })).toEqual({});
    expect(headersTo({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://other:4318" }, "COLLECTOR")).toEqual({
      "x-tenant": "green",
    });
  });

  test("are a time limit within reason, and compression where it is asked for", () => {
    expect(targetOf({})).toMatchObject({ timeoutMs: 10_000, isCompressed: false });
    expect(targetOf({ OTEL_EXPORTER_OTLP_TIMEOUT: "500", OTEL_EXPORTER_OTLP_COMPRESSION: "gzip" })).toMatchObject({
      timeoutMs: 500,
      isCompressed: true,
    });
    expect(targetOf({ OTEL_EXPORTER_OTLP_TIMEOUT: "-1" })?.timeoutMs).toBe(10_000);
    expect(targetOf({ OTEL_EXPORTER_OTLP_TIMEOUT: "soon" })?.timeoutMs).toBe(10_000);
    expect(targetOf({ OTEL_EXPORTER_OTLP_TIMEOUT: "99999999" })?.timeoutMs).toBe(120_000);
  });
});
