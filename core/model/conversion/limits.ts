/** Bounds of the converter. Whatever fits the protocol's limits (16 MiB of ONNX) stays far below all of them. */

/** Most bytes of one file, and of what is inflated from one. */
export const MAX_FILE_BYTES = 64 * 1024 * 1024;

/** Most files at once: a TensorFlow.js model has one JSON and a shard for each 4 MiB. */
export const MAX_FILES = 256;

/** Most bytes of the JSON that describes an architecture. */
export const MAX_JSON_BYTES = 8 * 1024 * 1024;

/** Deepest nesting of that JSON. */
export const MAX_JSON_DEPTH = 100;

/** Most entries of a zip archive. */
export const MAX_ZIP_ENTRIES = 1000;

/** Most layers of one model, and most models inside each other. */
export const MAX_LAYERS = 1000;

/** How deep models and wrappers may be nested. */
export const MAX_NESTING = 10;

/** Most calls of layers, those inside nested models counted each time. */
export const MAX_CALLS = 5000;

/** Most nodes of the ONNX graph. */
export const MAX_NODES = 5000;

/** Most bytes of all constants of the ONNX graph. */
export const MAX_CONSTANT_BYTES = 64 * 1024 * 1024;

/** Most elements of one row of any tensor, and the greatest number in a config. */
export const MAX_ROW_ELEMENTS = 2 ** 26;

/** Most dimensions of a tensor. */
export const MAX_RANK = 8;
