import type { SemanticName } from "./semantic-name.ts";

/** OpenTelemetry's names that are not about AI (stable). */
export const GENERAL_NAMES = {
  errorType: {
    name: "error.type",
    type: "string",
    on: ["call", "stage", "attempt", "evaluation"],
    says: "the code of docs/errors.md",
  },
  serverAddress: { name: "server.address", type: "string", on: ["attempt"], says: "the host that was really asked" },
  serverPort: { name: "server.port", type: "int", on: ["attempt"], says: "its port" },
  httpMethod: { name: "http.request.method", type: "string", on: ["call"], says: "the method of the client's request" },
  httpRoute: { name: "http.route", type: "string", on: ["call"], says: "the address that was called" },
  httpStatus: {
    name: "http.response.status_code",
    type: "int",
    on: ["call", "attempt"],
    says: "the status the client, or we, received",
  },
  serviceName: {
    name: "service.name",
    type: "string",
    on: ["resource"],
    says: "`rollward` unless OTEL_SERVICE_NAME says otherwise",
  },
  serviceVersion: { name: "service.version", type: "string", on: ["resource"], says: "our version" },
  serviceInstance: { name: "service.instance.id", type: "string", on: ["resource"], says: "the replica" },
  deploymentEnvironment: {
    name: "deployment.environment.name",
    type: "string",
    on: ["resource"],
    says: "the environment",
  },
} as const satisfies Record<string, SemanticName>;
