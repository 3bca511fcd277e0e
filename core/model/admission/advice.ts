/** What to change in an exporter's call: the ends of messages about models that are refused for it. docs/models.md has the recipes. */

/** For a model with several inputs. */
export const ONE_INPUT: string =
  "export a model of one tensor that holds all features: split it inside the model; in scikit-learn fit on an array, " +
  "with column numbers in place of names";

/** For an input of another type than float32. */
export const FLOAT_INPUT: string =
  'export with a float32 example, in PyTorch model.float() and x.float(), in scikit-learn X[:1].astype("float32"), and ' +
  "cast to other types inside the model";

/** For an input of another shape than the manifest's. */
export const INPUT_SHAPE: string =
  "train on rows as the data set has them, or reshape, permute or repeat them inside the model";

/** For a file of a version that is not admitted. */
export const OTHER_VERSION: string =
  "export for another one: opset_version=20 of torch.onnx.export, target_opset=21 of skl2onnx.to_onnx";

/** For operators of one runtime alone. */
export const STANDARD_OPERATORS: string =
  'export without operators of one runtime\'s own, as optimised files and optim="cdist" of skl2onnx have them';

/** For a model in training mode. */
export const CALL_EVAL: string =
  "call model.eval() before the export, and export without training=TrainingMode.TRAINING";

/** For texts as classes. */
export const CLASS_INDICES: string =
  "train on the classes' numbers, 0 for the first one in the manifest, in place of their names";

/** For texts or other things to encode as features. */
export const NUMERIC_ROWS: string = "rows hold numbers only: encode these";

/** For outputs whose declared shape is false. */
export const FALSE_OUTPUT: string =
  "pack it with our site or deno task model:pack, which leave out the outputs' shapes " +
  "(onnxmltools declares them falsely for LightGBM, skl2onnx for RidgeClassifier of two classes)";
