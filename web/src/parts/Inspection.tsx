import type { ComponentChildren } from "preact";
import type { Inspection as Found, Layer } from "../work/prepare.ts";
import { Facts } from "./Facts.tsx";
import { formatBytes, formatInteger } from "./format.ts";
import { formatShare } from "./weights_text.ts";

/** More layers than this would only make the page slow. */
const MAX_LAYERS = 200;

const FORMATS: Record<Found["format"], string> = {
  onnx: "ONNX",
  keras: "Keras (.keras), converted to ONNX here",
  h5: "Keras (.h5), converted to ONNX here",
  tfjs: "TensorFlow.js, converted to ONNX here",
};

/** What was found in a model's files. */
export function Inspection({ inspection }: { inspection: Found }): ComponentChildren {
  const { format, layers, parameters, macs, work, activations } = inspection;
  return (
    <details class="inspection">
      <summary>What is in the model</summary>
      <div class="stack-small">
        <Facts
          facts={[
            { name: "Format", value: FORMATS[format] },
            { name: "Parameters", value: formatInteger(parameters) },
            { name: "Multiply-accumulates", value: `${formatInteger(macs)} for each row` },
            { name: "Work for each row", value: ofMost(work, formatInteger) },
            {
              name: `Memory of ${formatInteger(activations.rows)} rows`,
              value: ofMost(activations, formatBytes),
            },
          ]}
        />
        <Layers layers={layers} rows={activations.rows} />
      </div>
    </details>
  );
}

function ofMost(
  { counted, most }: { counted: number; most: number },
  format: (value: number) => string,
): string {
  return `${format(counted)}, ${formatShare(counted / most)} of the ${format(most)} allowed`;
}

function Layers({ layers, rows }: { layers: Layer[]; rows: number }): ComponentChildren {
  const left = layers.length - MAX_LAYERS;
  return (
    <div class="layers-box" role="region" aria-label="Layers" tabIndex={0}>
      <table class="layers">
        <thead>
          <tr>
            <th scope="col">Layer</th>
            <th scope="col">Output for {formatInteger(rows)} rows</th>
            <th scope="col" class="number">Multiply-accumulates</th>
          </tr>
        </thead>
        <tbody>
          {layers.slice(0, MAX_LAYERS).map(({ operator, dims, macs }, i) => (
            <tr key={i}>
              <th scope="row">{operator}</th>
              <td>{dims.join(" × ")}</td>
              <td class="number">{macs === 0 ? "–" : formatInteger(macs)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {left > 0 && <p class="muted small">And {formatInteger(left)} more.</p>}
    </div>
  );
}
