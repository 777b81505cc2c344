/** Units as Grafana names them. */
export type GrafanaUnit = "short" | "reqps" | "percentunit" | "s" | "currencyUSD" | "bytes" | "none";

/** One line of a panel. */
export interface Query {
  readonly expr: string;
  /** With labels in double braces. */
  readonly legend?: string;
}

/** One picture. */
export interface Panel {
  readonly title: string;
  readonly help?: string;
  readonly unit: GrafanaUnit;
  /** A number by itself, or lines over time. */
  readonly as?: "stat" | "timeseries";
  readonly stacked?: true;
  readonly queries: readonly Query[];
}

/** One page. */
export interface Dashboard {
  /** In addresses and file names. */
  readonly slug: string;
  readonly title: string;
  readonly panels: readonly Panel[];
}

const COLUMNS = 24;
const SIZES = { stat: { w: 4, h: 4 }, timeseries: { w: 12, h: 8 } } as const;
const DATASOURCE = { type: "prometheus", uid: "${datasource}" };

/** A dashboard as Grafana's JSON, with choices of the data source, environments and endpoints. */
export const dashboardJson = ({ slug, title, panels }: Dashboard): string =>
  `${JSON.stringify(
    {
      uid: `rollward-${slug}`,
      title: `Rollward / ${title}`,
      tags: ["rollward"],
      timezone: "browser",
      schemaVersion: 39,
      version: 1,
      editable: true,
      refresh: "30s",
      time: { from: "now-6h", to: "now" },
      links: [{ type: "dashboards", title: "Rollward", tags: ["rollward"], asDropdown: true }],
      templating: { list: [datasource, choice("environment"), choice("endpoint")] },
      panels: placed(panels),
    },
    null,
    2,
  )}\n`;

const datasource = { name: "datasource", label: "Data source", type: "datasource", query: "prometheus" };

const choice = (label: "environment" | "endpoint") => ({
  name: label,
  label: label === "environment" ? "Environment" : "Endpoint",
  type: "query",
  datasource: DATASOURCE,
  query: { query: `label_values(rollward_calls_total, ${label})`, refId: label },
  refresh: 2,
  multi: true,
  includeAll: true,
  allValue: ".*",
  current: { text: "All", value: "$__all" },
});

function placed(panels: readonly Panel[]): readonly object[] {
  let [x, y, rowHeight] = [0, 0, 0];
  return panels.map((panel, index) => {
    const { w, h } = SIZES[panel.as ?? "timeseries"];
    if (x + w > COLUMNS || (rowHeight !== 0 && rowHeight !== h)) {
      y += rowHeight;
      [x, rowHeight] = [0, 0];
    }
    const gridPos = { x, y, w, h };
    x += w;
    rowHeight = h;
    return panelJson(panel, index + 1, gridPos);
  });
}

function panelJson(
  { title, help, unit, as = "timeseries", stacked, queries }: Panel,
  id: number,
  gridPos: object,
): object {
  const custom = {
    fillOpacity: stacked ? 30 : 8,
    showPoints: "never",
    stacking: { mode: stacked ? "normal" : "none" },
  };
  return {
    id,
    type: as,
    title,
    ...(help !== undefined && { description: help }),
    datasource: DATASOURCE,
    gridPos,
    fieldConfig: { defaults: { unit, noValue: "no data", ...(as === "timeseries" && { custom }) }, overrides: [] },
    options:
      as === "stat"
        ? { reduceOptions: { calcs: ["lastNotNull"] }, colorMode: "none", graphMode: "area" }
        : { legend: { displayMode: "list", placement: "bottom" }, tooltip: { mode: "multi", sort: "desc" } },
    targets: queries.map(({ expr, legend }, index) => ({
      refId: String.fromCharCode(0x41 + index),
      datasource: DATASOURCE,
      expr,
      legendFormat: legend ?? "",
      range: true,
    })),
  };
}
