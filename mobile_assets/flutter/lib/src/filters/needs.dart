/// What a filter has to know of a picture, so that nothing else is computed.
library;

import 'recipe.dart';

/// [faces], their [landmarks], their [smiles], the person's [mask], [depth], and the [styles]
/// that the picture has to be painted in.
final class Needs {
  const Needs({
    required this.faces,
    required this.landmarks,
    required this.smiles,
    required this.mask,
    required this.depth,
    required this.styles,
  });

  /// What all the layers and their tests need together.
  factory Needs.of(List<Layer> layers) {
    final every = [..._layers(layers)];
    final tests = [
      for (final layer in every)
        if (layer case Choice(:final test)) ..._tests(test),
    ];
    final landmarks =
        every.any((layer) => layer is Sticker) ||
        tests.any((test) => test is Tilted || test is Turned);
    final smiles = tests.any((test) => test is Smiling);
    return Needs(
      faces: landmarks || smiles || tests.any((test) => test is FaceCount),
      landmarks: landmarks,
      smiles: smiles,
      mask:
          every.any(_looksAtTheMask) ||
          tests.any((test) => test is PersonThere),
      depth: every.any((layer) => layer is Blur),
      styles: {
        for (final layer in every)
          if (layer case Restyle(:final mix)) mix,
      },
    );
  }

  final bool faces;
  final bool landmarks;
  final bool smiles;
  final bool mask;
  final bool depth;
  final Set<String> styles;
}

bool _looksAtTheMask(Layer layer) => switch (layer) {
  Particles(:final place) || Scenery(:final place) => place == Placing.behind,
  Grade(:final on) ||
  Light(:final on) ||
  Restyle(:final on) => on != Area.photo,
  Background() || Blur() => true,
  Sticker() || Include() || Choice() => false,
};

Iterable<Layer> _layers(List<Layer> layers) sync* {
  for (final layer in layers) {
    yield layer;
    if (layer case Choice(:final then, :final otherwise)) {
      yield* _layers([...then, ...otherwise]);
    }
  }
}

Iterable<Test> _tests(Test test) sync* {
  yield test;
  switch (test) {
    case NotTest(:final that):
      yield* _tests(that);
    case BothTests(:final tests) || EitherTest(:final tests):
      yield* tests.expand(_tests);
    case FaceTest() || FaceCount() || PersonThere():
      break;
  }
}
