import type { NotifierAnswer } from "../../ports/notifier.ts";

/** A secret of the environment, or that it is not there. */
export function readSecret(
  variables: Readonly<Record<string, string | undefined>>,
  name: string,
): { readonly text: string } | Extract<NotifierAnswer, { readonly isSent: false }> {
  const text = variables[name]?.trim() ?? "";
  if (text !== "") return { text };
  return { isSent: false, trouble: `the environment variable ${name} is not set on this server`, isFinal: true };
}
