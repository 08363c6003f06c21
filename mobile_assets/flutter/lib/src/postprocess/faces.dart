/// Candidates to faces (BlazeFace, arXiv 1907.05047).
library;

import '../results.dart';
import '../schema.dart';
import 'candidates.dart';

/// `name-points`.
Faces namePoints(NamePoints step, Candidates found) {
  return Faces([
    for (var i = 0; i < found.rows.length; i += 1)
      _face(found.rows[i], found.scores[i], step.points),
  ]);
}

Face _face(List<double> row, double score, List<String> names) {
  return Face(
    boxXyxy: (row[0], row[1], row[2], row[3]),
    score: score,
    points: {
      for (final (i, name) in names.indexed)
        name: (row[4 + 2 * i], row[5 + 2 * i]),
    },
  );
}
