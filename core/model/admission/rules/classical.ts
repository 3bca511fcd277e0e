import { DataType } from "../../onnx/codec.ts";
import { CLASS_INDICES, NUMERIC_ROWS } from "../advice.ts";
import type { Effect, Operation, Operators, Value } from "../operation.ts";
import { operatorsOf, sizeOf, typed, writes } from "./checks.ts";
import { type Products, productWork } from "./products.ts";
import { forestOf } from "./trees.ts";

/** Work of one node of a tree visited or one of its weights added. */
const VISITED = 150;
/** Work of one score made of what trees or vectors give, and of one row begun. */
const SCORED = 150;
const ROW = 3000;
/** Work of one element looked at, and of one searched in a table. */
const LOOKED = 90;
const SEARCHED = 400;
/** Work of one kernel function: a power, an exponential or a hyperbolic tangent. */
const KERNEL = 300;

const { FLOAT, DOUBLE, INT32, INT64 } = DataType;
const SINGLES: ReadonlySet<number> = new Set([FLOAT]);
const FLOATS: ReadonlySet<number> = new Set([FLOAT, DOUBLE]);
const NUMBERS: ReadonlySet<number> = new Set([FLOAT, DOUBLE, INT32, INT64]);
const KERNELS: ReadonlySet<string> = new Set(["LINEAR", "POLY", "RBF", "SIGMOID"]);

/** Operators of ai.onnx.ml on numbers. Their texts and maps are not admitted. */
export const CLASSICAL: Operators = operatorsOf({
  TreeEnsembleClassifier: { until: 4, rule: treeClassifier },
  TreeEnsembleRegressor: { until: 4, rule: treeRegressor },
  TreeEnsemble: { since: 5, rule: treeEnsemble },
  LinearClassifier: linearClassifier,
  LinearRegressor: linearRegressor,
  SVMClassifier: svmClassifier,
  SVMRegressor: svmRegressor,
  Scaler: scaler,
  Normalizer: normalizer,
  Imputer: imputer,
  Binarizer: (operation) => each(operation, { types: SINGLES, type: FLOAT }),
  ArrayFeatureExtractor: arrayFeatureExtractor,
  FeatureVectorizer: featureVectorizer,
  LabelEncoder: { since: 2, rule: labelEncoder },
  OneHotEncoder: oneHotEncoder,
});

function treeClassifier(operation: Operation): Effect {
  const table = tableOf(operation, NUMBERS);
  const classes = labelsOf(operation, "classlabels_int64s");
  return classified(table, classes, trees(operation, { table, leaf: "class", outputs: classes }));
}

function treeRegressor(operation: Operation): Effect {
  const table = tableOf(operation, FLOATS);
  const outputs = positive(operation, "n_targets");
  const work = trees(operation, { table, leaf: "target", outputs });
  return { outputs: [{ type: FLOAT, dims: [table.rows, outputs] }], work };
}

function treeEnsemble(operation: Operation): Effect {
  const table = tableOf(operation, FLOATS);
  if (table.value.dims.length !== 2) throw operation.refuse("rows", "a vector");
  const outputs = positive(operation, "n_targets");
  const work = trees(operation, { table, leaf: undefined, outputs });
  return { outputs: [{ type: table.value.type, dims: [table.rows, outputs] }], work };
}

function trees(
  operation: Operation,
  { table, leaf, outputs }: {
    table: Table;
    leaf: "class" | "target" | undefined;
    outputs: number;
  },
): number {
  const { path, feature } = forestOf(operation, { leaf, outputs });
  if (feature >= table.features) {
    throw operation.refuse(`trees on ${table.features} features`, `feature ${feature}`);
  }
  return table.rows * (path * VISITED + outputs * SCORED + ROW);
}

function linearClassifier(operation: Operation): Effect {
  const table = tableOf(operation, NUMBERS);
  const labels = labelsOf(operation, "classlabels_ints");
  const rows = operation.floats("intercepts")?.length ?? 0;
  if (labels < 2 || (rows !== labels && !(rows === 1 && labels === 2))) {
    throw operation.refuse(`${labels} intercepts`, String(rows));
  }
  counted(operation, "coefficients", rows * table.features);
  const products = linear(table, rows);
  const { rows: count } = table;
  return {
    ...classified(table, labels, productWork(products) + count * (labels * SCORED + ROW)),
    macs: count * rows * table.features,
    scratch: 4 * sizeOf(table.value.dims),
  };
}

function linearRegressor(operation: Operation): Effect {
  const table = tableOf(operation, SINGLES);
  const targets = positive(operation, "targets", 1);
  counted(operation, "coefficients", targets * table.features);
  if (operation.floats("intercepts") !== undefined) counted(operation, "intercepts", targets);
  const products = linear(table, targets);
  return {
    outputs: [{ type: FLOAT, dims: [table.rows, targets] }],
    macs: table.rows * targets * table.features,
    work: productWork(products) + table.rows * (targets * SCORED + ROW),
  };
}

function svmClassifier(operation: Operation): Effect {
  const table = tableOf(operation, NUMBERS);
  const classes = labelsOf(operation, "classlabels_ints");
  if (classes < 2) throw operation.refuse("at least two classes", String(classes));
  const pairs = classes * (classes - 1) / 2;
  const sizes = operation.ints("vectors_per_class") ?? [];
  const vectors = sizes.reduce((sum, size) => sum + size, 0);
  const machine = sizes.length > 0;
  if (machine && (sizes.length !== classes || sizes.some((size) => size < 0) || vectors === 0)) {
    throw operation.refuse(`vectors of ${classes} classes`, `[${sizes.slice(0, 20)}]`);
  }
  const likely = (operation.floats("prob_a")?.length ?? 0) > 0;
  if (likely && !machine) throw operation.refuse("no prob_a without support vectors", "some");
  if (likely) { for (const name of ["prob_a", "prob_b"]) counted(operation, name, pairs); }
  counted(operation, "coefficients", machine ? (classes - 1) * vectors : classes * table.features);
  if (machine) counted(operation, "rho", pairs);
  else if ((operation.floats("rho")?.length ?? 0) < 1) throw operation.refuse("a rho", "none");
  const scores = likely || !machine || classes === 2 ? classes : pairs;
  const work = kernels(operation, { table, vectors: machine ? vectors : undefined }) +
    (machine ? 0 : productWork(linear(table, classes))) +
    table.rows *
      ((machine ? classes * vectors : 0) * LOOKED + (likely ? 100 * classes ** 2 : 1) * SCORED +
        (pairs + classes) * SCORED + ROW);
  return {
    ...classified(table, scores, work),
    macs: table.rows * table.features * (machine ? vectors : classes),
    scratch: 4 * table.rows * (vectors + 2 * pairs + classes ** 2 + table.features),
  };
}

function svmRegressor(operation: Operation): Effect {
  const table = tableOf(operation, SINGLES);
  const vectors = operation.int("n_supports", 0);
  if (vectors < 0) throw operation.refuse("n_supports from 0", String(vectors));
  counted(operation, "coefficients", vectors > 0 ? vectors : table.features);
  counted(operation, "rho", 1);
  const work = kernels(operation, { table, vectors: vectors > 0 ? vectors : undefined }) +
    productWork(linear(table, 1)) + table.rows * (vectors * LOOKED + SCORED + ROW);
  return {
    outputs: [{ type: FLOAT, dims: [table.rows, 1] }],
    macs: table.rows * table.features * Math.max(1, vectors),
    work,
    scratch: 4 * table.rows * vectors,
  };
}

/** Work of the kernel function between each row and each support vector; checks the attributes that it takes. */
function kernels(
  operation: Operation,
  { table, vectors }: { table: Table; vectors: number | undefined },
): number {
  if (!KERNELS.has(operation.text("kernel_type", "LINEAR"))) {
    throw operation.refuse("kernel_type LINEAR, POLY, RBF or SIGMOID", "another");
  }
  const params = operation.floats("kernel_params")?.length ?? 0;
  if (params !== 3) throw operation.refuse("3 kernel_params", String(params));
  if (vectors === undefined) {
    counted(operation, "support_vectors", 0);
    return 0;
  }
  counted(operation, "support_vectors", vectors * table.features);
  const pairs = table.rows * vectors;
  return pairs * (KERNEL + 8 * table.features) + productWork(linear(table, vectors));
}

function scaler(operation: Operation): Effect {
  const { features } = tableOf(operation, NUMBERS);
  const lengths = ["offset", "scale"].map((name) => operation.floats(name)?.length ?? 0);
  if (lengths[0] !== lengths[1] || (lengths[0] !== 1 && lengths[0] !== features)) {
    throw operation.refuse(`an offset and a scale for ${features} features`, `${lengths}`);
  }
  return each(operation, { types: NUMBERS, type: FLOAT });
}

function normalizer(operation: Operation): Effect {
  tableOf(operation, NUMBERS);
  if (!["MAX", "L1", "L2"].includes(operation.text("norm", "MAX"))) {
    throw operation.refuse("norm MAX, L1 or L2", "another");
  }
  return each(operation, { types: NUMBERS, type: FLOAT });
}

function imputer(operation: Operation): Effect {
  const { value: { type }, features } = tableOf(operation, new Set([FLOAT, INT64]));
  const floats = operation.floats("imputed_value_floats")?.length ?? 0;
  const ints = operation.ints("imputed_value_int64s")?.length ?? 0;
  const [given, other] = type === FLOAT ? [floats, ints] : [ints, floats];
  if (other !== 0 || (given !== 1 && given !== features)) {
    throw operation.refuse(`values for ${features} features`, String(given));
  }
  return each(operation, { types: new Set([type]), type });
}

function arrayFeatureExtractor(operation: Operation): Effect {
  const x = typed(operation, 0, NUMBERS);
  const chosen = sizeOf(typed(operation, 1, new Set([INT64])).dims);
  if (x.dims.length === 0 || chosen === 0) throw operation.refuse("features chosen", "none");
  const dims = x.dims.length === 1 ? [1, chosen] : [...x.dims.slice(0, -1), chosen];
  return writes(x, dims, { work: sizeOf(dims) * LOOKED });
}

function featureVectorizer(operation: Operation): Effect {
  const widths = operation.ints("inputdimensions") ?? [];
  const tables = operation.inputs.map((_, index) => tableOf(operation, NUMBERS, index));
  const [first] = tables;
  const fits = first !== undefined && widths.length === tables.length &&
    widths.every((width) => width > 0) &&
    tables.every(({ rows, value }) => rows === first.rows && value.type === first.value.type);
  if (!fits) throw operation.refuse("inputs of as many rows, a width for each", `[${widths}]`);
  const dims = [first.rows, widths.reduce((sum, width) => sum + width, 0)];
  return { outputs: [{ type: FLOAT, dims }], work: sizeOf(dims) * LOOKED };
}

function labelEncoder(operation: Operation): Effect {
  const x = typed(operation, 0, FLOATS_AND_LONGS);
  const keys = tableSide(operation, "keys");
  const values = tableSide(operation, "values");
  if (keys.type !== x.type || keys.length !== values.length || keys.length === 0) {
    throw operation.refuse("as many values as keys, which are of the input's type", "others");
  }
  return { outputs: [{ type: values.type, dims: x.dims }], work: sizeOf(x.dims) * SEARCHED };
}

const FLOATS_AND_LONGS: ReadonlySet<number> = new Set([FLOAT, DOUBLE, INT64]);

/** Keys or values of a LabelEncoder: numbers in one of three attributes. */
function tableSide(operation: Operation, name: "keys" | "values") {
  const floats = operation.floats(`${name}_floats`)?.length ?? 0;
  const ints = operation.ints(`${name}_int64s`)?.length ?? 0;
  const tensor = operation.version >= 4 ? operation.tensor(`${name}_tensor`) : undefined;
  if (operation.texts(`${name}_strings`)?.length) throw operation.refuse("numbers", "texts");
  if (tensor !== undefined && floats + ints === 0 && FLOATS_AND_LONGS.has(tensor.dataType ?? 0)) {
    return { type: tensor.dataType!, length: Number(tensor.dims[0] ?? 0) };
  }
  if (tensor !== undefined || (floats > 0) === (ints > 0)) {
    throw operation.refuse(`one list of ${name}`, "none or several");
  }
  return floats > 0 ? { type: FLOAT, length: floats } : { type: INT64, length: ints };
}

function oneHotEncoder(operation: Operation): Effect {
  const x = typed(operation, 0, FLOATS_AND_LONGS);
  const categories = operation.ints("cats_int64s")?.length ?? 0;
  if (categories === 0 || operation.texts("cats_strings")?.length) {
    throw operation.refuse(
      "categories that are whole numbers",
      `none or texts; ${NUMERIC_ROWS}`,
    );
  }
  const dims = [...x.dims, categories];
  const work = sizeOf(x.dims) * SEARCHED + sizeOf(dims) * LOOKED;
  return { outputs: [{ type: FLOAT, dims }], work };
}

/** Rows of features; a vector is one row. */
interface Table {
  readonly value: Value;
  readonly rows: number;
  readonly features: number;
}

function tableOf(operation: Operation, types: ReadonlySet<number>, index = 0): Table {
  const value = typed(operation, index, types);
  const [a, b] = value.dims;
  if (a === undefined || value.dims.length > 2) {
    throw operation.refuse("rows of features", `shape [${value.dims}]`);
  }
  return b === undefined ? { value, rows: 1, features: a } : { value, rows: a, features: b };
}

/** A result for each element. */
function each(
  operation: Operation,
  { types, type }: { types: ReadonlySet<number>; type: number },
): Effect {
  const { dims } = typed(operation, 0, types);
  return { outputs: [{ type, dims }], work: sizeOf(dims) * LOOKED };
}

function linear({ rows, features }: Table, columns: number): Products {
  return { type: FLOAT, count: 1, m: rows, k: features, n: columns };
}

function classified({ rows }: Table, scores: number, work: number): Effect {
  return { outputs: [{ type: INT64, dims: [rows] }, { type: FLOAT, dims: [rows, scores] }], work };
}

function labelsOf(operation: Operation, name: string): number {
  const labels = operation.ints(name)?.length ?? 0;
  if (labels > 0 && !operation.texts("classlabels_strings")?.length) return labels;
  throw operation.refuse(
    `classes that are whole numbers (${name})`,
    `none or texts; ${CLASS_INDICES}`,
  );
}

function positive(operation: Operation, name: string, otherwise = 0): number {
  const value = operation.int(name, otherwise);
  if (value > 0) return value;
  throw operation.refuse(`${name} from 1`, String(value));
}

/** The runtime reads what follows such a list in memory where it is too short. */
function counted(operation: Operation, name: string, length: number): void {
  const found = operation.floats(name)?.length ?? 0;
  if (found !== length) throw operation.refuse(`${length} ${name}`, String(found));
}
