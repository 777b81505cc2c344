import { CodeView } from "../../ui/code-diff.tsx";
import { Facts } from "../../ui/facts.tsx";
import { Panel } from "../../ui/panel.tsx";

/** The members of a release's content that are shown by themselves. */
interface Content {
  readonly prompt?: { readonly messages?: readonly { readonly role: string; readonly template: string }[] } | null;
  readonly models?: readonly { readonly provider: string; readonly model: string }[];
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly tools?: readonly { readonly name: string; readonly description?: string | null }[];
}

/** What is in a release: prompt, models, parameters, tools, and the whole as it is hashed. */
export function ReleaseContent({ content }: { content: unknown }) {
  const { prompt, models = [], parameters = {}, tools = [] } = (content ?? {}) as Content;
  return (
    <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_20rem]">
      <div className="flex min-w-0 flex-col gap-4">
        <Panel title="Prompt">
          <div className="flex flex-col gap-4">
            {(prompt?.messages ?? []).map(({ role, template }, index) => (
              <div key={index}>
                <div className="mb-1 text-xs font-medium text-faint">{role}</div>
                <pre className="font-mono text-xs leading-5 break-words whitespace-pre-wrap">{template}</pre>
              </div>
            ))}
            {(prompt?.messages ?? []).length === 0 && (
              <p className="text-sm text-dim">This release adds no prompt: the application sends its own.</p>
            )}
          </div>
        </Panel>
        <Panel title="Everything, as it is hashed">
          <CodeView language="json" label="Content of the release" text={JSON.stringify(content, null, 2)} />
        </Panel>
      </div>
      <div className="flex flex-col gap-4 max-lg:order-first">
        <Panel title="Models">
          <ol className="flex flex-col gap-1.5 text-sm">
            {models.map(({ provider, model }, index) => (
              <li key={index} className="flex gap-2">
                <span className="text-faint">{index === 0 ? "first" : `then`}</span>
                <span className="break-all">
                  {provider}/{model}
                </span>
              </li>
            ))}
          </ol>
        </Panel>
        <Panel title="Parameters">
          <Facts rows={Object.entries(parameters).map(([name, value]) => [name, JSON.stringify(value)] as const)} />
          {Object.keys(parameters).length === 0 && <p className="text-sm text-dim">The application's own</p>}
        </Panel>
        {tools.length > 0 && (
          <Panel title="Tools">
            <Facts rows={tools.map(({ name, description }) => [name, description ?? ""] as const)} />
          </Panel>
        )}
      </div>
    </div>
  );
}
