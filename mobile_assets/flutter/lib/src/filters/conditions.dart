/// Which of the two lists of a choice holds, and for which faces.
library;

import '../results.dart';
import 'anchors.dart';
import 'recipe.dart';
import 'scene.dart';
import 'tables.dart';

/// Whether every face answers for itself.
bool isForEach(Test test) => switch (test) {
  FaceTest(:final of) => of == Quantifier.each,
  NotTest(:final that) => isForEach(that),
  BothTests(:final tests) || EitherTest(:final tests) => tests.any(isForEach),
  FaceCount() || PersonThere() => false,
};

/// The scene for `then` and the scene for `otherwise`; null where a list is left out.
///
/// A test of `each` face gives both, with the faces that pass and with the others; where there
/// is no face, neither.
(FilterScene?, FilterScene?) split(
  Test test,
  FilterScene scene,
  FaceTable table,
) {
  if (!isForEach(test)) {
    return holds(test, scene, table) ? (scene, null) : (null, scene);
  }
  final (then, others) = (<Face>[], <Face>[]);
  for (final face in scene.faces) {
    (holds(test, scene.of([face]), table) ? then : others).add(face);
  }
  FilterScene? of(List<Face> faces) => faces.isEmpty ? null : scene.of(faces);
  return (of(then), of(others));
}

/// Whether a test holds for a scene; of no face nothing holds, neither any nor all.
bool holds(Test test, FilterScene scene, FaceTable table) {
  bool holdsHere(Test one) => holds(one, scene, table);
  return switch (test) {
    FaceTest() => _ofFaces(test, scene.faces, table),
    FaceCount(:final least, :final most) =>
      least <= scene.faces.length &&
          (most == null || scene.faces.length <= most),
    PersonThere(:final least) => scene.personShare >= least,
    NotTest(:final that) => !holdsHere(that),
    BothTests(:final tests) => tests.every(holdsHere),
    EitherTest(:final tests) => tests.any(holdsHere),
  };
}

bool _ofFaces(FaceTest test, List<Face> faces, FaceTable table) {
  bool passes(Face face) => _value(test, face, table) >= test.least;
  if (test.of == Quantifier.any) return faces.any(passes);
  return faces.isNotEmpty && faces.every(passes);
}

/// A face without landmarks is taken to be straight.
double _value(FaceTest test, Face face, FaceTable table) {
  if (test is Smiling) return face.smile ?? 0;
  final landmarks = face.landmarks;
  if (landmarks == null) return 0;
  final pose = Pose.of(landmarks, table);
  return (test is Turned ? pose.yaw : pose.roll).abs();
}
