import "uplot/dist/uPlot.min.css";
import { useEffect, useEffectEvent, useMemo, useRef, useState } from "react";
import uPlot from "uplot";
import { useIsDark } from "../lib/theme.ts";
import { dayTime, useNow } from "../lib/time.ts";
import type { ChartLine, LineChartProps } from "./line-chart.tsx";

const ARM_COLOURS = { stable: "--color-stable", candidate: "--color-candidate", shadow: "--color-shadow" } as const;
const TURNS = ["--color-stable", "--color-candidate", "--color-ok", "--color-warn", "--color-shadow", "--color-bad"];
/** Lines differ by stroke too: a colour never says anything alone. */
const DASHES = [[], [6, 3], [2, 3], [10, 3, 2, 3], [4, 4], [1, 2]];

/** A token's colour as a canvas understands it: `light-dark()` is resolved by the browser. */
function colourOf(token: string, element: HTMLElement): string {
  element.style.color = `var(${token})`;
  const { color } = getComputedStyle(element);
  element.style.color = "";
  return color;
}

const tokenOf = ({ arm }: ChartLine, index: number): string =>
  arm === undefined ? (TURNS[index % TURNS.length] ?? "--color-ink") : ARM_COLOURS[arm];

function seriesOf(lines: readonly ChartLine[], element: HTMLElement): uPlot.Series[] {
  return lines.map((line, index) => ({
    label: line.label,
    stroke: colourOf(tokenOf(line, index), element),
    width: 1.5,
    dash: line.arm === "stable" ? [] : line.arm === "candidate" ? [] : (DASHES[index % DASHES.length] ?? []),
    points: { show: line.values.length < 3 },
    spanGaps: false,
  }));
}

function axesOf(element: HTMLElement, format: LineChartProps["format"]): uPlot.Axis[] {
  const stroke = colourOf("--color-faint", element);
  const grid = { stroke: colourOf("--color-line", element), width: 1 };
  const font = `11px ${getComputedStyle(element).fontFamily}`;
  const base = { stroke, font, ticks: { show: false }, grid };
  return [
    {
      ...base,
      size: 26,
      grid: { show: false },
      values: (_, splits) => splits.map((at) => dayTime(at * 1_000, Date.now())),
    },
    { ...base, size: 64, values: (_, splits) => splits.map((value) => format(value)) },
  ];
}

/** Draws a plot into an element and keeps it in step; answers with the place and with the step under the pointer. */
function usePlot({ times, lines, format, height = 180, marks = [] }: LineChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const isDark = useIsDark();
  const [at, setAt] = useState<number | null>(null);
  const shape = JSON.stringify([lines.map((line) => [line.label, line.arm]), marks, isDark, height]);
  const data = useMemo(() => [times.map((time) => time / 1_000), ...lines.map(({ values }) => values)], [times, lines]);
  const draw = useEffectEvent((element: HTMLElement) => {
    const options: uPlot.Options = {
      width: element.clientWidth,
      height,
      legend: { show: false },
      cursor: { y: false, points: { size: 7 } },
      padding: [8, 8, 0, 0],
      series: [{}, ...seriesOf(lines, element)],
      axes: axesOf(element, format),
      scales: { y: { range: (_, low, high) => [Math.min(0, low), high <= 0 ? 1 : high * 1.1] } },
      hooks: {
        setCursor: [(self) => setAt(self.cursor.idx ?? null)],
        draw: [(self) => drawMarks(self, marks, colourOf("--color-warn", element))],
      },
    };
    return new uPlot(options, data as uPlot.AlignedData, element);
  });
  const plot = useRef<uPlot | null>(null);
  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const made = draw(element);
    plot.current = made;
    const sizes = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }));
    sizes.observe(element);
    return () => {
      sizes.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [shape, height]);
  useEffect(() => plot.current?.setData(data as uPlot.AlignedData), [data]);
  return { place, at };
}

/** The plot itself; see `LineChart`. */
export function LinePlot(props: LineChartProps) {
  const { label, times, lines, format } = props;
  const { place, at } = usePlot(props);
  const now = useNow();
  const shown = at ?? times.length - 1;
  return (
    <figure className="min-w-0">
      <div ref={place} role="img" aria-label={label} className="min-w-0" />
      <figcaption className="flex min-h-5 flex-wrap gap-x-4 px-4 text-2xs text-dim">
        <span className="text-faint">{times[shown] === undefined ? "" : dayTime(times[shown], now)}</span>
        {lines.map((line, index) => (
          <span key={line.label} className="inline-flex items-center gap-1.5">
            <span
              aria-hidden
              className="h-0.5 w-3 rounded-full"
              style={{ background: `var(${tokenOf(line, index)})` }}
            />
            {line.label} <b className="font-medium text-ink">{format(line.values[shown] ?? null)}</b>
          </span>
        ))}
      </figcaption>
    </figure>
  );
}

function drawMarks(plot: uPlot, marks: LineChartProps["marks"] = [], colour: string): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.setLineDash([3, 3]);
  for (const { at } of marks) {
    const x = Math.round(plot.valToPos(at / 1_000, "x", true));
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
  }
  ctx.restore();
}
