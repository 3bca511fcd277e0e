import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { drawGrid, type GridContent, gridHeight } from "./grid_drawing.ts";

/** Pictures in a box that scrolls. Only what shows is drawn, so that a million of them cost as much as a hundred. */
export function ImageGrid(
  { content, label }: { content: GridContent; label: string },
): ComponentChildren {
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const spacer = useRef<HTMLDivElement>(null);
  // Unlike other effects, these end with the box itself: nothing is drawn when it is gone.
  useLayoutEffect(() => {
    const [scroller, paper] = [box.current!, canvas.current!];
    let frame = 0;
    const draw = () => {
      frame = 0;
      // The canvas sticks to the top of the box, so the spacer makes up for the rest of the height.
      const { clientWidth, clientHeight, scrollTop } = scroller;
      paper.style.height = `${clientHeight}px`;
      const height = Math.max(0, gridHeight(content, clientWidth) - clientHeight);
      spacer.current!.style.height = `${height}px`;
      drawGrid(paper, content, { top: scrollTop, ratio: devicePixelRatio });
    };
    const schedule = () => frame ||= requestAnimationFrame(draw);
    const resized = new ResizeObserver(schedule);
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    resized.observe(scroller);
    scheme.addEventListener("change", schedule);
    scroller.addEventListener("scroll", schedule, { passive: true });
    scroller.scrollTop = 0;
    schedule();
    return () => {
      cancelAnimationFrame(frame);
      resized.disconnect();
      scheme.removeEventListener("change", schedule);
      scroller.removeEventListener("scroll", schedule);
    };
  }, [content]);
  return (
    <div class="grid" ref={box} tabIndex={0} role="region" aria-label={label}>
      <canvas ref={canvas} role="img" aria-label={label} />
      <div class="grid-spacer" ref={spacer} />
    </div>
  );
}
