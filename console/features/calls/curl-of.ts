import type { WholeCall } from "./timeline.tsx";

/** Where the dialects are spoken whose requests are one document. */
const ADDRESSES: Readonly<Record<string, string>> = {
  "openai-chat": "/v1/chat/completions",
  "openai-responses": "/v1/responses",
  "anthropic-messages": "/v1/messages",
  "openai-embeddings": "/v1/embeddings",
  "openai-completions": "/v1/completions",
  "openai-moderations": "/v1/moderations",
};

/** The request as a command line, with the key left to a variable; `null` where it is not kept or no document. */
export function curlOf({ dialect, bodies }: Pick<WholeCall, "dialect" | "bodies">): string | null {
  const body = bodies.request?.text;
  const path = ADDRESSES[dialect];
  if (body === undefined || path === undefined) return null;
  return [
    `curl -X POST '${location.origin}${path}'`,
    `-H "authorization: Bearer $ROLLWARD_API_KEY"`,
    "-H 'content-type: application/json'",
    `--data-binary '${body.replaceAll("'", "'\\''")}'`,
  ].join(" \\\n  ");
}
