import { Check } from "lucide-react";
import type { ReactNode } from "react";
import type { listEndpoints } from "../../../src/contract/endpoints.ts";
import { useApi } from "../../lib/use-api.ts";
import { useSearchState } from "../../lib/use-search.ts";
import { CodeBlock } from "../../ui/copy.tsx";
import { Link } from "../../ui/link.tsx";
import { Choice } from "../../ui/tabs.tsx";
import { useSeries, totalOf } from "../endpoints/use-series.ts";

const CLIENTS = [
  ["curl", "curl"],
  ["python", "Python"],
  ["node", "Node"],
  ["anthropic", "Anthropic SDK"],
] as const;

type Client = (typeof CLIENTS)[number][0];

/** A first call, as it is written with each client. */
function callText(client: Client, endpoint: string): string {
  const url = location.origin;
  const texts: Readonly<Record<Client, string>> = {
    curl: `curl ${url}/v1/chat/completions \\\n  -H "authorization: Bearer $ROLLWARD_KEY" -H "content-type: application/json" \\\n  -d '{"model":"${endpoint}","messages":[{"role":"user","content":"Hello"}]}'`,
    python: `from openai import OpenAI\n\nclient = OpenAI(base_url="${url}/v1", api_key=os.environ["ROLLWARD_KEY"])\nclient.chat.completions.create(model="${endpoint}", messages=[{"role": "user", "content": "Hello"}])`,
    node: `import OpenAI from "openai";\n\nconst client = new OpenAI({ baseURL: "${url}/v1", apiKey: process.env.ROLLWARD_KEY });\nawait client.chat.completions.create({ model: "${endpoint}", messages: [{ role: "user", content: "Hello" }] });`,
    anthropic: `import Anthropic from "@anthropic-ai/sdk";\n\nconst client = new Anthropic({ baseURL: "${url}", apiKey: process.env.ROLLWARD_KEY });\nawait client.messages.create({ model: "${endpoint}", max_tokens: 300, messages: [{ role: "user", content: "Hello" }] });`,
  };
  return texts[client];
}

/** What to do first, with what is done already marked so. */
export function FirstSteps() {
  const endpoints = useApi<typeof listEndpoints>("/api/endpoints", { topics: ["routes", "rollouts"] });
  const series = useSeries({ hours: 24, stepSeconds: 3_600, by: "" });
  const data = endpoints.data?.data ?? [];
  const endpoint = data[0]?.endpoint ?? null;
  const calls = totalOf(series.data?.data ?? []).calls;
  return (
    <ol className="flex flex-col gap-6">
      <Step number={1} title="Apply a project" isDone={endpoint !== null}>
        <p>A project is a folder with prompts and one file, rollward.yaml. The example works without any provider.</p>
        <CodeBlock
          label="commands to apply the example"
          text={"export ROLLWARD_API_KEY=…   # the admin key\nrollward apply examples/support-bot/rollward.yaml"}
        />
      </Step>
      <Step number={2} title="Send a call" isDone={calls > 0}>
        <SendCall endpoint={endpoint ?? "support-bot"} />
      </Step>
      <Step
        number={3}
        title="Change the prompt and watch it roll out"
        isDone={data.some(({ rollout, stable }) => rollout !== null || stable.number > 1)}
      >
        <p>
          Edit a prompt file and apply again: the new release gets 1 % of sessions, then more, as evidence comes in.
          Harm rolls it back within a second, by itself.
        </p>
        <CodeBlock
          label="commands to change the prompt"
          text={`rollward apply examples/support-bot/release-2.yaml\nrollward rollout watch ${endpoint ?? "support-bot"}`}
        />
        <p>
          <Link to="/rollouts">Rollouts</Link> shows the same, with every test and its threshold.
        </p>
      </Step>
    </ol>
  );
}

function SendCall({ endpoint }: { endpoint: string }) {
  const [search, change] = useSearchState();
  const client = CLIENTS.find(([id]) => id === search["client"])?.[0] ?? "curl";
  return (
    <>
      <p>Any OpenAI or Anthropic SDK works: change its base URL. The model is the endpoint's name.</p>
      <Choice label="Client" options={CLIENTS} value={client} onChoose={(value) => change({ client: value })} />
      <CodeBlock
        label="command to make a key"
        text={`export ROLLWARD_KEY=$(rollward keys create "my application" --json | jq -r .secret)`}
      />
      <CodeBlock label={`a first call with ${client}`} text={callText(client, endpoint)} />
    </>
  );
}

interface StepProps {
  readonly number: number;
  readonly title: string;
  readonly isDone: boolean;
  readonly children: ReactNode;
}

function Step({ number, title, isDone, children }: StepProps) {
  return (
    <li className="flex gap-4">
      <span
        className={
          isDone
            ? "flex size-6 shrink-0 items-center justify-center rounded-full bg-ok-soft text-ok"
            : "flex size-6 shrink-0 items-center justify-center rounded-full border border-line-strong text-xs font-semibold"
        }
      >
        {isDone ? <Check size={14} strokeWidth={2.6} aria-label="done" /> : number}
      </span>
      <div className="flex min-w-0 flex-1 flex-col gap-2.5 text-sm text-dim">
        <h2 className="text-base leading-6 font-semibold text-ink">{title}</h2>
        {children}
      </div>
    </li>
  );
}
