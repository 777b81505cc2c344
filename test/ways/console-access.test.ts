import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HandClock } from "../fixtures/hand-clock.ts";
import { ADMIN_KEY, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

const HOUR_MS = 3_600_000;

let server: RunningServer;
const clock = new HandClock(Date.UTC(2026, 10, 21));

beforeAll(async () => {
  server = await startServer({}, { clock });
});
afterAll(() => server.stop());

/** What a browser on a page of this server sends by itself, with what a test replaces; `null` leaves a header out. */
interface Sent {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string | null>>;
}

interface Got {
  readonly status: number;
  readonly code: string | null;
  readonly body: Record<string, unknown>;
  readonly cookie: string | null;
  readonly headers: Headers;
}

async function send(path: string, { method = "GET", body, headers = {} }: Sent = {}): Promise<Got> {
  const own = { "x-rollward-console": "1", "sec-fetch-site": "same-origin", origin: server.url };
  const all = Object.entries({ ...own, ...(body !== undefined && { "content-type": "application/json" }), ...headers });
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: all.filter((entry): entry is [string, string] => entry[1] !== null),
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const json = (await response.json()) as Record<string, unknown> & { error?: { code: string } };
  return {
    status: response.status,
    code: json.error?.code ?? null,
    body: json,
    cookie: response.headers.get("set-cookie"),
    headers: response.headers,
  };
}

const signIn = (body: object, headers: Sent["headers"] = {}): Promise<Got> =>
  send("/api/console/sessions", { method: "POST", body, headers });

/** The cookie as a browser sends it back. */
const cookieIn = ({ cookie }: Got): string => (cookie ?? "").split(";")[0] ?? "";

async function signedIn(key = ADMIN_KEY): Promise<string> {
  return cookieIn(await signIn({ key }));
}

const ask = (cookie: string, headers: Sent["headers"] = {}): Promise<Got> =>
  send("/api/keys", { headers: { cookie, ...headers } });

async function newKey(members: object): Promise<{ id: string; secret: string }> {
  const { body } = await server.ask("POST", "/api/keys", { name: "someone", scopes: ["admin"], ...members });
  const { key, secret } = body as { key: { id: string }; secret: string };
  return { id: key.id, secret };
}

describe("signing in to the console", () => {
  test("a key opens a session whose cookie no script reads and no other site's request carries", async () => {
    const opened = await signIn({ key: ADMIN_KEY });
    expect(opened.status).toBe(200);
    expect(opened.cookie).toMatch(/^rollward\d+=[0-9a-f]{64}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=604800$/);
    const cookie = cookieIn(opened);
    const who = await send("/api/console/session", { headers: { cookie } });
    expect(who.body).toMatchObject({
      key: { name: "ROLLWARD_ADMIN_KEY", scopes: ["admin"] },
      environment: "production",
    });
    expect(JSON.stringify(who.body)).not.toContain(cookie.split("=")[1]);
    const asked = await ask(cookie);
    expect([asked.status, asked.headers.get("cache-control")]).toEqual([200, "no-store"]);
  });

  test("behind TLS the cookie is bound to the host: Secure, and of a name that only this host can set", async () => {
    const origin = server.url.replace("http:", "https:");
    const { cookie } = await signIn({ key: ADMIN_KEY }, { origin });
    expect(cookie).toMatch(
      /^__Host-rollward\d+=[0-9a-f]{64}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=604800; Secure$/,
    );
  });

  test("over TLS a cookie of the plain name, which a sibling of the host can plant, signs nobody in", async () => {
    const origin = server.url.replace("http:", "https:");
    const planted = await signedIn();
    expect(await ask(planted, { origin })).toMatchObject({ status: 401, code: "signed_out" });
    const own = cookieIn(await signIn({ key: ADMIN_KEY }, { origin }));
    expect((await ask(`${planted}; ${own}`, { origin })).status).toBe(200);
  });

  test("a bad key, and one that may see nothing here, open nothing", async () => {
    expect(await signIn({ key: "rw_nothing" })).toMatchObject({ status: 401, code: "key_unknown", cookie: null });
    const { secret } = await newKey({ scopes: ["inference"] });
    expect(await signIn({ key: secret })).toMatchObject({ status: 403, code: "forbidden", cookie: null });
    expect(await signIn({})).toMatchObject({ status: 400, code: "invalid_request" });
    expect(await signIn({ key: "x".repeat(5_000) })).toMatchObject({ status: 413, code: "body_too_large" });
  });

  test("whoever has a role sees what waits for it and nothing else, as with the key itself", async () => {
    const { secret } = await newKey({ scopes: ["inference"], roles: ["approver"] });
    const cookie = await signedIn(secret);
    expect((await send("/api/approvals", { headers: { cookie } })).status).toBe(200);
    expect(await ask(cookie)).toMatchObject({ status: 403, code: "forbidden" });
  });

  test("a link signs in once, within ten minutes", async () => {
    const link = async (): Promise<string> =>
      ((await server.ask("POST", "/api/console/links", {})).body as { link: string }).link;
    const first = await link();
    expect((await signIn({ link: first })).status).toBe(200);
    expect(await signIn({ link: first })).toMatchObject({ status: 401, code: "link_spent", cookie: null });
    const late = await link();
    clock.advance(10 * 60_000);
    expect(await signIn({ link: late })).toMatchObject({ status: 401, code: "link_spent" });
  });
});

describe("a session of the console", () => {
  test("is never one that a request brought along: nobody can be foisted a known token", async () => {
    const planted = `${(await signedIn()).split("=")[0]}=${"a".repeat(64)}`;
    const opened = await signIn({ key: ADMIN_KEY }, { cookie: planted });
    expect(cookieIn(opened)).not.toBe(planted);
    expect(await ask(planted)).toMatchObject({ status: 401, code: "signed_out" });
    const before = await signedIn();
    await signIn({ key: ADMIN_KEY }, { cookie: before });
    expect(await ask(before)).toMatchObject({ status: 401, code: "signed_out" });
  });

  test("ends when its person signs out, and the cookie goes", async () => {
    const cookie = await signedIn();
    const out = await send("/api/console/session", { method: "DELETE", headers: { cookie } });
    expect(out.cookie).toMatch(/^rollward\d+=; Path=\/; HttpOnly; SameSite=Strict; Max-Age=0$/);
    expect(await ask(cookie)).toMatchObject({ status: 401, code: "signed_out" });
  });

  test("ends after a day without use, and after a week however much it is used", async () => {
    const idle = await signedIn();
    const used = await signedIn();
    clock.advance(23 * HOUR_MS);
    expect((await ask(used)).status).toBe(200);
    clock.advance(HOUR_MS);
    expect(await ask(idle)).toMatchObject({ status: 401, code: "signed_out" });
    for (let day = 1; day < 7; day += 1) {
      expect((await ask(used)).status).toBe(200);
      clock.advance(23 * HOUR_MS);
    }
    clock.advance(5 * HOUR_MS);
    expect(await ask(used)).toMatchObject({ status: 401, code: "signed_out" });
  });

  test("ends with its key: revoked, or expired", async () => {
    const revoked = await newKey({});
    const cookie = await signedIn(revoked.secret);
    expect((await ask(cookie)).status).toBe(200);
    await server.ask("DELETE", `/api/keys/${revoked.id}`);
    expect(await ask(cookie)).toMatchObject({ status: 401, code: "signed_out" });
    const short = await newKey({ expires_at: new Date(clock.now() + HOUR_MS).toISOString() });
    const second = await signedIn(short.secret);
    clock.advance(HOUR_MS);
    expect(await ask(second)).toMatchObject({ status: 401, code: "signed_out" });
  });

  test("can be ended by another admin, who sees who is signed in and no token", async () => {
    const cookie = await signedIn();
    const own = (await send("/api/console/session", { headers: { cookie } })).body["id"] as string;
    const { body } = await server.ask("GET", "/api/console/sessions");
    expect((body as { data: { id: string }[] }).data.map(({ id }) => id)).toContain(own);
    expect((await server.ask("DELETE", `/api/console/sessions/${own}`)).status).toBe(200);
    expect(await ask(cookie)).toMatchObject({ status: 401, code: "signed_out" });
  });
});

describe("a request with the console's cookie", () => {
  const create = (cookie: string, headers: Sent["headers"]): Promise<Got> =>
    send("/api/keys", { method: "POST", body: { name: "planted" }, headers: { cookie, ...headers } });

  test("changes something only when our own page sent it", async () => {
    const cookie = await signedIn();
    expect((await create(cookie, {})).status).toBe(200);
    const foreign: readonly Sent["headers"][] = [
      { "x-rollward-console": null },
      { origin: null },
      { origin: "http://evil.example" },
      { origin: "null" },
      { origin: "http://127.0.0.1:1" },
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
    ];
    for (const headers of foreign) expect(await create(cookie, headers)).toMatchObject({ code: "foreign_request" });
    // A browser that knows no Fetch Metadata still sends the other two.
    expect((await create(cookie, { "sec-fetch-site": null })).status).toBe(200);
  });

  test("reads nothing for a page of another site", async () => {
    const cookie = await signedIn();
    for (const site of ["cross-site", "same-site"]) {
      expect(await ask(cookie, { "sec-fetch-site": site })).toMatchObject({ status: 403, code: "foreign_request" });
    }
    expect((await ask(cookie, { "sec-fetch-site": "none", "x-rollward-console": null, origin: null })).status).toBe(
      200,
    );
  });

  test("neither signs in nor out from another origin", async () => {
    const headers = { origin: "http://evil.example" };
    expect(await signIn({ key: ADMIN_KEY }, headers)).toMatchObject({ status: 403, cookie: null });
    const cookie = await signedIn();
    const out = await send("/api/console/session", { method: "DELETE", headers: { cookie, ...headers } });
    expect(out.code).toBe("foreign_request");
    expect((await ask(cookie)).status).toBe(200);
  });

  test("makes no calls: the data API knows keys only", async () => {
    const cookie = await signedIn();
    expect(await send("/v1/models", { headers: { cookie } })).toMatchObject({ status: 401, code: "key_missing" });
  });

  test("a key in the head comes first and needs no proof of a page", async () => {
    const headers = { authorization: `Bearer ${ADMIN_KEY}`, "x-rollward-console": null, origin: "http://evil.example" };
    expect((await create("rollward=nothing", headers)).status).toBe(200);
  });
});

test("after ten failed attempts in a minute an address is refused all but a good key, so that nobody is locked out", async () => {
  const own = await startServer({}, { clock: new HandClock(clock.now()) });
  try {
    const attempt = async (body: object): Promise<Response> =>
      fetch(`${own.url}/api/console/sessions`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-rollward-console": "1", origin: own.url },
        body: JSON.stringify(body),
      });
    for (let failures = 0; failures < 10; failures += 1) expect((await attempt({ key: "wrong" })).status).toBe(401);
    for (const body of [{ key: "wrong" }, { link: "a".repeat(64) }]) {
      const refused = await attempt(body);
      expect([refused.status, Number(refused.headers.get("retry-after"))]).toEqual([429, 60]);
    }
    expect((await attempt({ key: ADMIN_KEY })).status).toBe(200);
  } finally {
    await own.stop();
  }
});
