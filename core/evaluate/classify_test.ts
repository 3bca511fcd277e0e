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
    // Texts out of the model at the end, where a failed allocation has its own. The first two are real.
    "failed to call OrtRun(). ERROR_CODE: 2, ERROR_MESSAGE: Non-zero status code returned while running Gelu node. Name:'' Status Message: Unsupported approximation_algorithm: std::bad_alloc",
    "Can't create a session. ERROR_CODE: 1, ERROR_MESSAGE: ml_common.h:194 NORMALIZE onnxruntime::ml::MakeNormalize(const std::string &) Invalid normalize value of std::bad_alloc\n",
    "Can't create a session. ERROR_CODE: 10, ERROR_MESSAGE: This is an invalid model. Unknown attribute: std::bad_alloc",
    "Can't create a session. ERROR_CODE: 1, ERROR_MESSAGE: Node input 'x' is not a graph input. Failed to allocate memory for requested buffer of size 4",
    "Can't create a session. ERROR_CODE: 6, ERROR_MESSAGE: No Op registered for a. ERROR_CODE: 6, ERROR_MESSAGE: std::bad_alloc",
    "failed to call OrtRun(). ERROR_CODE: 1, ERROR_MESSAGE: Non-zero status code returned while running Div node. Name:'a' Status Message: no 'b' Status Message: std::bad_alloc",
    "failed to call OrtRun(). ERROR_CODE: 2, ERROR_MESSAGE: no x: failed to allocate a buffer of size 1.",
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
    "Can't create a session. ERROR_CODE: 6, ERROR_MESSAGE: Exception during initialization: std::bad_alloc",
    "failed to call OrtRun(). ERROR_CODE: 6, ERROR_MESSAGE: Non-zero status code returned while running Concat node. Name:'c' Status Message: std::bad_alloc",
    "Can't create a session. ERROR_CODE: 6, ERROR_MESSAGE: Exception during initialization: /src/core/framework/bfc_arena.cc:376 void *onnxruntime::BFCArena::AllocateRawInternal(size_t, bool) Failed to allocate memory for requested buffer of size 4000000",
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
    new Error("input 'x, ERROR_MESSAGE: no' is missing"),
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
