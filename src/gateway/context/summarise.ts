import type { OutlineMessage } from "../../domain/call/outline.ts";
import { summaryRequest } from "../../domain/context/summary-request.ts";
import type { ModelTarget } from "../../domain/release/release.ts";
import { askAside } from "../attempt/ask-aside.ts";
import type { AsideReply } from "../attempt/ask-aside.ts";
import type { Gateway } from "../gateway.ts";
import type { OpenCall } from "../open-call.ts";

/** Longest a summary may take, ms. */
const SUMMARY_MS = 30_000;

/** What is to be summed up, and by whom. */
export interface Summing {
  readonly target: ModelTarget;
  readonly gone: readonly OutlineMessage[];
  /** Tokens that are kept free for the summary. */
  readonly room: number;
}

/**
 * A summary of the turns that are cut. The same turns have the same summary for as long as it is remembered: the
 * bytes before the rest of the conversation stay the same from turn to turn, and only the first one pays.
 */
export async function summarise(
  gateway: Gateway,
  call: OpenCall,
  { target, gone, room }: Summing,
): Promise<AsideReply> {
  const { summaries } = gateway;
  const request = summaryRequest(gone, room);
  const key = summaries.keyOf(`${target.provider}/${target.model}`, request);
  const known = summaries.get(key);
  if (known !== undefined) return { text: known, trouble: null, costPico: 0n };
  const reply = await askAside(gateway, call, { target, request, withinMs: SUMMARY_MS });
  const text = reply.text?.trim() ?? "";
  if (text === "") return { ...reply, text: null, trouble: reply.trouble ?? "it is empty" };
  summaries.keep(key, text);
  return { ...reply, text };
}
