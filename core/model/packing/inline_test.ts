import assert from "node:assert/strict";
import { InvalidModel } from "../invalid.ts";
import { graph, model, node, tensor, value } from "../onnx/build.ts";
import { decodeModel, type ModelProto, type TensorProto } from "../onnx/codec.ts";
import { externalFiles, inlineData } from "./inline.ts";
import { prepareModel } from "./prepare.ts";
import { fixture, fixtureFloats, run } from "./testing.ts";

const NAME = "net.onnx.data";

function net(entries: Record<string, string>, change: Partial<TensorProto> = {}): ModelProto {
  const w = {
    dims: [2, 3],
    dataType: 1,
    name: "w",
    dataLocation: 1,
    externalData: Object.entries(entries).map(([key, value]) => ({ key, value })),
    ...change,
  };
  const net = graph({
    inputs: [value("x", ["N", 2])],
    outputs: [value("y", ["N", 3])],
    nodes: [node("MatMul", ["x", "w"], ["y"])],
    initializers: [w],
  });
  return model(net, { opset: 17 });
}

const BYTES = Uint8Array.from({ length: 100 }, (_, i) => i);

function refuses(model: ModelProto, message: RegExp, data = { name: NAME, bytes: BYTES }): void {
  assert.throws(
    () => inlineData(model, data),
    (error) => {
      assert.ok(error instanceof InvalidModel, String(error));
      assert.equal(error.code, "external-data");
      assert.match(error.message, message);
      return true;
    },
  );
}

Deno.test("inlineData() reads PyTorch's default export, whose outputs it then gives", async () => {
  const file = decodeModel(await fixture("torch_default.onnx"));
  assert.deepEqual(externalFiles(file), ["torch_default.onnx.data"]);
  const data = {
    name: "torch_default.onnx.data",
    bytes: await fixture("torch_default.onnx.data"),
  };
  assert.throws(() => prepareModel(file), /"torch_default.onnx.data".*external_data=False/);
  const open = prepareModel(file, { data });
  assert.deepEqual(externalFiles(open), []);
  const rows = { data: await fixtureFloats("torch_rows.f32"), dims: [5, 1, 8, 8] };
  const got = (await run(open, rows)).data as Float32Array;
  const want = await fixtureFloats("torch_out.f32");
  got.forEach((value, i) => assert.ok(Math.abs(value - want[i]!) < 1e-5, `${value} ${want[i]}`));
});

Deno.test("inlineData() takes offset and length, and the size of the shape for want of a length", () => {
  const location = NAME;
  const data = { name: NAME, bytes: BYTES };
  const raw = (entries: Record<string, string>) =>
    inlineData(net({ location, ...entries }), data).graph!.initializer[0]!.rawData;
  assert.deepEqual(raw({ offset: "8", length: "24" }), BYTES.subarray(8, 32));
  assert.deepEqual(raw({ offset: "76" }), BYTES.subarray(76, 100));
  assert.deepEqual(raw({}), BYTES.subarray(0, 24));
  const whole = model(graph({ inputs: [], outputs: [], nodes: [] }), { opset: 17 });
  assert.equal(inlineData(whole), whole);
});

Deno.test("inlineData() refuses every reach beyond the file, and every other file", () => {
  const location = NAME;
  refuses(net({ location, offset: "77" }), /bytes 77 to 101.*100 bytes/);
  refuses(net({ location, offset: "999999999999999" }), /100 bytes/);
  refuses(net({ location, length: "25" }), /24 bytes/);
  refuses(net({ location, length: "20" }), /24 bytes/);
  for (const offset of ["-1", "1e3", "0x10", "", " 8", "9999999999999999"]) {
    refuses(net({ location, offset }), /whole number/);
  }
  refuses(net({ location }, { dims: [-1, 3] }), /sizes from 0/);
  refuses(net({ location }, { dims: [2n ** 60n] }), /sizes from 0/);
  refuses(net({ location }, { dims: [2 ** 40] }), /100 bytes/);
  for (const path of ["/etc/passwd", "../x", "a/b", "a\\b", "", "a\0b"]) {
    refuses(net({ location: path }), /same folder.*external_data=False/);
  }
  refuses(net({ location: "other.data" }), /"other.data".*got "net.onnx.data"/);
  const twice = net({ location });
  twice.graph!.initializer[0]!.externalData!.push({ key: "location", value: NAME });
  refuses(twice, /two/);
});

Deno.test("inlineData() gives overlapping constants their own bytes, up to 16 MiB together", () => {
  const bytes = new Uint8Array(1024 * 1024);
  const many = (count: number) => {
    const file = net({ location: NAME }, { dims: [256 * 1024] });
    const [w] = file.graph!.initializer;
    file.graph!.initializer = Array.from({ length: count }, (_, i) => ({ ...w!, name: `w${i}` }));
    return file;
  };
  const inlined = inlineData(many(16), { name: NAME, bytes });
  assert.equal(inlined.graph!.initializer.length, 16);
  refuses(many(17), /16777216 bytes/, { name: NAME, bytes });
});

Deno.test("inlineData() reads constants of nodes as well", () => {
  const file = net({ location: NAME });
  const [w] = file.graph!.initializer;
  file.graph!.initializer = [];
  file.graph!.node.unshift(
    node("Constant", [], ["w"], { value: tensor("", [], new Float32Array(1)) }),
  );
  file.graph!.node[0]!.attribute[0]!.t = w!;
  assert.deepEqual(externalFiles(file), [NAME]);
  const inlined = inlineData(file, { name: NAME, bytes: BYTES });
  assert.equal(inlined.graph!.node[0]!.attribute[0]!.t!.rawData!.length, 24);
});
