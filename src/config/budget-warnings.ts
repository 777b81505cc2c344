import type { BudgetRule } from "../domain/budgets/budget-rule.ts";
import { releaseMaximum, LONGEST_ANSWER } from "../domain/limits/answer-maximum.ts";
import { dearestPrice, tiersFor } from "../domain/money/service-tier.ts";
import type { ModelTarget } from "../domain/release/release.ts";
import { usdText } from "../kit/usd-text.ts";
import type { EndpointSettings, ModelSettings, Project } from "./project.ts";
import { largerOf, smallerOf } from "../kit/larger-of.ts";

type Sources = Pick<Project, "providers" | "pools" | "endpoints" | "meters">;

/**
 * Sentences on budgets whose whole amount is less than what the answer of one single call of an endpoint may cost: such a call is
 * refused by an untouched budget too.
 */
export const budgetWarnings = (project: Sources): readonly string[] =>
  (project.meters?.budgets ?? []).flatMap((rule) =>
    [...project.endpoints.values()]
      .filter((endpoint) => isAboutEndpoint(rule, endpoint))
      .flatMap((endpoint) => {
        const pico = answerPico(project, rule, endpoint);
        return pico > rule.limitPico ? [sentence(rule, endpoint, pico)] : [];
      }),
  );

/** Whether calls of an endpoint take from the budget, and nobody else answers where it is empty. */
function isAboutEndpoint({ only, degradeTo }: BudgetRule, { name, content }: EndpointSettings): boolean {
  const [first] = content.models;
  if (degradeTo !== undefined && Object.hasOwn(degradeTo, name)) return false;
  if (only.models !== undefined && !only.models.includes(`${first?.provider}/${first?.model}`)) return false;
  return only.endpoints === undefined || only.endpoints.includes(name);
}

/** What one answer is held to cost by the model that the budget's calls must be able to pay, without their requests; pico-dollars. */
function answerPico(project: Sources, { atLimit }: BudgetRule, { content }: EndpointSettings): bigint {
  const maximum = releaseMaximum(content.parameters);
  // A call that names no tier is held to cost what the dearest would.
  const tiers = tiersFor(content.parameters?.["service_tier"]);
  const costs = content.models.map((target) =>
    settingsOf(project, target).reduce((dearest, { price, maxOutput }) => {
      const tokens = BigInt(maximum ?? maxOutput ?? LONGEST_ANSWER);
      // How long requests are is not known: the warning is of what even the shortest may cost.
      const { output, reasoning } = dearestPrice(price, { tiers, mostPrompt: 0 });
      return largerOf(dearest, tokens * largerOf(output, reasoning));
    }, 0n),
  );
  // Where a budget degrades, the cheapest of the release's own models will do.
  return atLimit === "degrade" ? costs.reduce(smallerOf) : costs.reduce(largerOf);
}

function settingsOf({ providers, pools }: Sources, { provider, model }: ModelTarget): readonly ModelSettings[] {
  const names = pools.get(provider)?.members.keys() ?? [provider];
  return [...names].flatMap((name) => providers.get(name)?.models.get(model) ?? []);
}

function sentence(
  { name, limitPico }: BudgetRule,
  { name: endpoint, content }: EndpointSettings,
  pico: bigint,
): string {
  const maximum = releaseMaximum(content.parameters);
  const calls = maximum === null ? `a call of ${endpoint} that sets no \`max_tokens\`` : `any call of ${endpoint}`;
  const advice =
    maximum === null ? "set `max_tokens` in the endpoint's `parameters`" : "lower the endpoint's `max_tokens`";
  return `The budget ${name} of ${usdText(limitPico, 6)} USD has no room for ${calls}: its answer may cost ${usdText(pico, 6)} USD, so that it is refused. Raise the budget, or ${advice}.`;
}
