/**
 * The random numbers of numpy's `default_rng(seed)`, one for one: PCG64 (O'Neill, "PCG: A
 * family of simple fast space-efficient statistically good algorithms", 2014) seeded by
 * SeedSequence, so that a seed scatters the same pieces in Python and here.
 */

// The multiplier of PCG64, in 16-bit limbs, the lowest first.
const MULTIPLIER = [0xf645, 0x9fcc, 0xdf64, 0x4385, 0x5da4, 0x1fc6, 0xed05, 0x2360];
const LIMBS = MULTIPLIER.length;

export class Random {
  private readonly state = new Uint32Array(LIMBS);
  private readonly step: Uint32Array;
  private high = 0;
  private low = 0;
  private kept: number | null = null;

  /** `seed`: a whole number of 32 bits. */
  constructor(seed: number) {
    const words = seeded(seed);
    const [start, sequence] = [limbs(words, 0), limbs(words, 4)];
    this.step = oddly(sequence);
    this.advance();
    add(this.state, start);
    this.advance();
  }

  /** In 0..1, 53 bits of it. */
  uniform(): number {
    this.next();
    return ((this.high >>> 0) * 2 ** 21 + (this.low >>> 11)) * 2 ** -53;
  }

  /** In 0..1, 24 bits of it: what float32 takes. */
  uniform32(): number {
    return (this.word() >>> 8) * 2 ** -24;
  }

  /** Of the normal distribution, by the ziggurat (Marsaglia and Tsang 2000). */
  normal(): number {
    for (;;) {
      this.next();
      const index = this.low & 0xff;
      const negative = (this.low >>> 8) & 1;
      const size = (this.high & 0x1fffffff) * 2 ** 23 + (this.low >>> 9);
      const x = (negative ? -1 : 1) * size * ZIGGURAT.width[index];
      if (size < ZIGGURAT.inside[index]) return x;
      const other = index === 0 ? this.tail(size) : this.wedge(index, x);
      if (other !== null) return other;
    }
  }

  private wedge(index: number, x: number): number | null {
    const { height } = ZIGGURAT;
    const at = (height[index - 1] - height[index]) * this.uniform() + height[index];
    return at < Math.exp(-0.5 * x * x) ? x : null;
  }

  private tail(size: number): number {
    for (;;) {
      const x = -Math.log1p(-this.uniform()) / RIGHTMOST;
      const y = -Math.log1p(-this.uniform());
      const far = RIGHTMOST + x;
      if (y + y > x * x) return Math.floor(size / 256) % 2 ? -far : far;
    }
  }

  /** 32 bits: the lower half of a number, then the upper one. */
  private word(): number {
    if (this.kept !== null) {
      const word = this.kept;
      this.kept = null;
      return word;
    }
    this.next();
    this.kept = this.high >>> 0;
    return this.low >>> 0;
  }

  /** The next 64 bits, in `high` and `low`: both halves of the state, xor-ed and rotated. */
  private next(): void {
    this.advance();
    const s = this.state;
    const low = ((s[0] | (s[1] << 16)) ^ (s[4] | (s[5] << 16))) >>> 0;
    const high = ((s[2] | (s[3] << 16)) ^ (s[6] | (s[7] << 16))) >>> 0;
    const turn = s[7] >>> 10;
    const [first, second] = turn < 32 ? [low, high] : [high, low];
    const bits = turn % 32;
    this.low = bits ? (first >>> bits) | (second << (32 - bits)) : first;
    this.high = bits ? (second >>> bits) | (first << (32 - bits)) : second;
  }

  /** state = state * multiplier + step, in 128 bits. */
  private advance(): void {
    const { state, step } = this;
    const made = new Float64Array(LIMBS);
    for (let i = 0; i < LIMBS; i += 1) {
      for (let j = 0; i + j < LIMBS; j += 1) made[i + j] += state[i] * MULTIPLIER[j];
    }
    for (let i = 0, carry = 0; i < LIMBS; i += 1) {
      const sum = made[i] + step[i] + carry;
      carry = Math.floor(sum / 65536);
      state[i] = sum - carry * 65536;
    }
  }
}

function add(to: Uint32Array, other: Uint32Array): void {
  for (let i = 0, carry = 0; i < LIMBS; i += 1) {
    const sum = to[i] + other[i] + carry;
    carry = sum >>> 16;
    to[i] = sum & 0xffff;
  }
}

/** Twice the number and one more. */
function oddly(number: Uint32Array): Uint32Array {
  return number.map((limb, i) => ((limb << 1) & 0xffff) | (i === 0 ? 1 : number[i - 1] >>> 15));
}

/** A number of 128 bits of four words, the upper 64 bits of which come first. */
function limbs(words: Uint32Array, from: number): Uint32Array {
  const order = [from + 2, from + 3, from, from + 1];
  return Uint32Array.from(order.flatMap((at) => [words[at] & 0xffff, words[at] >>> 16]));
}

// The constants of SeedSequence (numpy, after O'Neill's randutils).
const POOL = 4;
const SEED_WORDS = 8;

/** What SeedSequence makes of one word: eight words. */
function seeded(seed: number): Uint32Array {
  const pool = new Uint32Array(POOL);
  const mixed = hashing(0x43b0d7e5, 0x931e8875);
  pool.forEach((_, i) => (pool[i] = mixed(i === 0 ? seed : 0)));
  for (let from = 0; from < POOL; from += 1) {
    for (let to = 0; to < POOL; to += 1) {
      if (from !== to) pool[to] = joined(pool[to], mixed(pool[from]));
    }
  }
  const drawn = hashing(0x8b51f9dd, 0x58f38ded);
  return Uint32Array.from({ length: SEED_WORDS }, (_, i) => drawn(pool[i % POOL]));
}

function hashing(start: number, multiplier: number): (value: number) => number {
  let constant = start;
  return (value) => {
    const changed = value ^ constant;
    constant = Math.imul(constant, multiplier);
    return folded(Math.imul(changed, constant));
  };
}

function joined(x: number, y: number): number {
  return folded(Math.imul(x, 0xca01f9dd) - Math.imul(y, 0x4973f715));
}

function folded(value: number): number {
  return (value ^ (value >>> 16)) >>> 0;
}

// Where the lowest layer of the ziggurat ends, and the area of each.
const RIGHTMOST = 3.6541528853610088;
const AREA = 0.00492867323399;
const ZIGGURAT = ziggurat();

/** Per layer: how wide a unit is, below which number a point is surely inside, how high. */
function ziggurat(): Readonly<Record<"width" | "inside" | "height", Float64Array>> {
  const [width, inside, height] = [0, 1, 2].map(() => new Float64Array(256));
  const density = (x: number) => Math.exp(-0.5 * x * x);
  let x = RIGHTMOST;
  const base = AREA / density(x);
  [inside[0], width[0], height[0]] = [(x / base) * 2 ** 52, base / 2 ** 52, 1];
  [width[255], height[255]] = [x / 2 ** 52, density(x)];
  for (let i = 254; i >= 1; i -= 1) {
    const above = Math.sqrt(-2 * Math.log(AREA / x + density(x)));
    inside[i + 1] = (above / x) * 2 ** 52;
    [width[i], height[i]] = [above / 2 ** 52, density(above)];
    x = above;
  }
  return { width, inside, height };
}
