/// Candidates to objects.
library;

import '../results.dart';
import 'candidates.dart';
import 'scene.dart';

/// `label-boxes`.
Objects labelBoxes(Candidates found, Scene scene) {
  return Objects([
    for (var i = 0; i < found.rows.length; i += 1)
      DetectedObject(scene.labels[found.classes[i]], found.scores[i], (
        found.rows[i][0],
        found.rows[i][1],
        found.rows[i][2],
        found.rows[i][3],
      )),
  ]);
}
