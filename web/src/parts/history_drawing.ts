/** The history chart, drawn with Chart.js: only the parts that it needs. */
import {
  Chart,
  Filler,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  Tooltip,
} from "chart.js";
import type { Point } from "../models/history.ts";
import { formatScore, shortAddress } from "./format.ts";

Chart.register(Filler, LinearScale, LineController, LineElement, PointElement, Tooltip);

/** A chart on a canvas. */
export interface HistoryDrawing {
  /** Shows other points. */
  show(points: Point[]): void;
  /** Takes the colours of the page again. */
  recolour(): void;
  /** Leaves the canvas. */
  destroy(): void;
}

/** Draws on a canvas whose style has the colours: `color` for text, `accent-color` for the line, `border-color`. */
export function drawHistory(canvas: HTMLCanvasElement): HistoryDrawing {
  let shown: Point[] = [];
  const chart = new Chart(canvas, {
    type: "line",
    data: { datasets: [] },
    options: {
      animation: false,
      maintainAspectRatio: false,
      parsing: false,
      interaction: { mode: "nearest", axis: "x", intersect: false },
    },
  });

  function update(): void {
    const { color, accentColor, borderColor } = getComputedStyle(canvas);
    chart.data.datasets = [
      {
        data: shown.map(({ number, best }) => ({ x: number, y: best / 1000 })),
        stepped: "before",
        borderColor: accentColor,
        borderWidth: 2,
        pointRadius: 0,
        pointHitRadius: 0,
      },
      {
        data: shown.map(({ number, score }) => ({ x: number, y: score / 1000 })),
        showLine: false,
        pointBackgroundColor: shown.map(({ record }) => record ? accentColor : color),
        pointBorderWidth: 0,
        pointRadius: shown.length > 200 ? 2 : 4,
      },
    ];
    chart.options.scales = {
      x: axis({ title: "Submission", color, line: borderColor, whole: true }),
      y: axis({ title: "Score, %", color, line: borderColor, whole: false }),
    };
    chart.options.plugins = {
      tooltip: {
        displayColors: false,
        filter: ({ datasetIndex }) => datasetIndex === 1,
        callbacks: {
          title: ([item]) =>
            item === undefined ? "" : `Submission ${shown[item.dataIndex]?.number}`,
          label: ({ dataIndex }) => describe(shown[dataIndex]),
        },
      },
    };
    chart.update();
  }
  return {
    show(points) {
      shown = points;
      update();
    },
    recolour: update,
    destroy: () => chart.destroy(),
  };
}

function axis(
  { title, color, line, whole }: { title: string; color: string; line: string; whole: boolean },
) {
  return {
    type: "linear" as const,
    title: { display: true, text: title, color },
    ticks: { color, maxTicksLimit: 8, ...(whole ? { precision: 0 } : {}) },
    grid: { color: line },
    border: { color: line },
    offset: whole,
  };
}

function describe(point: Point | undefined): string[] {
  if (point === undefined) return [];
  const { score, best, author, epoch } = point;
  return [
    formatScore(score),
    `best so far ${formatScore(best)}`,
    `${shortAddress(author)}, epoch ${epoch + 1}`,
  ];
}
