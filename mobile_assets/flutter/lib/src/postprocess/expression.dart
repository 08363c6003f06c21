/// Probabilities of the expressions of a face (arXiv 1710.07557).
library;

import '../results.dart';
import '../schema.dart';
import 'scene.dart';

/// `name-expressions`.
Map<String, double> nameExpressions(
  NameExpressions step,
  Tensors outputs,
  Scene scene,
) {
  final values = outputOf(outputs, step.output).data;
  return {for (final (i, label) in scene.labels.indexed) label: values[i]};
}
