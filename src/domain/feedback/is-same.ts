import { canonicalJson } from "../../kit/canonical-json.ts";
import type { Feedback } from "./feedback.ts";

/** What makes two pieces of feedback the same thing said of the same subject, whenever and by which key it was sent. */
type Content = Pick<Feedback, "callId" | "session" | "endpoint" | "environment" | "item">;

const contentOf = ({ callId, session, endpoint, environment, item }: Content): string =>
  canonicalJson({ callId, session, endpoint, environment, item });

/** Whether two pieces of feedback say the same of the same. */
export const isSame = (one: Content, other: Content): boolean => contentOf(one) === contentOf(other);
