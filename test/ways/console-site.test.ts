import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { fastify } from "fastify";
import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { serveSite } from "../../src/http/console/serve-site.ts";
import type { SiteFile, SiteStanding } from "../../src/http/console/serve-site.ts";
import { ADMIN_KEY, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

const PAGE = { accept: "text/html,application/xhtml+xml" };

describe("the addresses of a server with a console", () => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startServer({});
  });
  afterAll(() => server.stop());

  test("those of programs are never shadowed: what is not there is an error in JSON, whoever asks", async () => {
    for (const path of [
      "/v1/nothing",
      "/api/nothing",
      "/api",
      "/admin/v1",
      "/metrics/x",
      "/status/x",
      "/ofrep/v1/x",
      "/assets/gone.js",
    ]) {
      const response = await fetch(`${server.url}${path}`, { headers: PAGE });
      const type = response.headers.get("content-type") ?? "";
      expect([path, response.status, type.split(";")[0]]).toEqual([path, 404, "application/json"]);
    }
    const openApi = await fetch(`${server.url}/healthz`, { headers: PAGE });
    expect(await openApi.json()).toEqual({ status: "ok" });
  });

  test("a program that took a wrong address is not given a page, nor is one that sends something", async () => {
    for (const accept of ["application/json", "*/*"]) {
      const asked = await fetch(`${server.url}/health`, { headers: { accept } });
      const { error } = (await asked.json()) as { error: { code: string } };
      expect([accept, asked.status, error.code]).toEqual([accept, 404, "route_not_found"]);
    }
    const sent = await fetch(`${server.url}/rollouts`, { method: "POST", headers: PAGE, body: "{}" });
    expect(sent.status).toBe(404);
  });

  test("answers of the admin API to people are kept by no cache", async () => {
    const response = await fetch(`${server.url}/api/keys`, { headers: { authorization: `Bearer ${ADMIN_KEY}` } });
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
  });
});

describe("the files of a console", () => {
  let app: FastifyInstance;
  let files: Map<string, SiteFile>;
  let standing: SiteStanding;
  const fileOf = (text: string, isImmutable: boolean): SiteFile => ({
    type: "text/html; charset=utf-8",
    etag: `"${text.length}"`,
    isImmutable,
    body: Buffer.from(text),
    brotli: null,
    gzip: null,
  });

  beforeAll(async () => {
    app = fastify();
    serveSite(app, { file: async (path) => files.get(path) ?? null, standing: async () => standing });
    await app.ready();
  });
  afterAll(() => app.close());

  const get = (url: string, headers: Record<string, string> = PAGE) => app.inject({ method: "GET", url, headers });

  test("every address that a person opens has the one page, under a policy without inline code or styles", async () => {
    files = new Map([["/index.html", fileOf("<p>console</p>", false)]]);
    for (const url of ["/", "/rollouts/rol_1?show=log", "/nothing/here"]) {
      const { statusCode, body, headers } = await get(url);
      expect([statusCode, body]).toEqual([200, "<p>console</p>"]);
      expect(headers["content-security-policy"]).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';/);
      expect(headers["content-security-policy"]).not.toContain("unsafe");
      expect(headers["content-security-policy"]).toContain("frame-ancestors 'none'");
      expect(headers).toMatchObject({
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cache-control": "no-cache",
      });
    }
  });

  test("files with a hash in their name are kept for good, others are asked for again and found unchanged", async () => {
    files = new Map([
      ["/assets/a-1.js", fileOf("a", true)],
      ["/theme.js", fileOf("bb", false)],
    ]);
    expect((await get("/assets/a-1.js")).headers["cache-control"]).toBe("public, max-age=31536000, immutable");
    const { headers } = await get("/theme.js");
    const again = await get("/theme.js", { "if-none-match": String(headers.etag) });
    expect([again.statusCode, again.body]).toEqual([304, ""]);
  });

  test("goes out compressed the best way that the browser knows", async () => {
    const { brotliCompressSync, gzipSync } = await import("node:zlib");
    const [brotli, gzip] = [brotliCompressSync("text"), gzipSync("text")];
    files = new Map([["/x.js", { ...fileOf("text", false), brotli, gzip }]]);
    const asked = async (accepted: string) => get("/x.js", { "accept-encoding": accepted });
    const [best, good, plain] = [await asked("gzip, br"), await asked("gzip"), await asked("identity")];
    expect([best.headers["content-encoding"], brotliDecompressSync(best.rawPayload).toString()]).toEqual([
      "br",
      "text",
    ]);
    expect([good.headers["content-encoding"], gunzipSync(good.rawPayload).toString()]).toEqual(["gzip", "text"]);
    expect([plain.headers["content-encoding"], plain.body]).toEqual([undefined, "text"]);
  });

  test("while there is none the page says why, and comes by itself when it is being built", async () => {
    files = new Map();
    const said = async (how: SiteStanding) => {
      standing = how;
      const { statusCode, body, headers } = await get("/");
      expect(headers["content-security-policy"]).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/]{43}='/);
      return [statusCode, body.includes(`http-equiv="refresh"`), /<h1>([^<]*)/.exec(body)?.[1]];
    };
    expect(await said("building")).toEqual([200, true, "The console is being built"]);
    expect(await said("failed")).toEqual([503, false, "The console could not be built"]);
    expect(await said("absent")).toEqual([503, false, "There is no console here"]);
  });
});
