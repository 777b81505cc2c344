import type { FastifyInstance } from "fastify";
import type { z } from "zod";
import { diffReleasesRoute } from "../../contract/release-diff.ts";
import type { compatibilityView, releaseDiffView } from "../../contract/release-diff.ts";
import { RollwardError } from "../../domain/errors.ts";
import { conversationCompatibility } from "../../domain/release/compatibility.ts";
import type { PartCompatibility } from "../../domain/release/compatibility.ts";
import { diffReleases, formatDiff } from "../../domain/release/diff.ts";
import type { Change } from "../../domain/release/diff.ts";
import { targetName } from "../../domain/release/parts.ts";
import {
  comparePrices,
  PRICED_CALLS,
  PRICED_DAYS,
  PRICED_MS,
  priceWords,
  usagesOf,
  usdOf,
} from "../../domain/release/price-comparison.ts";
import type { PriceComparison, ReleasePrice } from "../../domain/release/price-comparison.ts";
import { renderSample, sampleVariables } from "../../domain/release/render-sample.ts";
import type { RenderedSample } from "../../domain/release/render-sample.ts";
import { releaseName } from "../../domain/release/release.ts";
import type { Release } from "../../domain/release/release.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import type { IncomingRequest } from "../../ports/dialect.ts";
import type { AdminTerms } from "./admin-terms.ts";
import { requireNamed } from "./place-of.ts";
import { priceIn } from "./price-in.ts";
import { serveRoute } from "./serve-route.ts";

type DiffView = z.input<typeof releaseDiffView>;

/** Two releases side by side. Nothing is changed by looking. */
export function releaseDiff(app: FastifyInstance, admin: AdminTerms): void {
  serveRoute(app, { gateway: admin.gateway, route: diffReleasesRoute }, async ({ body, ...place }) => {
    const [before, after] = [await namedRelease(admin, body.before), await namedRelease(admin, body.after)];
    const prompts = [before.content.prompt, after.content.prompt] as const;
    const variables = { ...sampleVariables(prompts), ...body.variables };
    const changes = diffReleases(before.content, after.content, admin.spellPolicies);
    return {
      before: releaseName(before),
      after: releaseName(after),
      same: changes.length === 0,
      text: formatDiff(changes),
      changes: changes.map(changeView),
      sample: sampleView(renderSample(...prompts, variables)),
      call: body.call === undefined ? null : await callSample(admin, { id: body.call, named: place.named, prompts }),
      compatibility: compatibilityOf(before, after),
      price: await pricesOf(admin, place, { before, after }),
    };
  });
}

async function namedRelease({ delivery }: AdminTerms, name: string): Promise<Release> {
  const [endpoint = "", number = ""] = name.split("@");
  const release = await delivery.releases.byNumber(endpoint, Number(number));
  if (release === null) throw new RollwardError("release_not_found", { release: name });
  return release;
}

const changeView = (change: Change): DiffView["changes"][number] =>
  change.kind === "text"
    ? { part: change.part, path: change.path, before: null, after: null, lines: [...change.lines] }
    : { part: change.part, path: change.path, before: change.before, after: change.after };

const sampleView = ({ variables, lines, missing }: RenderedSample): DiffView["sample"] => ({
  variables: { ...variables },
  lines: [...lines],
  missing,
});

interface CallToRender {
  readonly id: string;
  readonly named: string | null;
  readonly prompts: readonly [Release["content"]["prompt"], Release["content"]["prompt"]];
}

/** A recorded call rendered by both, with the values that it came with. */
async function callSample(admin: AdminTerms, { id, named, prompts }: CallToRender): Promise<DiffView["call"]> {
  const notThere = new RollwardError("call_not_found", { call: id });
  const facts = await admin.calls.facts(id);
  if (facts === null) throw notThere;
  requireNamed({ named }, facts.environment, notThere);
  const bytes = (await admin.calls.bodies(id))?.request ?? null;
  if (bytes === null)
    throw new RollwardError("invalid_request", {
      reason: `The bytes of ${id} are not kept (any more).`,
      param: "call",
    });
  const request = readRecorded(admin.gateway, facts.dialect, bytes);
  const note = "The request's own messages follow, the same for both.";
  return { id, sample: sampleView(renderSample(...prompts, request.variables)), note };
}

function readRecorded({ dialects }: Gateway, dialect: string, bytes: Uint8Array): IncomingRequest {
  const known = [...dialects.values()].find(({ name }) => name === dialect);
  const reason = `A call in the dialect ${dialect} has no prompt to render.`;
  if (known === undefined) throw new RollwardError("invalid_request", { reason, param: "call" });
  return known.read(Buffer.from(bytes));
}

const partView = ({ verdict, changes }: PartCompatibility): z.input<typeof compatibilityView>["output"] => ({
  verdict,
  changes: changes.map(({ path, isBreaking, what }) => ({ path, breaking: isBreaking, what })),
});

function compatibilityOf(before: Release, after: Release): z.input<typeof compatibilityView> {
  const { verdict, tools, output, variables, reasons } = conversationCompatibility(before.content, after.content);
  return {
    verdict,
    tools: tools.tools.map((tool) => ({ name: tool.name, status: tool.status, ...partView(tool) })),
    output: partView(output),
    variables: partView(variables),
    reasons: [...reasons],
  };
}

async function pricesOf(
  admin: AdminTerms,
  { environment, gateway }: { readonly environment: string; readonly gateway: Gateway },
  { before, after }: { readonly before: Release; readonly after: Release },
): Promise<DiffView["price"]> {
  const since = gateway.clock.now() - PRICED_MS;
  const priced = { environment, endpoint: before.endpoint, since, outcome: "ok", limit: PRICED_CALLS } as const;
  const calls = await admin.calls.list(priced);
  const contents = { before: before.content, after: after.content };
  const compared = comparePrices(contents, usagesOf(calls), (target) => priceIn(gateway.settings(), target));
  return {
    calls: compared.calls,
    days: PRICED_DAYS,
    mean_tokens: meanView(compared),
    before: priceView(compared.before),
    after: priceView(compared.after),
    change: compared.change,
    words: priceWords(compared, PRICED_DAYS),
  };
}

const meanView = ({ mean }: PriceComparison): DiffView["price"]["mean_tokens"] =>
  mean === null
    ? null
    : {
        input: mean.input,
        cached_input: mean.cachedInput,
        cache_write: mean.cacheWrite,
        output: mean.output,
        reasoning: mean.reasoning,
      };

/** Pico-dollars for a token are millionths of a dollar for a million. */
const MILLION = 1_000_000;

const priceView = ({ target, perThousand, price }: ReleasePrice): DiffView["price"]["before"] => ({
  model: target === null ? "–" : targetName(target),
  usd: usdOf(perThousand),
  input_per_million: price === null ? null : Number(price.input) / MILLION,
  output_per_million: price === null ? null : Number(price.output) / MILLION,
});
