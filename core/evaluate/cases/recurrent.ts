import { float } from "../../model/onnx/build.ts";
import type { CaseTable } from "./case.ts";
import { bias, HIDDEN, layer, state } from "./layers.ts";

/** Recurrent layers: each direction, and what changes their arithmetic. */
export const RECURRENT_CASES: CaseTable = {
  "LSTM": layer("LSTM", { extras: bias("LSTM") }),
  "LSTM without bias": layer("LSTM"),
  "LSTM reverse": layer("LSTM", { attributes: { direction: "reverse" }, extras: bias("LSTM") }),
  "LSTM with state and peepholes": layer("LSTM", {
    extras: (g) => [...bias("LSTM")(g), "", state(g), state(g), g.wave([1, 3 * HIDDEN])],
  }),
  "LSTM with clip and other activations": layer("LSTM", {
    attributes: {
      clip: float(0.8),
      activations: ["HardSigmoid", "Softsign", "Relu"],
      activation_alpha: Float32Array.of(0.2),
      activation_beta: Float32Array.of(0.5),
    },
    extras: bias("LSTM"),
  }),
  "LSTM with coupled gates": layer("LSTM", {
    attributes: { input_forget: 1 },
    extras: bias("LSTM"),
  }),
  "LSTM 7": layer("LSTM", { extras: bias("LSTM"), options: { opset: 7 } }),
  "GRU": layer("GRU", { extras: bias("GRU") }),
  "GRU linear before reset": layer("GRU", {
    attributes: { linear_before_reset: 1 },
    extras: bias("GRU"),
  }),
  "GRU reverse": layer("GRU", { attributes: { direction: "reverse" }, extras: bias("GRU") }),
  "GRU bidirectional": layer("GRU", {
    directions: 2,
    attributes: { direction: "bidirectional", linear_before_reset: 1 },
    extras: bias("GRU", 2),
  }),
  "GRU with state": layer("GRU", { extras: (g) => [...bias("GRU")(g), "", state(g)] }),
  "RNN": layer("RNN", { extras: bias("RNN") }),
  "RNN reverse with relu": layer("RNN", {
    attributes: { direction: "reverse", activations: ["Relu"] },
    extras: bias("RNN"),
  }),
  "RNN bidirectional with state": layer("RNN", {
    directions: 2,
    attributes: { direction: "bidirectional" },
    extras: (g) => [...bias("RNN", 2)(g), "", state(g, 2)],
  }),
};
