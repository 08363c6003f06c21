/// A filter on a picture of which everything is known already: no model, no network.
library;

import 'dart:typed_data';

import '../errors.dart';
import '../results.dart';
import 'anchors.dart';
import 'art.dart';
import 'backdrop.dart';
import 'conditions.dart';
import 'defocus.dart';
import 'grading.dart';
import 'layering.dart';
import 'particles.dart';
import 'planes.dart';
import 'ready.dart';
import 'recipe.dart';
import 'scene.dart';
import 'shapes.dart';
import 'tables.dart';

/// The filtered picture; [photo] is not written to.  The same picture, scene and recipe give
/// the same bytes.  Raises [SpecError] where the scene has no painting in a style that the
/// recipe wants.
Pixels applied(
  Pixels photo,
  FilterScene scene,
  Drawable drawable,
  Tables tables,
) {
  final Pixels(:width, :height, :data) = photo;
  final own = Pixels(width, height, Uint8List.fromList(data));
  final work = _Work(own, scene, drawable, tables)
    ..carryOut(drawable.layers, scene);
  return work.picture;
}

/// The picture as far as it is done.
final class _Work {
  _Work(this.picture, this.whole, this.drawable, this.tables)
    : background = whole.alpha?.map((share) => 1 - share);

  Pixels picture;
  final FilterScene whole;
  final Drawable drawable;
  final Tables tables;
  final Plane? background;

  /// [scene] has the faces that the layers are for.
  void carryOut(List<Layer> layers, FilterScene scene) {
    for (final layer in layers) {
      if (layer case Choice(:final test, :final then, :final otherwise)) {
        final (some, others) = split(test, scene, tables.face);
        if (some != null) carryOut(then, some);
        if (others != null) carryOut(otherwise, others);
      } else {
        _paint(layer, scene);
      }
    }
  }

  void _paint(Layer layer, FilterScene scene) {
    switch (layer) {
      case Background():
        _paintBehind(layer);
      case Blur(:final strength):
        picture = defocused(picture, whole.alpha, whole.depth, strength);
      case Restyle(:final on):
        _put(on, _restyled(picture, layer, whole));
      case Grade(:final on):
        _put(on, graded(picture, layer));
      case Light(:final on):
        _put(on, lit(picture, layer));
      case Particles(:final art, :final place):
        final (seconds, free) = (whole.seconds, _free(place));
        final drawn = drawable.art[art]!;
        paintParticles(picture, drawn, layer, seconds: seconds, free: free);
      case Scenery(:final art, :final place):
        _paintScenery(picture, drawable.art[art]!, layer, _free(place));
      case Sticker():
        _stick(layer, scene.faces);
      case Include() || Choice():
        throw StateError('a recipe that is ready includes nothing');
    }
  }

  /// Where may be painted: not on the person, when it is behind.
  Plane? _free(Placing place) => place == Placing.behind ? background : null;

  /// Nobody in the picture: there is nothing to put a background behind.
  void _paintBehind(Background layer) {
    final alpha = whole.alpha;
    if (alpha == null) return;
    final Pixels(:width, :height) = picture;
    final behind = backdrop(layer.words, width, height, tables.backdrops);
    for (final one in layer.scenery) {
      _paintScenery(behind, drawable.art[one.art]!, one, null);
    }
    picture = over(picture, behind, alpha);
  }

  /// Put another picture where [area] says; without a mask nobody is in the picture.
  void _put(Area area, Pixels other) {
    final share = area == Area.person ? whole.alpha : background;
    if (area == Area.photo || (share == null && area == Area.background)) {
      picture = other;
    } else if (share != null) {
      picture = _between(picture, other, share);
    }
  }

  /// The small faces, which are the far ones, first.
  void _stick(Sticker layer, List<Face> faces) {
    final art = drawable.art[layer.art]!;
    final anchors = [
      for (final face in faces)
        if (face.landmarks case final landmarks?)
          _fastened(art, landmarks, tables.face).scaled(layer.scale),
    ]..sort((a, b) => a.scale.compareTo(b.scale));
    for (final anchor in anchors) {
      paintArt(picture, art, Brush(anchor, opacity: layer.opacity));
    }
  }
}

Anchor _fastened(Art art, Float32List landmarks, FaceTable table) {
  final anchor = Anchor.onFace(landmarks, art.anchor ?? 'eyes', table);
  return art.round ? anchor.rounded(art.z) : anchor;
}

void _paintScenery(Pixels canvas, Art art, Scenery layer, Plane? free) {
  final at = (layer.at.$1 * canvas.width, layer.at.$2 * canvas.height);
  final anchor = Anchor.flat(at, layer.size * canvas.height, layer.turn);
  paintArt(canvas, art, Brush(anchor, opacity: layer.opacity, free: free));
}

Pixels _restyled(Pixels picture, Restyle layer, FilterScene scene) {
  final painted = scene.painted[layer.mix];
  if (painted == null) {
    throw SpecError(
      "the scene has no painting in the style '${layer.mix}': put it into 'painted'",
    );
  }
  final Pixels(:width, :height) = picture;
  return _between(picture, painted, Plane(width, height, 1, layer.strength));
}

/// One picture where the share is 0, the other where it is 1.
Pixels _between(Pixels one, Pixels other, Plane share) {
  final made = Uint8List(one.data.length);
  for (var at = 0; at < made.length; at += 1) {
    final (from, to) = (one.data[at], other.data[at]);
    made[at] = (from + share.data[at ~/ 3] * (to - from)).round();
  }
  return Pixels(one.width, one.height, made);
}
