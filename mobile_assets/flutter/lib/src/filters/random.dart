/// The random numbers of numpy's `default_rng(seed)`, one for one: PCG64 (O'Neill, "PCG: A
/// family of simple fast space-efficient statistically good algorithms", 2014) seeded by
/// SeedSequence, so that a seed scatters the same pieces in Python and here.
library;

import 'dart:math' as math;
import 'dart:typed_data';

// The multiplier of PCG64, in 16-bit limbs, the lowest first.
const _multiplier = [
  0xf645, 0x9fcc, 0xdf64, 0x4385, 0x5da4, 0x1fc6, 0xed05, 0x2360, //
];
const _limbs = 8;
const _word = 0xffffffff;

final class Random {
  /// [seed]: a whole number of 32 bits.
  Random(int seed) {
    final words = _seeded(seed);
    final start = _from(words, 0);
    _step.setAll(0, _oddly(_from(words, 4)));
    _advance();
    _add(_state, start);
    _advance();
  }

  final _state = Int64List(_limbs);
  final _step = Int64List(_limbs);
  int _high = 0;
  int _low = 0;
  int? _kept;

  /// In 0..1, 53 bits of it.
  double uniform() {
    _next();
    return (_high * 2097152 + (_low >> 11)) * math.pow(2, -53).toDouble();
  }

  /// In 0..1, 24 bits of it: what float32 takes.
  double uniform32() => (_bits() >> 8) / 16777216;

  /// Of the normal distribution, by the ziggurat (Marsaglia and Tsang 2000).
  double normal() {
    while (true) {
      _next();
      final index = _low & 0xff;
      final negative = (_low >> 8) & 1 == 1;
      final size = (_high & 0x1fffffff) * 8388608 + (_low >> 9);
      final x = (negative ? -1 : 1) * size * _ziggurat.width[index];
      if (size < _ziggurat.inside[index]) return x;
      final other = index == 0 ? _tail(size) : _wedge(index, x);
      if (other != null) return other;
    }
  }

  double? _wedge(int index, double x) {
    final height = _ziggurat.height;
    final rise = height[index - 1] - height[index];
    final at = rise * uniform() + height[index];
    return at < math.exp(-0.5 * x * x) ? x : null;
  }

  double _tail(int size) {
    while (true) {
      final x = -math.log(1 - uniform()) / _rightmost;
      final y = -math.log(1 - uniform());
      final far = _rightmost + x;
      if (y + y > x * x) return (size >> 8) & 1 == 1 ? -far : far;
    }
  }

  /// 32 bits: the lower half of a number, then the upper one.
  int _bits() {
    if (_kept case final kept?) {
      _kept = null;
      return kept;
    }
    _next();
    _kept = _high;
    return _low;
  }

  /// The next 64 bits, in [_high] and [_low]: both halves of the state, xor-ed and rotated.
  void _next() {
    _advance();
    final s = _state;
    final low = (s[0] | s[1] << 16) ^ (s[4] | s[5] << 16);
    final high = (s[2] | s[3] << 16) ^ (s[6] | s[7] << 16);
    final turn = s[7] >> 10;
    final (first, second) = turn < 32 ? (low, high) : (high, low);
    final bits = turn % 32;
    _low = (first >> bits | second << (32 - bits)) & _word;
    _high = (second >> bits | first << (32 - bits)) & _word;
  }

  /// state = state * multiplier + step, in 128 bits.
  void _advance() {
    final made = Int64List(_limbs);
    for (var i = 0; i < _limbs; i += 1) {
      for (var j = 0; i + j < _limbs; j += 1) {
        made[i + j] += _state[i] * _multiplier[j];
      }
    }
    _add(made, _step);
    _state.setAll(0, made);
  }
}

/// Adds another number, and carries what is over 16 bits in each limb.
void _add(Int64List to, Int64List other) {
  var carry = 0;
  for (var i = 0; i < _limbs; i += 1) {
    final sum = to[i] + other[i] + carry;
    carry = sum >> 16;
    to[i] = sum & 0xffff;
  }
}

/// Twice the number and one more.
Int64List _oddly(Int64List number) => Int64List.fromList([
  for (var i = 0; i < _limbs; i += 1)
    (number[i] << 1 & 0xffff) | (i == 0 ? 1 : number[i - 1] >> 15),
]);

/// A number of 128 bits of four words, the upper 64 bits of which come first.
Int64List _from(List<int> words, int start) => Int64List.fromList([
  for (final at in [start + 2, start + 3, start, start + 1]) ...[
    words[at] & 0xffff,
    words[at] >> 16,
  ],
]);

// The constants of SeedSequence (numpy, after O'Neill's randutils).
const _pool = 4;
const _seedWords = 8;

/// What SeedSequence makes of one word: eight words.
List<int> _seeded(int seed) {
  final mixed = _hashing(0x43b0d7e5, 0x931e8875);
  final pool = [for (var i = 0; i < _pool; i += 1) mixed(i == 0 ? seed : 0)];
  for (var from = 0; from < _pool; from += 1) {
    for (var to = 0; to < _pool; to += 1) {
      if (from != to) pool[to] = _joined(pool[to], mixed(pool[from]));
    }
  }
  final drawn = _hashing(0x8b51f9dd, 0x58f38ded);
  return [for (var i = 0; i < _seedWords; i += 1) drawn(pool[i % _pool])];
}

int Function(int) _hashing(int start, int multiplier) {
  var constant = start;
  return (value) {
    final changed = value ^ constant;
    constant = _times(constant, multiplier);
    return _folded(_times(changed, constant));
  };
}

int _joined(int x, int y) =>
    _folded((_times(x, 0xca01f9dd) - _times(y, 0x4973f715)) & _word);

int _folded(int value) => value ^ value >> 16;

/// The lower 32 bits of a product: a whole one wraps at 64 bits, which are enough.
int _times(int x, int y) => x * y & _word;

// Where the lowest layer of the ziggurat ends, and the area of each.
const _rightmost = 3.6541528853610088;
const _area = 0.00492867323399;
final _ziggurat = _Ziggurat();

/// Per layer: how wide a unit is, below which number a point is surely inside, how high.
final class _Ziggurat {
  _Ziggurat() {
    const whole = 4503599627370496.0; // 2^52
    var x = _rightmost;
    final base = _area / _density(x);
    inside[0] = x / base * whole;
    width[0] = base / whole;
    height[0] = 1;
    width[255] = x / whole;
    height[255] = _density(x);
    for (var i = 254; i >= 1; i -= 1) {
      final above = math.sqrt(-2 * math.log(_area / x + _density(x)));
      inside[i + 1] = above / x * whole;
      width[i] = above / whole;
      height[i] = _density(above);
      x = above;
    }
  }

  final width = Float64List(256);
  final inside = Float64List(256);
  final height = Float64List(256);

  static double _density(double x) => math.exp(-0.5 * x * x);
}
