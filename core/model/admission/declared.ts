/** Types and shapes that a file declares, against those that follow from it. */
import { InvalidModel } from "../invalid.ts";
import type { GraphProto, ValueInfoProto } from "../onnx/codec.ts";
import { FALSE_OUTPUT } from "./advice.ts";
import { typeName } from "./elements.ts";
import type { Value } from "./operation.ts";

/**
 * Checks that what a graph declares of its inputs, outputs, constants and inner values is true at one batch size, and that a symbol
 * stands for one size everywhere. The runtime believes fixed sizes and equal symbols when it simplifies a graph:
 * where they are not true, its results are not those of the graph.
 *
 * @param values all values of the graph by name; declared ones that do not exist are let be
 * @throws {InvalidModel} `shape`
 */
export function checkDeclared(graph: GraphProto, values: ReadonlyMap<string, Value>): void {
  const symbols = new Map<string, number>();
  for (const infos of [graph.input, graph.output, graph.valueInfo ?? []]) {
    for (const info of infos) {
      const value = values.get(info.name ?? "");
      const advice = infos === graph.output
        ? FALSE_OUTPUT
        : "model:pack removes what inner values declare";
      if (value !== undefined) checkOne(info, { value, symbols, advice });
    }
  }
}

function checkOne(
  info: ValueInfoProto,
  { value, symbols, advice }: { value: Value; symbols: Map<string, number>; advice: string },
): void {
  const { type } = info;
  if (type === undefined) return;
  const tensor = type.tensorType;
  if (tensor === undefined) {
    const kinds = [
      type.sequenceType,
      type.mapType,
      type.optionalType,
      type.sparseTensorType,
      type.opaqueType,
    ];
    if (kinds.some((kind) => kind !== undefined)) {
      throw contradiction(info, { declared: "no tensor", value, advice });
    }
    return;
  }
  const { elemType = 0, shape } = tensor;
  if (elemType !== 0 && elemType !== value.type) {
    throw contradiction(info, { declared: typeName(elemType), value, advice });
  }
  if (shape === undefined) return;
  const shown = () =>
    `[${
      shape.dim.slice(0, 9).map(({ dimValue, dimParam = "?" }) => dimValue ?? dimParam.slice(0, 20))
    }]`;
  if (shape.dim.length !== value.dims.length) {
    throw contradiction(info, { declared: shown(), value, advice });
  }
  shape.dim.forEach(({ dimValue, dimParam = "" }, i) => {
    const size = value.dims[i] as number;
    if (dimValue !== undefined && dimValue !== size) {
      throw contradiction(info, { declared: shown(), value, advice });
    }
    if (dimParam === "") return;
    const before = symbols.get(dimParam);
    if (before !== undefined && before !== size) {
      throw contradiction(info, { declared: shown(), value, advice });
    }
    symbols.set(dimParam, size);
  });
}

function contradiction(
  { name = "" }: ValueInfoProto,
  { declared, value, advice }: { declared: string; value: Value; advice: string },
): InvalidModel {
  const is = `${typeName(value.type)} [${value.dims}]`;
  const shown = JSON.stringify(name.slice(0, 60));
  return new InvalidModel(
    "shape",
    `model: expected the declared type of ${shown} to be what it is, ${is}, got ${declared}; ${advice}`,
  );
}
