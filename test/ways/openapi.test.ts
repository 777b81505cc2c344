import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROUTES } from "../../src/contract/openapi.ts";
import { createEdge } from "../../src/main/edge.ts";
import { startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly operationId: string }>>>>;
}

let server: RunningServer;
let app: FastifyInstance;

beforeAll(async () => {
  server = await startServer({});
  // The same edge once more, which does not listen: it tells what it serves.
  app = createEdge(server.server.house, {
    isStopping: () => false,
    prometheus: { metrics: async () => [], readers: () => [] } as never,
  });
  await app.ready();
});
afterAll(async () => {
  await app.close();
  await server.stop();
});

/** The document itself, and the public status page, whose addresses another product has set. */
const isElsewhere = (address: string): boolean =>
  address === "GET /api/openapi.json" || address.startsWith("GET /api/v2/");

/** Every address that is served, as `GET /api/calls/:call`: read from Fastify's drawing of its tree. */
function servedBy(drawing: string): readonly string[] {
  const parents: string[] = [];
  return drawing.split("\n").flatMap((line) => {
    const found = /^((?:[│ ] {3})*)[├└]── (.+?)(?: \(([A-Z, ]+)\))?$/.exec(line);
    if (found === null) return [];
    const [, indent = "", part = "", methods = ""] = found;
    const depth = indent.length / 4;
    const path = `${depth === 0 ? "" : (parents[depth - 1] ?? "")}${part}`;
    parents[depth] = path;
    return methods === "" ? [] : methods.split(", ").map((method) => `${method} ${path}`);
  });
}

test("the document is there, is OpenAPI 3.1.0, and needs no key", async () => {
  const response = await fetch(`${server.url}/api/openapi.json`);
  expect(response.status).toBe(200);
  expect(((await response.json()) as Document).openapi).toBe("3.1.0");
});

test("every address below /api that is served is in the document, and every one in it is served", async () => {
  const { paths } = (await (await fetch(`${server.url}/api/openapi.json`)).json()) as Document;
  const written = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replaceAll("{", ":").replaceAll("}", "")}`),
  );
  const served = servedBy(app.printRoutes({ commonPrefix: false }));
  const ofApi = served.filter((each) => each.includes(" /api/") && !isElsewhere(each));
  expect(ofApi.length).toBeGreaterThan(80);
  expect(ofApi.filter((each) => !written.includes(each))).toEqual([]);
  expect(written.filter((each) => !served.includes(each))).toEqual([]);
});

test("no two operations share an address, and each has its own name", async () => {
  const { paths } = (await (await fetch(`${server.url}/api/openapi.json`)).json()) as Document;
  const names = Object.values(paths).flatMap((methods) => Object.values(methods).map(({ operationId }) => operationId));
  expect(names.toSorted()).toEqual(Object.keys(ROUTES).toSorted());
});
