import type { Change } from "./change.ts";

const PREFIX = "breaker:";

/** The id of a breaker that opened or closed: of replicas whose breakers turn within the same minute the same. */
export const breakerId = ({
  environment,
  model,
  isOpen,
  minute,
}: {
  readonly environment: string;
  readonly model: string;
  readonly isOpen: boolean;
  readonly minute: number;
}): string => `${PREFIX}${environment}:${model}:${isOpen ? "open" : "closed"}:${minute}`;

/** Whether a change is that a breaker opened or closed: a sign of trouble rather than somebody's doing. */
export const isOfBreaker = ({ kind, id }: Pick<Change, "kind" | "id">): boolean =>
  kind === "provider" && id.startsWith(PREFIX);
