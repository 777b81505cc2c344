import { useNavigate } from "@tanstack/react-router";
import { Command } from "cmdk";
import { Footprints, Package, Rocket, Route } from "lucide-react";
import type { ReactNode } from "react";
import { useState } from "react";
import type { listEndpoints } from "../../src/contract/endpoints.ts";
import type { listRollouts } from "../../src/contract/rollouts.ts";
import { standingOf } from "../features/rollouts/rollout-state.tsx";
import { releasePath } from "../features/rollouts/rollout-title.tsx";
import { useApi } from "../lib/use-api.ts";
import { chooseTheme } from "../lib/theme.ts";
import { Dialog } from "../ui/dialog.tsx";
import { Kbd } from "../ui/kbd.tsx";
import { NAV_PAGES, onlyEnvironment } from "./nav-links.tsx";
import { matches } from "./matches.ts";
import { releaseIn } from "./release-in.ts";
import { openShellPanel } from "./shell-panels.ts";

const HEAD =
  "[&_[cmdk-group-heading]]:px-3 [&_[cmdk-group-heading]]:pt-3 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-2xs [&_[cmdk-group-heading]]:font-medium [&_[cmdk-group-heading]]:text-faint";

/** Finds whatever has a name: pages, endpoints, releases, rollouts. */
export function Palette() {
  const navigate = useNavigate();
  const [typed, setTyped] = useState("");
  const close = (): void => openShellPanel(null);
  const go = (to: string): void => {
    close();
    void navigate({ to, search: onlyEnvironment });
  };
  return (
    <Dialog open title="Find" bareHead onClose={close}>
      <Command label="Find" loop filter={matches} className="flex flex-col">
        <Command.Input
          data-first
          value={typed}
          onValueChange={setTyped}
          placeholder="A page, an endpoint, a rollout …"
          className="h-12 border-b border-line bg-transparent px-4 text-base outline-none placeholder:text-faint"
        />
        <Command.List className="max-h-[55dvh] overflow-y-auto p-1.5">
          <Command.Empty className="px-3 py-8 text-center text-sm text-dim">Nothing has that name.</Command.Empty>
          <Command.Group heading="Pages" className={HEAD}>
            {NAV_PAGES.map(({ path, nav: { label, icon: Icon, key } }) => (
              <Line key={path} value={label} icon={<Icon size={15} />} onSelect={() => go(path)}>
                {label}
                <span className="ml-auto">
                  <Kbd keys={`g ${key}`} />
                </span>
              </Line>
            ))}
            <Line value="First steps" icon={<Footprints size={15} />} onSelect={() => go("/start")}>
              First steps
            </Line>
          </Command.Group>
          <Names typed={typed} go={go} />
          <Command.Group heading="Theme" className={HEAD}>
            {(["system", "light", "dark"] as const).map((theme) => (
              <Line
                key={theme}
                value={`theme ${theme}`}
                onSelect={() => {
                  chooseTheme(theme);
                  close();
                }}
              >
                Theme: {theme}
              </Line>
            ))}
          </Command.Group>
        </Command.List>
      </Command>
    </Dialog>
  );
}

function Names({ typed, go }: { typed: string; go: (to: string) => void }) {
  const endpoints = useApi<typeof listEndpoints>("/api/endpoints").data?.data ?? [];
  const named = releaseIn(typed);
  const isListed = endpoints.some(({ endpoint, stable }) => `${endpoint}@${stable.number}` === named?.name);
  const rollouts = useApi<typeof listRollouts>("/api/rollouts", { query: { limit: 20 } }).data?.data ?? [];
  return (
    <>
      <Command.Group heading="Endpoints" className={HEAD}>
        {endpoints.flatMap(({ endpoint, stable }) => [
          <Line
            key={endpoint}
            value={endpoint}
            icon={<Route size={15} />}
            onSelect={() => go(`/endpoints/${endpoint}`)}
          >
            {endpoint}
          </Line>,
          <Line
            key={stable.name}
            value={`release ${stable.name}`}
            icon={<Package size={15} />}
            onSelect={() => go(`/releases/${endpoint}/${stable.number}`)}
          >
            {stable.name}
          </Line>,
        ])}
        {named !== null && !isListed && endpoints.some(({ endpoint }) => endpoint === named.endpoint) && (
          <Line
            value={`release ${named.name}`}
            icon={<Package size={15} />}
            onSelect={() => go(releasePath(named.name))}
          >
            {named.name}
          </Line>
        )}
      </Command.Group>
      <Command.Group heading="Rollouts" className={HEAD}>
        {rollouts.map(({ id, stable, candidate, ...rollout }) => (
          <Line
            key={id}
            value={`rollout ${stable} ${candidate} ${id}`}
            icon={<Rocket size={15} />}
            onSelect={() => go(`/rollouts/${id}`)}
          >
            {stable} → {candidate}
            <span className="ml-auto text-xs text-faint">{standingOf(rollout)[1]}</span>
          </Line>
        ))}
      </Command.Group>
    </>
  );
}

interface LineProps {
  readonly value: string;
  readonly icon?: ReactNode;
  readonly onSelect: () => void;
  readonly children: ReactNode;
}

function Line({ value, icon, onSelect, children }: LineProps) {
  return (
    <Command.Item
      value={value}
      onSelect={onSelect}
      className="flex h-9 cursor-pointer items-center gap-2.5 rounded-md px-3 text-sm data-[selected=true]:bg-hover max-sm:h-11"
    >
      <span aria-hidden className="text-faint">
        {icon}
      </span>
      {children}
    </Command.Item>
  );
}
