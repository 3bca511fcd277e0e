/** Formats that are known and cannot be read, and what to do instead. */
import { baseName, type ModelFile } from "./file.ts";

/** Names of these formats. */
export type RefusedFormat = keyof typeof ADVICE;

const TORCH =
  'torch.onnx.export(model.eval(), (example,), "model.onnx", external_data=False, dynamic_shapes=({0: torch.export.Dim("batch")},))';
const SKLEARN = 'skl2onnx.to_onnx(model, X[:1].astype("float32"), options={"zipmap": False})';
const FEATURES = 'initial_types=[("X", FloatTensorType([None, X.shape[1]]))]';

/** What each of them is, and the way to a file that can be read: continues a sentence that starts with the file's name. */
export const ADVICE = {
  architecture:
    'is the architecture of a Keras model without its weights; save both with model.save("model.keras").',
  checkpoint:
    'is a TensorFlow checkpoint, weights without architecture; load it into the model and use model.save("model.keras").',
  coreml: "is a Core ML model; export the original model to ONNX instead.",
  graphmodel:
    "is a TensorFlow.js GraphModel, whose layers are gone; save the Keras model itself with " +
    'model.save("model.keras"), or convert it with --output_format=tfjs_layers_model, or export ONNX.',
  exported: `is a program of torch.export (.pt2); export the model itself to ONNX: ${TORCH}.`,
  gguf: "is a GGUF file, weights for another program; export the model to ONNX.",
  lightgbm:
    `is a LightGBM model; export it with onnxmltools.convert_lightgbm(model, zipmap=False, ${FEATURES}).`,
  numpy:
    "holds numpy arrays, weights without architecture; load them into the model and export that to ONNX or .keras.",
  pickle:
    "is a Python pickle, which is code and is never opened here; load it in Python and export ONNX: for PyTorch " +
    `${TORCH}, for scikit-learn ${SKLEARN}.`,
  protobuf:
    'is a TensorFlow graph (.pb); load the model in Keras and use model.save("model.keras"), or convert it with ' +
    "python -m tf2onnx.convert.",
  safetensors:
    "holds weights without architecture (safetensors); load them into the model and export that: " +
    `${TORCH}.`,
  savedmodel:
    'is a TensorFlow SavedModel; load it in Keras and use model.save("model.keras"), or convert it with ' +
    "python -m tf2onnx.convert --saved-model.",
  sklearn:
    `is a scikit-learn model (joblib), a pickle that is never opened here; export ONNX: ${SKLEARN}.`,
  tflite:
    'is a TensorFlow Lite model; save the Keras model that it was made from with model.save("model.keras"), or convert ' +
    "it with python -m tf2onnx.convert --tflite.",
  torch:
    `is a PyTorch file, a pickle that is never opened here; load it and export ONNX: ${TORCH}.`,
  xgboost: `is an XGBoost model; export it with onnxmltools.convert_xgboost(model, ${FEATURES}).`,
} as const;

/** Which of them a file is: by content, else by the end of its name; undefined if none. */
export function refused({ name, bytes }: ModelFile): RefusedFormat | undefined {
  const end = baseName(name).toLowerCase();
  const extension = end.slice(end.lastIndexOf(".") + 1);
  if (startsWith(bytes, "TFL3", 4)) return "tflite";
  if (startsWith(bytes, "GGUF")) return "gguf";
  if (startsWith(bytes, "\x93NUMPY")) return "numpy";
  if (isSafetensors(bytes)) return "safetensors";
  if (isPickle(bytes)) return byExtension(extension) ?? "pickle";
  const compressed = startsWith(bytes, "\x1f\x8b") || bytes[0] === 0x78;
  if (compressed && (extension === "joblib" || extension === "pkl")) return byExtension(extension);
  if (end === "saved_model.pb") return "savedmodel";
  return byExtension(extension);
}

const EXTENSIONS: ReadonlyMap<string, RefusedFormat> = new Map([
  ["pt", "torch"],
  ["pth", "torch"],
  ["ptl", "torch"],
  ["ckpt", "checkpoint"],
  ["index", "checkpoint"],
  ["pkl", "pickle"],
  ["pickle", "pickle"],
  ["joblib", "sklearn"],
  ["pb", "protobuf"],
  ["tflite", "tflite"],
  ["safetensors", "safetensors"],
  ["npz", "numpy"],
  ["npy", "numpy"],
  ["mlmodel", "coreml"],
  ["gguf", "gguf"],
  ["ubj", "xgboost"],
  ["txt", "lightgbm"],
]);

function byExtension(extension: string): RefusedFormat | undefined {
  return EXTENSIONS.get(extension);
}

/** Protocol 2 and later: PROTO (0x80), the version, and STOP (".") at the end. */
function isPickle(bytes: Uint8Array): boolean {
  const version = bytes[1] ?? 0;
  return bytes[0] === 0x80 && version >= 2 && version <= 5 && bytes.at(-1) === 0x2e;
}

/** The header's length as 8 bytes, then the header, which is a JSON object. */
function isSafetensors(bytes: Uint8Array): boolean {
  if (bytes.length < 10 || bytes[8] !== 0x7b) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, 8);
  return view.getBigUint64(0, true) <= BigInt(bytes.length - 8);
}

function startsWith(bytes: Uint8Array, text: string, offset = 0): boolean {
  return [...text].every((character, i) => bytes[offset + i] === character.charCodeAt(0));
}
