/// Probabilities to the best labels.
library;

import '../geometry.dart';
import '../results.dart';
import '../schema.dart';
import 'scene.dart';

/// `top-labels`.
Labels topLabels(TopLabels step, Tensors outputs, Scene scene) {
  final probabilities = outputOf(outputs, step.output).data;
  final best = bestFirst([
    for (var i = 0; i < probabilities.length; i += 1) i,
  ], probabilities);
  return Labels([
    for (final i in best.take(step.most))
      Label(scene.labels[i], probabilities[i]),
  ]);
}
