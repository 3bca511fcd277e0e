import { DataType } from "../../onnx/codec.ts";
import { REDUCTION } from "./reduction.ts";
import { agree, type Case, fed, ints, refuse } from "./testing.ts";

const { INT64, INT32, DOUBLE, UINT8 } = DataType;

Deno.test("reductions write the runtime's shapes, with axes as attribute and as input", async () => {
  const cases: Case[] = [];
  for (const operator of Object.keys(REDUCTION).filter((name) => name.startsWith("Reduce"))) {
    const changed = operator === "ReduceSum" ? 13 : 18;
    for (const version of [7, 13, 18]) {
      for (const axes of [undefined, [1], [0, 2], [-1], [3]]) {
        for (const keepdims of [0, 1]) {
          if (axes?.[0] === -1 && version < 11 || keepdims === 0 && axes?.length === 2) continue;
          const inputs = [fed([2, 3, 4])];
          const attributes: Record<string, number | number[]> = { keepdims };
          if (axes !== undefined && version >= changed) inputs.push(ints(axes));
          else if (axes !== undefined) attributes["axes"] = axes;
          cases.push({ operator, version, inputs, attributes });
        }
      }
    }
    for (const type of [INT64, INT32, DOUBLE]) {
      cases.push({ operator, version: 13, inputs: [fed([2, 3], type)] });
    }
    for (const noop of [0, 1]) {
      const attributes = { noop_with_empty_axes: noop };
      cases.push({ operator, version: 18, inputs: [fed([2, 3])], attributes });
      cases.push({ operator, version: 18, inputs: [fed([2, 3]), ints([])], attributes });
    }
  }
  cases.push({ operator: "ReduceMax", version: 13, inputs: [fed([2, 3], UINT8)] });
  await agree(REDUCTION, cases);
});

Deno.test("Softmax and its kin keep the shape, as in the runtime", async () => {
  const cases: Case[] = [];
  for (const operator of ["Softmax", "LogSoftmax", "Hardmax"]) {
    for (const version of [7, 11, 13]) {
      for (const axis of [0, 1, 2, 3, ...(version < 11 ? [] : [-1, -4])]) {
        const attributes = { axis };
        if (axis === 3 && version < 13) continue;
        cases.push({ operator, version, inputs: [fed([2, 3, 4])], attributes });
      }
      cases.push({ operator, version, inputs: [fed([2, 3])] });
    }
  }
  await agree(REDUCTION, cases);
});

Deno.test("reductions refuse axes that the file does not tell", () => {
  refuse(REDUCTION, /to follow from the file/, [
    { operator: "ReduceSum", version: 13, inputs: [fed([2]), fed([1], INT64)] },
  ]);
});
