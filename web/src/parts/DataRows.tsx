import type { ComponentChildren } from "preact";
import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { Rows } from "../../../core/dataset/dataset.ts";
import type { Manifest } from "../../../core/dataset/manifest.ts";
import { classCounts, imageShape, largest, rowsOf } from "../models/image_grid.ts";
import { formatInteger } from "./format.ts";
import { ImageGrid } from "./ImageGrid.tsx";
import { RowsTable } from "./RowsTable.tsx";

/** With more classes than this the buttons would be longer than the pictures. */
const MAX_CHIPS = 100;

/** A data set: pictures where it is pictures, otherwise a table. `what` names it where it is read out. */
export function DataRows(
  { rows, manifest, what }: { rows: Rows; manifest: Manifest; what: string },
): ComponentChildren {
  const shape = imageShape(manifest.input);
  const chosen = useSignal<number | undefined>(undefined);
  const { classes = [] } = manifest;
  const { values, labels } = rows;
  const counts = useMemo(() => classCounts(labels, classes.length), [labels]);
  const scale = useMemo(() => 255 / largest(values), [values]);
  const content = useMemo(() =>
    shape && {
      shape,
      values,
      scale,
      rows: rowsOf(labels, chosen.value),
      labelOf: (row: number) => classes[labels[row]!] ?? String(labels[row]),
    }, [values, chosen.value]);
  if (content === undefined) return <RowsTable rows={rows} manifest={manifest} what={what} />;
  const label = `${what}: ${formatInteger(content.rows.length)} images with their labels`;
  return (
    <div class="stack-small">
      {classes.length > 0 && classes.length <= MAX_CHIPS && (
        <div class="chips" role="group" aria-label={`${what}: show one class`}>
          <Chip
            label="All"
            count={labels.length}
            chosen={chosen.value === undefined}
            onClick={() =>
              chosen.value = undefined}
          />
          {classes.map((name, index) => (
            <Chip
              key={name}
              label={name}
              count={counts[index]!}
              chosen={chosen.value === index}
              onClick={() => chosen.value = index}
            />
          ))}
        </div>
      )}
      <ImageGrid content={content} label={label} />
    </div>
  );
}

function Chip(
  { label, count, chosen, onClick }: {
    label: string;
    count: number;
    chosen: boolean;
    onClick: () => void;
  },
): ComponentChildren {
  return (
    <button type="button" class="chip" aria-pressed={chosen} onClick={onClick}>
      {label} <span class="muted">{formatInteger(count)}</span>
    </button>
  );
}
