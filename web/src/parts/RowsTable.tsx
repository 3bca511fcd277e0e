import type { ComponentChildren } from "preact";
import type { Rows } from "../../../core/dataset/dataset.ts";
import type { Manifest } from "../../../core/dataset/manifest.ts";
import { formatInteger } from "./format.ts";

const MAX_ROWS = 50;
const MAX_COLUMNS = 12;

/** The first rows of a data set that is no pictures. */
export function RowsTable(
  { rows, manifest, what }: { rows: Rows; manifest: Manifest; what: string },
): ComponentChildren {
  const { values, labels } = rows;
  const features = values.length / labels.length;
  const columns = Math.min(features, MAX_COLUMNS);
  const shown = Math.min(labels.length, MAX_ROWS);
  return (
    <div class="stack-small">
      <p class="muted small">
        The first {formatInteger(shown)} of {formatInteger(labels.length)} rows, and{" "}
        {formatInteger(columns)} of {formatInteger(features)} values of each
      </p>
      <div class="rows-table card" tabIndex={0} role="region" aria-label={`${what}: rows`}>
        <table class="board">
          <thead>
            <tr>
              <th scope="col">Row</th>
              <th scope="col">Label</th>
              {indices(columns).map((i) => <th key={i} scope="col" class="number">{i}</th>)}
            </tr>
          </thead>
          <tbody>
            {indices(shown).map((row) => (
              <tr key={row}>
                <td>{row}</td>
                <td>{manifest.classes?.[labels[row]!] ?? labels[row]}</td>
                {indices(columns).map((i) => (
                  <td key={i} class="number">{short(values[row * features + i]!)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

function indices(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

function short(value: number): string {
  return String(Number(value.toPrecision(6)));
}
