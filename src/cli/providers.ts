import type { z } from "zod";
import { listProviders } from "../contract/providers.ts";
import type { providerModelView, providerView } from "../contract/providers.ts";
import { formatDuration } from "../kit/duration.ts";
import { ask } from "./ask.ts";
import type { AddCommand } from "./command-line.ts";
import { formatTable } from "./format-table.ts";

type Answer = z.output<typeof listProviders.answer>;
type ProviderView = z.output<typeof providerView>;
type ModelView = z.output<typeof providerModelView>;

/** `rollward providers`: who answers, and how it goes with them. */
export const providers: AddCommand = (program, line) => {
  program
    .command("providers")
    .description("configured providers: breakers, the last errors, keys that rest")
    .action(async () => {
      const answer = await ask(line.connection(), listProviders);
      if (line.json()) return line.say(JSON.stringify(answer));
      if (answer.data.length === 0) return line.say("No provider is configured.");
      const rows = answer.data.flatMap((provider) => provider.models.map((model) => rowOf(provider, model)));
      line.say(formatTable([["model", "kind", "breaker", "since", "last error", "keys"], ...rows]));
      for (const provider of answer.data) for (const text of restTexts(provider)) line.say(text);
      line.say(viewText(answer));
    });
};

const rowOf = ({ provider, kind, keys }: ProviderView, model: ModelView): readonly string[] => [
  `${provider}/${model.model}`,
  kind,
  breakerText(model),
  model.since ?? "",
  model.last_error === null ? "" : `${model.last_error.code} at ${model.last_error.at}`,
  String(keys.length),
];

/** One whose pause is long over says nothing of today, only that nobody has called since. */
const breakerText = ({ breaker, due, open_elsewhere: elsewhere }: ModelView): string => {
  const text = due ? `${breaker}, the next call tries it` : breaker;
  return elsewhere === 0 ? text : `${text} (not closed on ${serversText(elsewhere)})`;
};

const serversText = (servers: number): string => (servers === 1 ? "1 other server" : `${servers} other servers`);

const WHY = { "rate-limit": "too many requests", credentials: "it was refused" } as const;

const restTexts = ({ provider, keys }: ProviderView): readonly string[] =>
  keys.flatMap(({ key, variable, rests }) =>
    rests.map(
      ({ model, ms, why }) =>
        `Key ${key}${variable === null ? "" : ` (${variable})`} of ${provider} rests for ${model}: ${WHY[why]}, for another ${formatDuration(ms)}.`,
    ),
  );

const viewText = ({ server, others }: Answer): string =>
  others.length === 0
    ? `As the server ${server} sees it; no other server is known.`
    : `As the server ${server} sees it; what ${serversText(others.length)} said is counted with the breakers. Learned limits: rollward limits show.`;
