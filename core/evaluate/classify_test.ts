import assert from "node:assert/strict";
import { InvalidModel } from "../model/invalid.ts";
import { classify } from "./classify.ts";
import { LocalFailure } from "./failure.ts";

Deno.test("classify() takes what the runtime reports with a code as INVALID", () => {
  const messages = [
    "Can't create a session. ERROR_CODE: 7, ERROR_MESSAGE: Failed to load model because protobuf parsing failed.",
    "Can't create a session. ERROR_CODE: 6, ERROR_MESSAGE: No Op registered for Nope with domain_version of 17",
    "failed to call OrtRun(). ERROR_CODE: 2, ERROR_MESSAGE: [ONNXRuntimeError] : 2 : INVALID_ARGUMENT : Tensor shape is too large\n\n",
    "failed to call OrtRun(). ERROR_CODE: 1, ERROR_MESSAGE: Non-zero status code returned while running Div node. Name:'std::bad_alloc' Status Message: Integer division by zero",
    "unsupported data type: 16",
  ];
  for (const message of messages) {
    const failure = classify(new Error(message), "run-failed");
    assert.ok(failure instanceof InvalidModel, message);
    assert.equal(failure.code, "run-failed");
  }
});

Deno.test("classify() takes a failed allocation as LOCAL", () => {
  const messages = [
    "failed to call OrtRun(). ERROR_CODE: 6, ERROR_MESSAGE: std::bad_alloc",
    "Can't create a session. ERROR_CODE: 6, ERROR_MESSAGE: std::bad_alloc\n",
    "Can't create a session. failed to allocate a buffer of size 412957.",
    "failed to call OrtRun(). ERROR_CODE: 6, ERROR_MESSAGE: bfc_arena.cc:376 Failed to allocate memory for requested buffer of size 4000000",
  ];
  for (const message of messages) {
    const failure = classify(new Error(message), "create-failed");
    assert.ok(failure instanceof LocalFailure, message);
    assert.equal(failure.code, "allocation");
  }
});

Deno.test("classify() takes traps, aborts, overflows and everything unknown as LOCAL", () => {
  const crashes = [
    new WebAssembly.RuntimeError("unreachable"),
    new WebAssembly.RuntimeError("Aborted(). Build with -sASSERTIONS for more info."),
    new RangeError("Maximum call stack size exceeded"),
    new RangeError("Array buffer allocation failed"),
    new TypeError("x is not a function, ERROR_CODE: 1, ERROR_MESSAGE: no"),
    new Error("something else"),
    5_243_216,
    "unwind",
    undefined,
  ];
  for (const error of crashes) {
    const failure = classify(error, "run-failed");
    assert.ok(failure instanceof LocalFailure, String(error));
    assert.equal(failure.code, "crash");
  }
});
