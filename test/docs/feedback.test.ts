import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { evidenceFate, MOST_METRICS } from "../../src/contract/feedback.ts";
import { apply, call, comparing, send } from "../fixtures/feedback-stage.ts";
import type { FeedbackAnswer, MetricsAnswer } from "../fixtures/feedback-stage.ts";
import { startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

const DOCS = readFileSync(new URL("../../docs/feedback.md", import.meta.url), "utf8");

/** The requests that the page shows: address and body. */
const REQUESTS = [...DOCS.matchAll(/```\nPOST (\/v1\/[a-z]+)\n([^`]*)```/g)].map(([, path = "", body = ""]) => ({
  path,
  body,
}));

const METRICS =
  "thumbs: { required: true }, problems: true, judge: { score: helpful, digest: judge-7f3a@prompt-4 }, business: { conversion: { event: good }, basket_value: { range: [0, 500] } }";

let server: RunningServer;
let shown = "";

beforeAll(async () => {
  server = await startServer(comparing("good-2026-01-01", METRICS));
  shown = (await call(server, { session: "s-918273" })).id;
});
afterAll(() => server.stop());

test("there are requests in docs/feedback.md to send", () => {
  expect(REQUESTS.map(({ path }) => path)).toEqual(["/v1/feedback", "/v1/feedback", "/v1/feedback", "/v1/metrics"]);
});

test.each(REQUESTS)("the request to $path is taken as it stands", async ({ path, body }) => {
  const text = body.replaceAll("call_01jd0000000000000000000000", shown);
  const answer = await send<FeedbackAnswer & MetricsAnswer>(server, path, JSON.parse(text));
  expect(answer.status).toBe(200);
  expect(answer.body.rejected ?? 0).toBe(0);
});

test("docs/feedback.md says what every word of `used` means, and the bound of a request", () => {
  const [, table = ""] = /\| `used` \| meaning \|\n\|[-|]+\n([^]*?)\n\n/.exec(DOCS) ?? [];
  const words = [...table.matchAll(/^\| `([a-z_]+)`/gm)].map(([, word = ""]) => word);
  expect(words.toSorted()).toEqual([...evidenceFate.options].toSorted());
  expect(DOCS).toContain(`up to ${MOST_METRICS} in one request`);
});

test("the metrics of docs/feedback.md are ones that a policy can compare", async () => {
  await expect(apply(server, comparing("bad-2026-03-01", METRICS))).resolves.toMatch(/^rol_/);
});
