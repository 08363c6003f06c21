/// What a filter is, as data; `filters.schema.json` says what each field means.
library;

import '../errors.dart';
import '../fields.dart';
import '../results.dart';
import 'reading.dart';

enum Quantifier { any, all, each }

enum Area { photo, background, person }

enum Placing { front, behind }

/// What chooses between two lists of layers.
sealed class Test {
  const Test();

  static Test read(Object? json, String place) {
    return switch (tagOf(json, place, 'test')) {
      'smiling' => Smiling._(_ofFaces(json, place, 1), 0.5),
      'tilted' => Tilted._(_ofFaces(json, place, 90), 15),
      'turned' => Turned._(_ofFaces(json, place, 90), 20),
      'faces' => FaceCount.read(json, place),
      'person' => PersonThere.read(json, place),
      'not' => NotTest.read(json, place),
      'both' => BothTests.read(json, place),
      'either' => EitherTest.read(json, place),
      final other => throw SpecError("$place: unknown test '$other': mend it"),
    };
  }

  static (Quantifier?, double?) _ofFaces(
    Object? json,
    String place,
    double most,
  ) {
    final fields = Fields(json, place, const ['test', 'of', 'least']);
    return (
      fields.maybe('of', _named(Quantifier.values)),
      fields.maybe('least', inRange(0, most)),
    );
  }
}

/// A test that faces pass.
sealed class FaceTest extends Test {
  FaceTest((Quantifier?, double?) said, double least)
    : of = said.$1 ?? Quantifier.any,
      least = said.$2 ?? least;

  final Quantifier of;
  final double least;
}

final class Smiling extends FaceTest {
  Smiling._(super.said, super.least);
}

final class Tilted extends FaceTest {
  Tilted._(super.said, super.least);
}

final class Turned extends FaceTest {
  Turned._(super.said, super.least);
}

final class FaceCount extends Test {
  const FaceCount(this.least, this.most);

  factory FaceCount.read(Object? json, String place) {
    final fields = Fields(json, place, const ['test', 'least', 'most']);
    return FaceCount(
      fields.maybe('least', countTo(1000)) ?? 1,
      fields.maybe('most', countTo(1000)),
    );
  }

  final int least;
  final int? most;
}

final class PersonThere extends Test {
  const PersonThere(this.least);

  factory PersonThere.read(Object? json, String place) {
    final fields = Fields(json, place, const ['test', 'least']);
    return PersonThere(fields.maybe('least', share) ?? 0.02);
  }

  final double least;
}

final class NotTest extends Test {
  const NotTest(this.that);

  factory NotTest.read(Object? json, String place) {
    final fields = Fields(json, place, const ['test', 'that']);
    return NotTest(fields.need('that', Test.read));
  }

  final Test that;
}

final class BothTests extends Test {
  const BothTests(this.tests);

  factory BothTests.read(Object? json, String place) {
    final fields = Fields(json, place, const ['test', 'tests']);
    return BothTests(fields.need('tests', someOf(Test.read)));
  }

  final List<Test> tests;
}

final class EitherTest extends Test {
  const EitherTest(this.tests);

  factory EitherTest.read(Object? json, String place) {
    final fields = Fields(json, place, const ['test', 'tests']);
    return EitherTest(fields.need('tests', someOf(Test.read)));
  }

  final List<Test> tests;
}

/// What is carried out, one layer after the other.
sealed class Layer {
  const Layer();

  static Layer read(Object? json, String place) {
    return switch (tagOf(json, place, 'do')) {
      'background' => Background.read(json, place),
      'blur' => Blur.read(json, place),
      'style' => Restyle.read(json, place),
      'grade' => Grade.read(json, place),
      'light' => Light.read(json, place),
      'particles' => Particles.read(json, place),
      'scenery' => Scenery.read(json, place),
      'sticker' => Sticker.read(json, place),
      'include' => Include.read(json, place),
      'choose' => Choice.read(json, place),
      final other => throw SpecError("$place: unknown layer '$other': mend it"),
    };
  }
}

final class Blur extends Layer {
  const Blur(this.strength);

  factory Blur.read(Object? json, String place) {
    final fields = Fields(json, place, const ['do', 'strength']);
    return Blur(fields.maybe('strength', share) ?? 0.6);
  }

  final double strength;
}

final class Restyle extends Layer {
  const Restyle(this.mix, this.strength, this.on);

  factory Restyle.read(Object? json, String place) {
    final fields = Fields(json, place, const ['do', 'mix', 'strength', 'on']);
    return Restyle(
      fields.need('mix', textTo(60)),
      fields.maybe('strength', share) ?? 1,
      fields.maybe('on', _named(Area.values)) ?? Area.background,
    );
  }

  final String mix;
  final double strength;
  final Area on;
}

final class Grade extends Layer {
  Grade.read(Object? json, String place)
    : this._(
        Fields(json, place, const [
          'do',
          'on',
          'exposure',
          'contrast',
          'saturation',
          'warmth',
          'colour', //
          'shade', 'vignette',
        ]),
      );

  Grade._(Fields fields)
    : on = fields.maybe('on', _named(Area.values)) ?? Area.photo,
      exposure = fields.maybe('exposure', inRange(-2, 2)) ?? 0,
      contrast = fields.maybe('contrast', signed) ?? 0,
      saturation = fields.maybe('saturation', signed) ?? 0,
      warmth = fields.maybe('warmth', signed) ?? 0,
      colour = fields.maybe('colour', colourOf) ?? '#000000',
      shade = fields.maybe('shade', share) ?? 0,
      vignette = fields.maybe('vignette', share) ?? 0;

  final Area on;
  final double exposure;
  final double contrast;
  final double saturation;
  final double warmth;
  final String colour;
  final double shade;
  final double vignette;
}

final class Light extends Layer {
  Light.read(Object? json, String place)
    : this._(
        Fields(json, place, const [
          'do',
          'at',
          'colour',
          'reach',
          'strength',
          'on',
        ]),
      );

  Light._(Fields fields)
    : at = fields.need('at', point),
      colour = fields.need('colour', colourOf),
      reach = fields.maybe('reach', above0(4)) ?? 1,
      strength = fields.maybe('strength', share) ?? 0.5,
      on = fields.maybe('on', _named(Area.values)) ?? Area.photo;

  final Point at;
  final String colour;
  final double reach;
  final double strength;
  final Area on;
}

final class Particles extends Layer {
  Particles.read(Object? json, String place)
    : this._(
        Fields(json, place, const [
          'do', 'art', 'count', 'size', 'velocity', 'sway', 'turn', 'spin', //
          'opacity', 'colours', 'place', 'seed',
        ]),
      );

  Particles._(Fields fields)
    : art = fields.need('art', named),
      count = fields.need('count', countTo(1000)),
      size = fields.need('size', pairOf(above0(4))),
      velocity = fields.maybe('velocity', point) ?? (0.0, 0.0),
      sway = fields.maybe('sway', share) ?? 0,
      turn = fields.maybe('turn', inRange(0, 180)) ?? 0,
      spin = fields.maybe('spin', inRange(0, 720)) ?? 0,
      opacity = fields.maybe('opacity', share) ?? 1,
      colours =
          fields.maybe('colours', atMost(12, listOf(colourOf))) ?? const [],
      place = fields.maybe('place', _named(Placing.values)) ?? Placing.front,
      seed = fields.maybe('seed', countTo(2147483648)) ?? 0;

  final String art;
  final int count;
  final (double, double) size;
  final Point velocity;
  final double sway;
  final double turn;
  final double spin;
  final double opacity;
  final List<String> colours;
  final Placing place;
  final int seed;
}

final class Scenery extends Layer {
  Scenery.read(Object? json, String place)
    : this._(
        Fields(json, place, const [
          'do', 'art', 'at', 'size', 'turn', 'opacity', 'place', //
        ]),
      );

  Scenery._(Fields fields)
    : art = fields.need('art', named),
      at = fields.need('at', point),
      size = fields.need('size', above0(4)),
      turn = fields.maybe('turn', inRange(-180, 180)) ?? 0,
      opacity = fields.maybe('opacity', share) ?? 1,
      place = fields.maybe('place', _named(Placing.values)) ?? Placing.behind;

  final String art;
  final Point at;
  final double size;
  final double turn;
  final double opacity;
  final Placing place;
}

final class Background extends Layer {
  const Background(this.words, this.scenery);

  factory Background.read(Object? json, String place) {
    final fields = Fields(json, place, const ['do', 'words', 'scenery']);
    final text = fields.need('words', asString);
    return Background([
      for (final word in text.split(',')) word.trim(),
    ], fields.maybe('scenery', listOf(Scenery.read)) ?? const []);
  }

  final List<String> words;
  final List<Scenery> scenery;
}

final class Sticker extends Layer {
  const Sticker(this.art, this.scale, this.opacity);

  factory Sticker.read(Object? json, String place) {
    final fields = Fields(json, place, const ['do', 'art', 'scale', 'opacity']);
    return Sticker(
      fields.need('art', named),
      fields.maybe('scale', inRange(0.2, 5)) ?? 1,
      fields.maybe('opacity', share) ?? 1,
    );
  }

  final String art;
  final double scale;
  final double opacity;
}

final class Include extends Layer {
  const Include(this.recipe);

  factory Include.read(Object? json, String place) {
    final fields = Fields(json, place, const ['do', 'recipe']);
    return Include(fields.need('recipe', named));
  }

  final String recipe;
}

final class Choice extends Layer {
  const Choice(this.test, this.then, this.otherwise);

  factory Choice.read(Object? json, String place) {
    final fields = Fields(json, place, const [
      'do',
      'when',
      'then',
      'otherwise',
    ]);
    return Choice(
      fields.need('when', Test.read),
      fields.maybe('then', listOf(Layer.read)) ?? const [],
      fields.maybe('otherwise', listOf(Layer.read)) ?? const [],
    );
  }

  final Test test;
  final List<Layer> then;
  final List<Layer> otherwise;
}

/// A filter: its [title], one line that says what it does, its layers.
final class Recipe {
  const Recipe(this.title, this.about, this.layers);

  factory Recipe.read(Object? json, String place) {
    final fields = Fields(json, place, const ['title', 'about', 'layers']);
    return Recipe(
      fields.need('title', textTo(40)),
      fields.need('about', textTo(120)),
      fields.need('layers', listOf(Layer.read)),
    );
  }

  final String title;
  final String about;
  final List<Layer> layers;
}

Reader<T> _named<T extends Enum>(List<T> values) => (json, place) {
  final name = oneOf([for (final value in values) value.name])(json, place);
  return values.byName(name);
};
