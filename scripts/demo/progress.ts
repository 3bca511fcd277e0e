/** Progress on the terminal: one line for each phase, which counts up while it runs. */
import type { Style } from "../lib/table.ts";

/** Where progress goes. */
export interface ProgressOptions {
  /** Writes text as it is. */
  write: (text: string) => void;
  /** Whether a line can be written over. */
  terminal: boolean;
  style: Style;
}

/** Tells how far a phase has come. */
export type Report = (detail: string) => void;

/** Runs phases and shows each with its time. */
export class Progress {
  readonly #options: ProgressOptions;

  constructor(options: ProgressOptions) {
    this.#options = options;
  }

  /** Runs a phase. What it returns is the phase's result; the last detail that it reports stays on its line. */
  async phase<T>(title: string, run: (report: Report) => Promise<T>): Promise<T> {
    const { write, terminal, style } = this.#options;
    const startedAt = performance.now();
    let detail = "";
    const line = (mark: string) => {
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
      const text = `${mark} ${title}${detail === "" ? "" : `: ${detail}`}`;
      return `${text} ${style.dim(`(${seconds} s)`)}`;
    };
    const report = (next: string) => {
      detail = next;
      if (terminal) write(`\r\x1b[K${line("…")}`);
    };
    if (terminal) write(line("…"));
    try {
      const result = await run(report);
      write(`${terminal ? "\r\x1b[K" : ""}${line(style.green("✓"))}\n`);
      return result;
    } catch (error) {
      write(`${terminal ? "\r\x1b[K" : ""}${line(style.red("✗"))}\n`);
      throw error;
    }
  }

  /** Writes lines between the phases. */
  print(text: string): void {
    this.#options.write(`${text}\n`);
  }
}
