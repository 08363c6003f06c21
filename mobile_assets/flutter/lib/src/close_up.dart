/// A face looked at a second time, from close by: a detector now and then takes an arm or a
/// ball for a face, and the mesh, which is made to see one, agrees.
library;

import 'dart:math' as math;
import 'dart:typed_data';

import 'geometry.dart';
import 'pipeline.dart';
import 'results.dart';
import 'rounding.dart';
import 'schema.dart';

const _mesh = 'face-landmarks';

/// The side of the square, in units of the box's longer one.
const _side = 1.5;

/// The detector's score from which nobody looks again.
const _sureAtOnce = 0.85;
const _sureScore = 0.7;
const _surePresence = 0.98;

/// Intersection over union from which a face in the square is the one that is meant.
const _same = 0.25;

/// Whether what was found in a photo is a face: one of which the detector was sure at once, or
/// of which from close by it is or the mesh.  Raises as the tasks of [lens] do.
Future<bool> isFace(Lens lens, Pixels photo, Face face) async {
  if (face.score >= _sureAtOnce) return true;
  final (pixels, left, top) = squareOf(photo, face);
  final (x0, y0, x1, y1) = face.boxXyxy;
  final box = [x0 - left, y0 - top, x1 - left, y1 - top];
  var same = -1;
  Tensors? outputs;
  await for (final stage in lens.trace(_mesh, Request(pixels))) {
    switch (stage) {
      case Stage(step: FindFaces(), value: Faces(:final faces)):
        same = _nearest(box, faces);
        if (same < 0) return false;
        if (faces[same].score >= _sureScore) return true;
      case Stage(step: Run(), :final face, value: final Tensors made)
          when face == same:
        outputs = made;
      case Stage(step: KeepPresent(:final output), :final face)
          when face == same:
        return outputs![output]!.data[0] >= _surePresence;
      default:
    }
  }
  return false;
}

/// The face that overlaps most with a box, or -1 where none does so enough.
int _nearest(List<double> box, List<Face> faces) {
  var (nearest, most) = (-1, 0.0);
  for (final (number, face) in faces.indexed) {
    final (x0, y0, x1, y1) = face.boxXyxy;
    final shared = overlap(box, [x0, y0, x1, y1]);
    if (shared >= _same && shared > most) (nearest, most) = (number, shared);
  }
  return nearest;
}

/// The square around a face, and where in the photo it begins; beyond the photo its edge is
/// repeated.
(Pixels, int, int) squareOf(Pixels photo, Face face) {
  final (x0, y0, x1, y1) = face.boxXyxy;
  final longer = math.max(x1 - x0, y1 - y0);
  final side = math.max(1, (_side * longer + 0.5).floor());
  final left = ((x0 + x1 - side) / 2 + 0.5).floor();
  final top = ((y0 + y1 - side) / 2 + 0.5).floor();
  final data = Uint8List(3 * side * side);
  for (var y = 0; y < side; y += 1) {
    final row = photo.width * clamp(top + y, 0, photo.height - 1);
    for (var x = 0; x < side; x += 1) {
      final column = clamp(left + x, 0, photo.width - 1);
      final to = 3 * (y * side + x);
      data.setRange(to, to + 3, photo.data, 3 * (row + column));
    }
  }
  return (Pixels(side, side, data), left, top);
}
