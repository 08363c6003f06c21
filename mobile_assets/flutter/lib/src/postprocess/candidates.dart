/// Boxes that a detector proposes: which are kept, and where they lie in the photo.
library;

import '../geometry.dart';
import '../results.dart';
import '../rounding.dart';
import '../schema.dart';
import 'scene.dart';

/// Boxes, the best score first.
///
/// Each of [rows] is x0, y0, x1, y1 and then x, y of each point, in 0..1 of the input or,
/// once they are mapped, in pixels of the photo; [classes] are indices of labels.
final class Candidates {
  const Candidates(this.rows, this.scores, this.classes);

  final List<List<double>> rows;
  final List<double> scores;
  final List<int> classes;

  Candidates withRows(List<List<double>> rows) {
    return Candidates(rows, scores, classes);
  }
}

/// `select-candidates`.
Candidates select(SelectCandidates step, Tensors outputs) {
  final scores = outputOf(outputs, step.scores);
  final anchors = scores.shape[1];
  final classes = scores.data.length ~/ anchors;
  final threshold = fround(step.threshold);
  final likely = [
    for (var i = 0; i < scores.data.length; i += 1)
      if (scores.data[i] >= threshold) i,
  ];
  final sorted = bestFirst(likely, scores.data);
  final kept = step.most > 0 ? sorted.take(step.most) : sorted;
  return Candidates(
    [for (final i in kept) _rowOf(step, outputs, i ~/ classes)],
    [for (final i in kept) scores.data[i]],
    [for (final i in kept) i % classes],
  );
}

List<double> _rowOf(SelectCandidates step, Tensors outputs, int anchor) {
  return [
    ..._numbersOf(outputOf(outputs, step.boxes), anchor),
    if (step.points != '')
      ..._numbersOf(outputOf(outputs, step.points), anchor),
  ];
}

/// The numbers of an anchor in a tensor [1, N, ...].
List<double> _numbersOf(TensorData tensor, int anchor) {
  final each = tensor.data.length ~/ tensor.shape[1];
  return tensor.data.sublist(anchor * each, (anchor + 1) * each);
}

/// `weighted-nms`.
Candidates melt(WeightedNms step, Candidates found) {
  final melted = weightedNms(found.rows, found.scores, step.iouThreshold);
  return Candidates(
    [for (final (row, _) in melted) row],
    [for (final (_, score) in melted) score],
    [for (final _ in melted) 0],
  );
}

/// `nms`.
Candidates suppress(Nms step, Candidates found) {
  final kept = <int>[];
  for (final label in {...found.classes}) {
    final members = [
      for (var i = 0; i < found.classes.length; i += 1)
        if (found.classes[i] == label) i,
    ];
    final rows = [for (final i in members) found.rows[i]];
    final scores = [for (final i in members) found.scores[i]];
    final best = nms(rows, scores, step.iouThreshold);
    kept.addAll([for (final i in best) members[i]]);
  }
  kept.sort(); // candidates come sorted by score
  return _picked(found, kept.take(step.most));
}

Candidates _picked(Candidates found, Iterable<int> kept) {
  return Candidates(
    [for (final i in kept) found.rows[i]],
    [for (final i in kept) found.scores[i]],
    [for (final i in kept) found.classes[i]],
  );
}

/// `map-boxes`.
Candidates toPhoto(Candidates found, Scene scene) {
  return found.withRows([for (final row in found.rows) _mapped(row, scene)]);
}

List<double> _mapped(List<double> row, Scene scene) {
  final made = List.filled(row.length, 0.0);
  for (var i = 0; i < row.length; i += 2) {
    final (x, y) = scene.placement.pixel(row[i], row[i + 1]);
    made[i] = x;
    made[i + 1] = y;
  }
  return made;
}

/// `clip-boxes`.
Candidates clip(Candidates found, Scene scene) {
  final (width, height) = scene.size;
  return found.withRows([
    for (final row in found.rows)
      [
        clampDouble(row[0], 0, width.toDouble()),
        clampDouble(row[1], 0, height.toDouble()),
        clampDouble(row[2], 0, width.toDouble()),
        clampDouble(row[3], 0, height.toDouble()),
        ...row.skip(4),
      ],
  ]);
}
