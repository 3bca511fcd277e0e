import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Point } from "../models/history.ts";
import { drawHistory, type HistoryDrawing } from "./history_drawing.ts";
import { formatScore } from "./format.ts";

/** The history as a chart; the table beside it says the same to those who cannot see it. */
export function HistoryChart({ points }: { points: Point[] }): ComponentChildren {
  const canvas = useRef<HTMLCanvasElement>(null);
  const drawing = useRef<HistoryDrawing | undefined>(undefined);
  useEffect(() => {
    const created = drawing.current = drawHistory(canvas.current!);
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    scheme.addEventListener("change", created.recolour);
    return () => {
      scheme.removeEventListener("change", created.recolour);
      created.destroy();
    };
  }, []);
  useEffect(() => drawing.current?.show(points), [points]);
  const last = points.at(-1)!;
  const label = `Scores of ${points.length} submissions; the best is ${formatScore(last.best)}`;
  return (
    <div class="chart">
      <canvas ref={canvas} role="img" aria-label={label} />
    </div>
  );
}
