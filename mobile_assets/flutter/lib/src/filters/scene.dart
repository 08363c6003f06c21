/// What is known of one picture before a filter draws: faces, mask, paintings.
library;

import '../results.dart';
import 'planes.dart';

/// One picture as a filter sees it; what a filter does not need may be left out.
///
/// [alpha]: 1 where the person is; null counts as no person.  [depth]: in metres.  [painted]:
/// the picture in a style, by the mix.  [seconds]: the time in a film, by which what falls has
/// fallen.
final class FilterScene {
  const FilterScene({
    this.faces = const [],
    this.alpha,
    this.depth,
    this.painted = const {},
    this.seconds = 0,
  });

  final List<Face> faces;
  final Plane? alpha;
  final Plane? depth;
  final Map<String, Pixels> painted;
  final double seconds;

  /// The same picture as if it had those faces only.
  FilterScene of(List<Face> faces) => FilterScene(
    faces: faces,
    alpha: alpha,
    depth: depth,
    painted: painted,
    seconds: seconds,
  );

  /// How much of the picture the person covers, 0..1.
  double get personShare {
    final shares = alpha?.data;
    if (shares == null) return 0;
    return shares.fold(0.0, (sum, share) => sum + share) / shares.length;
  }
}
