import type { FastifyInstance } from "fastify";
import type { z } from "zod";
import { listFeedback } from "../../contract/feedback.ts";
import type { feedbackView } from "../../contract/feedback.ts";
import type { FeedbackItem } from "../../domain/feedback/feedback.ts";
import type { FeedbackFilter, StoredFeedback } from "../../ports/feedback-store.ts";
import type { AdminTerms } from "./admin-terms.ts";
import { instantOf } from "./instant-of.ts";
import { serveRoute } from "./serve-route.ts";

/** What users, judges and applications have said. */
export function feedback(app: FastifyInstance, { gateway, feedback: store }: AdminTerms): void {
  serveRoute(app, { gateway, route: listFeedback }, async ({ query, environment }) => {
    const { rollout, call, since, ...rest } = query;
    const filter: FeedbackFilter = {
      environment,
      ...(Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)) as { limit: number }),
      ...(rollout !== undefined && { rolloutId: rollout }),
      ...(call !== undefined && { callId: call }),
      ...(since !== undefined && { since: Date.parse(since) }),
    };
    return { data: (await store.list(filter)).map(feedbackViewOf) };
  });
}

/** One thing that was said, on the wire. */
export const feedbackViewOf = (one: StoredFeedback): z.input<typeof feedbackView> => ({
  position: one.position,
  id: one.id,
  at: instantOf(one.at),
  key: one.keyId,
  call: one.callId,
  session: one.session,
  endpoint: one.endpoint,
  environment: one.environment,
  release: one.release,
  rollout: one.rolloutId,
  arm: one.arm,
  kind: one.item.kind,
  ...contentOf(one.item),
});

type Content = Pick<z.input<typeof feedbackView>, "name" | "value" | "judge" | "text">;

const NOTHING: Content = { name: null, value: null, judge: null, text: null };

function contentOf(item: FeedbackItem): Content {
  switch (item.kind) {
    case "thumbs":
      return { ...NOTHING, value: item.up ? 1 : 0 };
    case "problem":
      return { ...NOTHING, name: item.category, text: item.comment };
    case "score":
      return { ...NOTHING, name: item.name, value: item.value, judge: item.judge };
    case "correction":
      return { ...NOTHING, text: item.text };
    default:
      return { ...NOTHING, name: item.name, value: item.value };
  }
}
