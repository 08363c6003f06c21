/// Where art sits on a head: its pose from landmarks, and the pixel of each of its points.
///
/// The pose is the similarity that takes the mean face to the landmarks with the least squared
/// distance; its rotation is found by Horn, "Closed-form solution of absolute orientation using
/// unit quaternions", 1987, which never mirrors a face.
library;

import 'dart:math' as math;
import 'dart:typed_data';

import '../results.dart';
import 'tables.dart';

typedef _Matrix = List<List<double>>;

const _degrees = 180 / math.pi;

/// How a head is held: a point p of the mean face is at `scale * rotation p + origin`.
final class Pose {
  const Pose(this.scale, this.rotation);

  /// The pose of a face with landmarks.
  factory Pose.of(Float32List landmarks, FaceTable table) {
    final seen = [for (final number in table.landmarks) _at(landmarks, number)];
    final mean = [
      for (final (x, y, z) in table.points) [x, y, z],
    ];
    final there = _middle(seen);
    final here = _middle(mean);
    double shared(int i, int j) {
      var sum = 0.0;
      for (var k = 0; k < seen.length; k += 1) {
        sum += (seen[k][i] - there[i]) * (mean[k][j] - here[j]);
      }
      return sum;
    }

    var spread = 0.0;
    for (final point in mean) {
      for (var i = 0; i < 3; i += 1) {
        spread += (point[i] - here[i]) * (point[i] - here[i]);
      }
    }
    final matrix = [
      for (var i = 0; i < 3; i += 1)
        [for (var j = 0; j < 3; j += 1) shared(i, j)],
    ];
    final rotation = _rotated(matrix);
    var stretch = 0.0;
    for (var i = 0; i < 3; i += 1) {
      for (var j = 0; j < 3; j += 1) {
        stretch += matrix[i][j] * rotation[i][j];
      }
    }
    return Pose(stretch / spread, rotation);
  }

  final double scale;
  final List<List<double>> rotation;

  /// Degrees by which the head looks to the left of the picture (negative: right).
  double get yaw => math.atan2(rotation[0][2], rotation[2][2]) * _degrees;

  /// Degrees by which the head leans, clockwise in the picture.
  double get roll => math.atan2(rotation[1][0], rotation[0][0]) * _degrees;
}

/// Takes points of art to pixels: [at] is where its origin is, [u], [v] and [w] are its x, y
/// and z in pixels, [away] is the direction of the camera's z in the art's own axes.
final class Anchor {
  const Anchor(this.at, this.u, this.v, this.w, this.away);

  /// On a spot of a face, by its own landmarks, so that a long nose gets its moustache lower.
  factory Anchor.onFace(Float32List landmarks, String spot, FaceTable table) {
    final Pose(:scale, :rotation) = Pose.of(landmarks, table);
    final numbers = table.spots[spot]!;
    final at = _middle([for (final number in numbers) _at(landmarks, number)]);
    Point axis(int j) => (scale * rotation[0][j], scale * rotation[1][j]);
    final [x, y, z] = rotation[2];
    return Anchor((at[0], at[1]), axis(0), axis(1), axis(2), (x, y, z));
  }

  /// For art that is on no face: one unit is [size] pixels, turned clockwise.
  factory Anchor.flat(Point at, double size, [double degrees = 0]) {
    final along = size * math.cos(degrees / _degrees);
    final across = size * math.sin(degrees / _degrees);
    return Anchor(at, (along, across), (-across, along), (0, 0), (0, 0, 1));
  }

  final Point at;
  final Point u;
  final Point v;
  final Point w;
  final Vector away;

  /// The pixel of a point of the art.
  Point pixel(double x, double y, double z) => (
    at.$1 + x * u.$1 + y * v.$1 + z * w.$1,
    at.$2 + x * u.$2 + y * v.$2 + z * w.$2,
  );

  /// Pixels to one unit of the art, were it seen from the front.
  double get scale => math.sqrt((_square(u) + _square(v) + _square(w)) / 2);

  /// For art that looks the same from all around, as a hat does: upright on the head, [depth]
  /// units behind, and never narrower.
  Anchor rounded(double depth) {
    final length = math.sqrt(_square(v));
    if (length < 1e-6) return this; // seen from above
    final factor = scale / length;
    final across = (v.$2 * factor, -v.$1 * factor);
    return Anchor(pixel(0, 0, depth), across, v, (0, 0), (0, 0, 1));
  }

  /// The same place with the art's x turned round.
  Anchor mirrored() =>
      Anchor(at, _times(u, -1), v, w, (-away.$1, away.$2, away.$3));

  /// The same place with larger art.
  Anchor scaled(double factor) =>
      Anchor(at, _times(u, factor), _times(v, factor), _times(w, factor), away);

  static double _square(Point axis) => axis.$1 * axis.$1 + axis.$2 * axis.$2;

  static Point _times(Point axis, double factor) =>
      (axis.$1 * factor, axis.$2 * factor);
}

List<double> _at(Float32List landmarks, int number) => [
  for (var i = 3 * number; i < 3 * number + 3; i += 1) landmarks[i],
];

List<double> _middle(List<List<double>> points) => [
  for (var i = 0; i < 3; i += 1)
    points.fold(0.0, (sum, point) => sum + point[i]) / points.length,
];

/// The rotation R for which the sum of `shared[i][j] * R[i][j]` is largest: the quaternion is
/// the eigenvector with the largest eigenvalue of a symmetric 4x4 matrix.
_Matrix _rotated(_Matrix shared) {
  final [[xx, yx, zx], [xy, yy, zy], [xz, yz, zz]] = shared;
  final [w, x, y, z] = _largest([
    [xx + yy + zz, yz - zy, zx - xz, xy - yx],
    [yz - zy, xx - yy - zz, xy + yx, zx + xz],
    [zx - xz, xy + yx, yy - xx - zz, yz + zy],
    [xy - yx, zx + xz, yz + zy, zz - xx - yy],
  ]);
  return [
    [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
    [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
    [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
  ];
}

const _sweeps = 12;

/// The unit eigenvector with the largest eigenvalue, by Jacobi's rotations.
List<double> _largest(_Matrix symmetric) {
  final vectors = [
    for (var i = 0; i < 4; i += 1)
      [for (var j = 0; j < 4; j += 1) i == j ? 1.0 : 0.0],
  ];
  for (var sweep = 0; sweep < _sweeps; sweep += 1) {
    for (var p = 0; p < 3; p += 1) {
      for (var q = p + 1; q < 4; q += 1) {
        _turn(symmetric, vectors, p, q);
      }
    }
  }
  var best = 0;
  for (var i = 1; i < 4; i += 1) {
    if (symmetric[i][i] > symmetric[best][best]) best = i;
  }
  return [for (final row in vectors) row[best]];
}

/// One rotation, after which the matrix is 0 at (p, q).
void _turn(_Matrix matrix, _Matrix vectors, int p, int q) {
  if (matrix[p][q] == 0) return;
  final theta = (matrix[q][q] - matrix[p][p]) / (2 * matrix[p][q]);
  final sign = theta < 0 ? -1 : 1;
  final t = sign / (theta.abs() + math.sqrt(theta * theta + 1));
  final c = 1 / math.sqrt(t * t + 1);
  final s = t * c;
  for (final row in [...matrix, ...vectors]) {
    final (upper, lower) = (row[p], row[q]);
    row[p] = c * upper - s * lower;
    row[q] = s * upper + c * lower;
  }
  for (var i = 0; i < 4; i += 1) {
    final (upper, lower) = (matrix[p][i], matrix[q][i]);
    matrix[p][i] = c * upper - s * lower;
    matrix[q][i] = s * upper + c * lower;
  }
}
