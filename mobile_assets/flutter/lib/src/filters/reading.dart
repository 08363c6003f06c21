/// JSON of recipes and art, read strictly: numbers lie in their range, texts are of their kind.
library;

import '../errors.dart';
import '../fields.dart';
import '../results.dart';

final _colour = RegExp(r'^#[0-9a-f]{6}$');
final _name = RegExp(r'^[a-z0-9][a-z0-9-]{0,39}$');

/// A number of low..high.
Reader<double> inRange(double low, double high) => (json, place) {
  final value = asDouble(json, place);
  if (value >= low && value <= high) return value;
  throw SpecError('$place is $value, not in $low..$high: mend it');
};

/// A number above 0, no more than [high].
Reader<double> above0(double high) => (json, place) {
  final value = asDouble(json, place);
  if (value > 0 && value <= high) return value;
  throw SpecError('$place is $value, not above 0 and up to $high: mend it');
};

/// A whole number of 0..high.
Reader<int> countTo(int high) => (json, place) {
  final value = asInt(json, place);
  if (value >= 0 && value <= high) return value;
  throw SpecError('$place is $value, not in 0..$high: mend it');
};

final Reader<double> share = inRange(0, 1);
final Reader<double> signed = inRange(-1, 1);
final Reader<Point> point = pairOf(inRange(-100, 100));

/// Red, green and blue: `#rrggbb`.
String colourOf(Object? json, String place) =>
    _matching(json, place, _colour, 'a colour such as #ff8000');

/// The name of a recipe or of art.
String named(Object? json, String place) =>
    _matching(json, place, _name, 'a name');

/// A text of 1 to [most] letters.
Reader<String> textTo(int most) => (json, place) {
  final text = asString(json, place);
  if (text.isNotEmpty && text.length <= most) return text;
  throw SpecError('$place has ${text.length} letters, not 1..$most: mend it');
};

/// One or more.
Reader<List<T>> someOf<T>(Reader<T> read, [int least = 1]) => (json, place) {
  final items = listOf(read)(json, place);
  if (items.length >= least) return items;
  throw SpecError('$place has fewer than $least items: mend it');
};

/// No more than [most].
Reader<List<T>> atMost<T>(int most, Reader<List<T>> read) => (json, place) {
  final items = read(json, place);
  if (items.length <= most) return items;
  throw SpecError('$place has more than $most items: mend it');
};

String _matching(Object? json, String place, RegExp pattern, String wanted) {
  final text = asString(json, place);
  if (pattern.hasMatch(text)) return text;
  throw SpecError("$place is '$text', not $wanted: mend it");
}
