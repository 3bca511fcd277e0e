/** Most rows of a part of a data set. */
export const MAX_ROWS = 10_000_000;
/** Most values (rows times features) of a part: as float32, 256 MiB. */
export const MAX_VALUES = 2 ** 26;
/** Most bytes of the float32 values that one run of a model gets: of 100 rows, or all if they are fewer. */
export const MAX_BATCH_BYTES = 64 * 1024 * 1024;
/** Most bytes of one data file, as it is stored. */
export const MAX_FILE_BYTES = 512 * 1024 * 1024;
/** Most columns of a CSV file: each has a name that is held in memory. */
export const MAX_COLUMNS = 65_536;
/** Most work for each row of a run that a manifest may allow models: `MAX_WORK` of core/model/admission/limits.ts. */
export const MAX_ROW_WORK = 20_000_000;
/** Most bytes alive at once that a manifest may allow models: `MAX_ACTIVATION_BYTES` of the same. */
export const MAX_RUN_BYTES = 64 * 1024 * 1024;
/** Most classes of a classification task. */
export const MAX_CLASSES = 10_000;

/** A file on IPFS. */
export interface FileRef {
  /** Root CID (any version); in a sealed competition's test part, that of the sealed file. */
  cid: string;
  /** Size in bytes at that CID: no more is read. */
  bytes: number;
  /** SHA-256 (64 hex digits) of the file, of the opened one if it is sealed; before it is unzipped. */
  sha256?: string;
}

/** Rows in two IDX files (yann.lecun.com/exdb/mnist): uint8 inputs `[rows, ...]` and uint8 labels `[rows]`. */
export interface IdxPart {
  /** Plain, or each file in gzip. */
  format: "idx" | "idx.gz";
  /** Number of rows, 1 to 10,000,000. */
  rows: number;
  /** The values of the rows, such as images. */
  inputs: FileRef;
  /** A class's index for each row, or for regression a number. */
  labels: FileRef;
}

/** How to read a CSV file (RFC 4180, UTF-8, comma; no line breaks inside quotes, at most 1000 bytes a cell). */
export interface CsvOptions {
  /** Whether the first line (after `skipLines`) names the columns. */
  header: boolean;
  /** Lines to leave out at the start. */
  skipLines?: number;
  /** The label's column: its name in the header, or its index from 0. The others are features, in order. */
  label: string | number;
}

/** Rows in one CSV file. A label is a class's name or index from 0, or for regression a number. */
export interface CsvPart {
  /** Plain, or in gzip. */
  format: "csv" | "csv.gz";
  /** Number of rows, 1 to 10,000,000; the header is none. */
  rows: number;
  /** The file. */
  table: FileRef;
  /** How to read it. */
  csv: CsvOptions;
}

/** One part of a data set. */
export type Part = IdxPart | CsvPart;

/** What a competition is about, version 1: JSON on IPFS, its SHA-256 in the contract (PROTOCOL.md section 2). */
export interface Manifest {
  /** Of this schema. */
  version: 1;
  /** Name of the competition or data set, for people. */
  name: string;
  /** PROTOCOL.md section 3. */
  mode: "open" | "sealed";
  /** What is predicted: one of `classes`, or a number. */
  task: "classification" | "regression";
  /** Names of the classes in the order of their indices; for classification only. */
  classes?: string[];
  /** What models get. */
  input: {
    /** Shape of one row as models see it, without the batch dimension. */
    shape: number[];
    /** Other shapes of the same values in the same order: a model may declare any of them. */
    altShapes?: number[][];
    /** Type of the values in the files: bytes, or (CSV only) any finite numbers. */
    dtype: "uint8" | "float64";
    /** A model's input is `float32(value * scale + offset)`, computed in double and rounded once. */
    scale: number;
    offset: number;
  };
  /** How predictions become a score (PROTOCOL.md section 7); r2 for a regression, else the others. */
  metric: { name: "accuracy" | "macro-f1" | "r2" };
  /** The runtime that all miners use: version and SHA-256 (64 hex digits) of its .wasm file. */
  runtime: { name: "onnxruntime-web"; version: string; wasm: string };
  /** What a model may cost, where that is less than the protocol's maxima (docs/evaluation.md, "Cost"). */
  limits?: {
    /** Work for each row of a full run of 100 rows, in multiply-accumulates of a matrix product: 1 to 20,000,000. */
    work?: number;
    /** Bytes alive at once in a run: 1 to 67,108,864. */
    activations?: number;
  };
  /** Public training set; a sealed competition must have one, as the stand-in for a false test set. */
  train?: Part;
  /** The test set that scores come from. */
  test: Part;
  /** Of the data, for people. */
  licence?: string;
  /** Where the data come from, for people. */
  source?: string;
}
