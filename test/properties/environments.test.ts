import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createScopedBudgetBank } from "../../src/adapters/environments/scoped-budget-bank.ts";
import { createRouteTable } from "../../src/adapters/routes/route-table.ts";
import { createMemoryBudgetBank } from "../../src/adapters/stores/memory/memory-budget-bank.ts";
import { SharedMeter } from "../../src/adapters/limiters/shared-meter.ts";
import { subjectKey, subjectOfKey } from "../../src/domain/access/pause.ts";
import type { PauseSubject } from "../../src/domain/access/pause.ts";
import { accountsOf } from "../../src/domain/budgets/budget-rule.ts";
import type { BudgetRule } from "../../src/domain/budgets/budget-rule.ts";
import { cacheKey } from "../../src/domain/cache/cache-key.ts";
import { meaningGroup } from "../../src/domain/cache/meaning-partition.ts";
import { claimsOf } from "../../src/domain/limits/limit-rule.ts";
import type { CallSubjects } from "../../src/domain/limits/call-subjects.ts";
import { purityId } from "../../src/domain/results/purity.ts";
import { resultKey } from "../../src/domain/results/result-key.ts";
import { scoped, scopeOf, unscoped } from "../../src/domain/traffic/environment-scope.ts";
import type { Route } from "../../src/domain/traffic/route.ts";
import { plug } from "../../src/main/plug.ts";
import type { KeptRoute } from "../../src/domain/routing/decide-route.ts";
import { openMemoryStores } from "../../src/adapters/stores/memory/open-memory-stores.ts";
import { releaseOf } from "../contracts/store-samples.ts";

/** Names as a configuration may have them. */
const name = fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,12}$/);
const text = fc.string({ maxLength: 20, unit: "binary" });
/** Two environments and the server's own, which may be one of them or neither. */
const places = fc
  .tuple(name, name, name)
  .filter(([one, other]) => one !== other)
  .chain(([one, other, third]) =>
    fc.record({ one: fc.constant(one), other: fc.constant(other), own: fc.constantFrom(one, other, third) }),
  );
const caller = fc.record({
  tenant: fc.option(text),
  keyId: text,
  user: fc.option(text),
  endpoint: fc.option(name),
  model: fc.option(text),
});
/** Tells nobody. */
const QUIET = { decided: () => {}, troubled: () => {}, recovered: () => {} };
const callers = fc.tuple(caller, caller);
const per = fc.constantFrom("environment", "tenant", "key", "user", "endpoint", "model" as const);

const callIn = (environment: string, rest: Omit<CallSubjects, "environment">): CallSubjects => ({
  environment,
  ...rest,
});

describe("two environments of one server", () => {
  test("never have the name of a limit in common, whoever calls and however the rules are called", () => {
    fc.assert(
      fc.property(
        places,
        fc.record({ ruleOne: name, ruleOther: name, by: per }),
        callers,
        ({ one, other, own }, { ruleOne, ruleOther, by }, [a, b]) => {
          const rule = { per: by, only: {}, requests: null, tokens: null, concurrent: 1 };
          const nameIn = (environment: string, ruleName: string, who: typeof a): readonly string[] =>
            claimsOf([{ ...rule, name: ruleName }], callIn(environment, who)).map((claim) =>
              scoped(scopeOf(environment, own), new SharedMeter(claim, "concurrent").name),
            );
          const [first] = nameIn(one, ruleOne, a);
          fc.pre(first !== undefined);
          expect(nameIn(other, ruleOther, b)).not.toContain(first);
        },
      ),
    );
  });

  test("never draw from one account, and see none of each other's", async () => {
    const budget: BudgetRule = {
      name: "all",
      per: "environment",
      window: "total",
      limitPico: 100n,
      only: {},
      atLimit: "refuse",
      whenUnreachable: "refuse",
    };
    await fc.assert(
      fc.asyncProperty(
        places,
        fc.record({ a: name, b: name, by: per }),
        callers,
        async ({ one, other, own }, { a, b, by }, [who, whoElse]) => {
          const bank = createMemoryBudgetBank();
          const order = (environment: string, rule: string, caller: typeof who) =>
            accountsOf([{ ...budget, name: rule, per: by }], callIn(environment, caller), 0).map((account) => ({
              account: account.id,
              budget: account.budget,
              subject: account.subject,
              lease: "rep_1.1",
              endsAt: null,
              limitPico: 100n,
              grantedPico: 0n,
              settledPico: 60n,
              returnedPico: 0n,
              needPico: 0n,
              pendingPico: 0n,
              aheadPico: 0n,
              refused: false,
              toldPercent: 0,
            }));
          const [bankOne, bankOther] = [one, other].map((each) => createScopedBudgetBank(bank, scopeOf(each, own)));
          const [orderOne, orderOther] = [order(one, a, who), order(other, b, whoElse)];
          fc.pre(orderOne.length > 0 && orderOther.length > 0 && bankOne !== undefined && bankOther !== undefined);
          const [answer] = (await bankOne?.exchange(orderOne)) ?? [];
          const [answerOther] = (await bankOther?.exchange(orderOther)) ?? [];
          expect([answer?.roomPico, answerOther?.roomPico]).toEqual([40n, 40n]);
          expect(answer?.account).toBe(orderOne[0]?.account);
          const seen = (await bankOther?.list(0, 10, "rep_1")) ?? [];
          expect(seen.map(({ account }) => account)).toEqual(orderOther.map(({ account }) => account));
        },
      ),
      { numRuns: 50 },
    );
  });

  test("never have the key of an answer, a meaning or a result in common", () => {
    const parts = fc.record({ scope: text, endpoint: name, releaseDigest: text });
    fc.assert(
      fc.property(places, parts, parts, ({ one, other }, a, b) => {
        const request = { form: "own", dialect: "openai-chat", body: {}, features: null } as const;
        const answerIn = (environment: string, rest: typeof a) =>
          cacheKey({ ...rest, environment, request, labels: {}, numbers: [] });
        const [first, second] = [answerIn(one, a), answerIn(other, b)];
        fc.pre(first !== null && second !== null);
        expect(first).not.toBe(second);
        expect(meaningGroup({ ...wellFormed(a), environment: one, embedder: "local" })).not.toBe(
          meaningGroup({ ...wellFormed(b), environment: other, embedder: "local" }),
        );
        const source = { kind: "tool", name: "look-up" } as const;
        const result = (environment: string, { endpoint, scope }: typeof a) =>
          resultKey({
            endpoint,
            source,
            scope: scope.toWellFormed(),
            environment,
            version: "1",
            asked: {},
            numbers: [],
          });
        expect(result(one, a)).not.toBe(result(other, b));
        expect(purityId({ endpoint: a.endpoint, source }, { environment: one, definition: "" })).not.toBe(
          purityId({ endpoint: b.endpoint, source }, { environment: other, definition: "" }),
        );
      }),
    );
  });

  test("have names in shared stores that lead back to the one they are of, and to no other", () => {
    fc.assert(
      fc.property(places, name, name, ({ one, other, own }, a, b) => {
        const [scopeOne, scopeOther] = [scopeOf(one, own), scopeOf(other, own)];
        expect(scoped(scopeOne, a)).not.toBe(scoped(scopeOther, b));
        expect(unscoped(scopeOne, scoped(scopeOne, a))).toBe(a);
        expect(unscoped(scopeOther, scoped(scopeOne, a))).toBeNull();
      }),
    );
  });

  test("stop each other's calls by no subject, and every subject is read as it was written", () => {
    const subject = fc.oneof(
      fc.constant<PauseSubject>({ type: "everything" }),
      fc.record({ type: fc.constantFrom("endpoint", "tenant", "key" as const), name: text }),
    );
    fc.assert(
      fc.property(fc.tuple(fc.option(name), fc.option(name)), fc.tuple(subject, subject), ([one, other], [a, b]) => {
        const inside = (environment: string | null, what: PauseSubject): PauseSubject =>
          environment === null ? what : { ...what, environment };
        expect(subjectOfKey(subjectKey(inside(one, a)))).toEqual(inside(one, a));
        if (one !== other) expect(subjectKey(inside(one, a))).not.toBe(subjectKey(inside(other, b)));
      }),
    );
  });

  test("remember the sides and the routes of sessions apart, whatever sessions are called", () => {
    const { environments } = plug(openMemoryStores(), QUIET, { environment: {} });
    fc.assert(
      fc.property(places, name, text, ({ one, other }, endpoint, session) => {
        const [here, there] = [environments.of(one).gateway, environments.of(other).gateway];
        const unit = `${session} of ${one}`;
        here.pins.set(endpoint, unit, { rolloutId: "rol_1", arm: "candidate" });
        here.sessionRoutes.set(endpoint, unit, { route: "cheap" } as unknown as KeptRoute);
        expect(there.pins.get(endpoint, unit)).toBeUndefined();
        expect(there.sessionRoutes.get(endpoint, unit)).toBeUndefined();
        expect(here.pins.get(endpoint, unit)?.arm).toBe("candidate");
      }),
      { numRuns: 50 },
    );
  });

  test("have routes of their own: what is published, tripped or read in one is not in the other", () => {
    fc.assert(
      fc.property(places, name, fc.tuple(fc.nat(9), fc.nat(9)), ({ one, other }, endpoint, [epochOne, epochOther]) => {
        const table = createRouteTable();
        const routeIn = (environment: string, epoch: number): Route => ({
          channel: { endpoint, environment },
          epoch,
          stable: releaseOf(endpoint, environment),
          split: null,
          draining: null,
        });
        const read = table.of(() => one);
        table.publish(routeIn(other, epochOther));
        expect(read.byEndpoint(endpoint)).toBeUndefined();
        table.publish(routeIn(one, epochOne));
        expect(read.all().map(({ channel, epoch }) => [channel.environment, epoch])).toEqual([[one, epochOne]]);
        expect(table.byChannel({ endpoint, environment: other })?.epoch).toBe(epochOther);
        expect(table.all()).toHaveLength(2);
      }),
    );
  });
});

const wellFormed = <T extends Readonly<Record<string, string>>>(parts: T): T =>
  Object.fromEntries(Object.entries(parts).map(([key, value]) => [key, value.toWellFormed()])) as unknown as T;
