import type { FastifyInstance } from "fastify";
import { listSessions, showSession } from "../../contract/sessions.ts";
import type { FoundSession } from "../../ports/call-index.ts";
import type { AdminTerms } from "./admin-terms.ts";
import { callSearchOf } from "./call-search-of.ts";
import { callLineOf } from "./call-view-of.ts";
import { feedbackViewOf } from "./feedback.ts";
import { instantOf } from "./instant-of.ts";
import { serveRoute } from "./serve-route.ts";

const MICRO_PER_DOLLAR = 1_000_000;

/** Sessions: what several calls of one conversation came to. */
export function sessions(app: FastifyInstance, admin: AdminTerms): void {
  const { gateway, callIndex } = admin;

  serveRoute(app, { gateway, route: listSessions }, async ({ query, environment }) => {
    const { after, limit } = query;
    const search = await callSearchOf(query, environment, admin.feedback);
    const found = await callIndex.sessions(search, { limit, ...(after !== undefined && { after }) });
    const data = found.sessions.map((one) => ({ session: one.session, ...sumsOf(one), last: callLineOf(one.last) }));
    return { data, next: found.next, behind: found.behind };
  });

  serveRoute(app, { gateway, route: showSession }, async ({ query, environment }) => {
    const { session, after, limit } = query;
    const search = { facets: { environment: [environment] }, session };
    const page = { order: "oldest", limit, wantsText: true, ...(after !== undefined && { after }) } as const;
    const { calls } = await callIndex.find(search, page);
    const { sessions: found } = await callIndex.sessions(search, { limit: 1 });
    const said = await admin.feedback.list({ session, environment, limit: 100 });
    const [total] = found;
    const served = Map.groupBy(calls, ({ facts }) => `${facts.arm ?? "–"}\n${facts.release ?? facts.requestedModel}`);
    return {
      session,
      total: total === undefined ? null : sumsOf(total),
      users: [...new Set(calls.flatMap(({ facts: { user } }) => (user === undefined ? [] : [user])))],
      arms: [...served].map(([name, own]) => {
        const [arm = "–", release = "–"] = name.split("\n");
        return { arm, release, calls: own.length };
      }),
      calls: calls.map(callLineOf),
      feedback: said.map(feedbackViewOf),
    };
  });
}

const sumsOf = ({ calls, failed, firstAt, lastAt, costMicro, tokens }: FoundSession) => ({
  calls,
  failed,
  first_at: instantOf(firstAt),
  last_at: instantOf(lastAt),
  cost_usd: costMicro / MICRO_PER_DOLLAR,
  tokens,
});
