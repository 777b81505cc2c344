import { afterEach, expect, test } from "vitest";
import { ADMIN_KEY } from "../fixtures/running-server.ts";
import { send } from "../fixtures/feedback-stage.ts";
import type { FeedbackAnswer } from "../fixtures/feedback-stage.ts";
import { startTwoEnvironments } from "../fixtures/two-environments.ts";
import type { TwoEnvironments } from "../fixtures/two-environments.ts";

let world: TwoEnvironments | null = null;

afterEach(async () => {
  await world?.stop();
  world = null;
});

test("an id and a session's name are an environment's own, also within one tenant", async () => {
  const there = await startTwoEnvironments();
  world = there;
  const keyIn = async (query: string): Promise<string> => {
    const wish = { name: "app", scopes: ["inference"], tenant: "acme" };
    return ((await there.ask(ADMIN_KEY, ["POST", `/api/keys${query}`], wish)).body as { secret: string }).secret;
  };
  const keys = [await keyIn(""), await keyIn("?environment=staging")];
  const session = { "x-rollward-session": "1" };
  const calls: (string | null)[] = [];
  for (const key of keys) calls.push((await there.call(key, {}, session)).call);
  for (const [index, key] of keys.entries()) {
    const url = there.server.url;
    const first = { id: "b", call: calls[index], thumbs: "up" };
    const heard = { status: 200, body: { duplicate: false } };
    expect(await send<FeedbackAnswer>({ url, key }, "/v1/feedback", first)).toMatchObject(heard);
    // By its id a call is waited for longer than by its session, so that it is recorded now.
    const said = await send<FeedbackAnswer>({ url, key }, "/v1/feedback", { id: "a", session: "1", thumbs: "up" });
    expect(said).toMatchObject(heard);
    const other = { id: "b", call: calls[1 - index], thumbs: "up" };
    expect(await send({ url, key }, "/v1/feedback", other)).toMatchObject({ status: 404 });
  }
  const listed = async (query: string): Promise<readonly unknown[]> =>
    ((await there.ask(ADMIN_KEY, ["GET", `/api/feedback${query}`])).body as { data: unknown[] }).data;
  expect(await listed("?environment=staging")).toHaveLength(2);
});

test("what cannot be kept whole is not kept in part", async () => {
  const there = await startTwoEnvironments();
  world = there;
  const { call } = await there.call(there.keys.production);
  const url = there.server.url;
  const say = (more: object) => send({ url, key: there.keys.production }, "/v1/feedback", { id: "a", call, ...more });
  expect((await say({ thumbs: "up" })).status).toBe(200);
  expect((await say({ thumbs: "down", correction: "42", scores: { helpful: 0 } })).status).toBe(400);
  const { body } = await there.ask(ADMIN_KEY, ["GET", "/api/feedback"]);
  expect((body as { data: unknown[] }).data).toMatchObject([{ kind: "thumbs", value: 1 }]);
});
