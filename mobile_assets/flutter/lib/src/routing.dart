/// The policies of a router: which side is asked, in which order, and with how much time.
library;

import 'dart:math' as math;

import 'device_side.dart';
import 'errors.dart';
import 'outcomes.dart';
import 'pipeline.dart';
import 'remote/capabilities.dart';
import 'remote/clock.dart';
import 'remote/refusals.dart';
import 'remote/remote_lens.dart';

/// Who is asked.
enum Policy {
  deviceFirst('device-first'),
  serverFirst('server-first'),
  deviceOnly('device-only'),
  fastest('fastest'),
  bestQuality('best-quality');

  const Policy(this.id);

  /// As the other languages and the command line write it.
  final String id;
}

const _listSeconds = 2.0; // that a server gets to say what it can do

/// What to do instead, and in what it is less.
final class Fallback<T> {
  const Fallback(this.work, this.why, {this.seconds = 0});

  final Future<Worked<T>> Function(Lens lens) work;

  /// Of what was made.
  final String Function(OutcomeProvenance made) why;

  /// That it is expected to take, where that is known beforehand.
  final double seconds;
}

/// A question and every way to have it answered.  [device]: by the very model that is meant;
/// null for a heavy one.  [fallback]: by less.
final class Route<T> {
  const Route({
    required this.address,
    required this.server,
    this.device,
    this.fallback,
  });

  final String address;
  final Future<Outcome<T>> Function(How how) server;
  final DeviceTask<T>? device;
  final Fallback<T>? fallback;

  String get light => '$address, lightly';
}

/// Asks a server for its list of models; raises [Refusal].
typedef Listing = Future<Capabilities> Function(double seconds);

/// Answers routes by a policy, within their deadline.  [models] is null without a server.
final class Routing {
  const Routing(this.device, this.models, this.clock);

  final DeviceSide device;
  final Listing? models;
  final Clock clock;

  /// The outcome, by the deadline.
  Future<Outcome<T>> ask<T>(
    Route<T> route,
    Policy policy,
    How how,
    double seconds,
  ) async {
    final ends = clock.now() + seconds;
    return switch (policy) {
      Policy.deviceFirst => await _deviceFirst(route, how, ends),
      Policy.serverFirst => await _serverFirst(route, how, ends),
      Policy.deviceOnly => await _deviceOnly(route, ends),
      Policy.fastest => await _fastest(route, how, ends),
      // What a lens does, it does with every pixel.
      Policy.bestQuality => await _deviceFirst(
        route,
        how.copy(fullSize: true),
        ends,
      ),
    };
  }

  Future<Outcome<T>> _deviceOnly<T>(Route<T> route, double ends) async {
    final here = await _here(route, ends);
    if (here is! Unavailable) return here;
    return _lightly(route, ends, here);
  }

  Future<Outcome<T>> _deviceFirst<T>(
    Route<T> route,
    How how,
    double ends,
  ) async {
    final here = await _here(route, ends);
    if (here is! Unavailable) return here;
    final there = await _there(route, how, ends - _reserve(route, ends));
    if (there is! Unavailable) return there;
    return _lightly(route, ends, neither(here, there));
  }

  Future<Outcome<T>> _serverFirst<T>(
    Route<T> route,
    How how,
    double ends,
  ) async {
    final there = await _there(route, how, ends - _reserve(route, ends));
    if (there is! Unavailable) return there;
    final here = await _here(route, ends);
    if (here is! Unavailable) return here;
    return _lightly(route, ends, neither(here, there));
  }

  /// Both at once; the first answer counts.
  Future<Outcome<T>> _fastest<T>(Route<T> route, How how, double ends) {
    final task = route.device;
    if (task == null) return _deviceFirst(route, how, ends);
    return _first(device.start(task), _there(route, how, ends)).timeout(
      duration(ends - clock.now()),
      onTimeout: () => const Unavailable(
        'neither side was done by the deadline',
        0,
        'deadline',
      ),
    );
  }

  Future<Outcome<T>> _first<T>(
    Future<Outcome<T>> here,
    Future<Outcome<T>> there,
  ) async {
    final first = await Future.any([here, there]);
    if (first is! Unavailable) return first;
    final one = await here;
    if (one is! Unavailable) return one;
    final other = await there;
    return other is Unavailable ? neither(one, other) : other;
  }

  Future<Outcome<T>> _here<T>(Route<T> route, double ends) async {
    final task = route.device;
    if (task == null) {
      final why = 'no model for ${route.address} on the device';
      return Unavailable(why, null, 'not-offered');
    }
    return device.ask(task, ends - clock.now());
  }

  Future<Outcome<T>> _there<T>(Route<T> route, How how, double ends) async {
    final list = models;
    if (list == null) {
      return const Unavailable('no server is known', null, 'not-offered');
    }
    final seconds = math.min(_listSeconds, (ends - clock.now()) / 2);
    try {
      final known = await list(math.max(seconds, 0.0));
      final refusal = known.refusal(route.address, how.model);
      if (refusal != null) return refusal;
      final left = math.max(ends - clock.now(), 0.0);
      return await route.server(how.copy(seconds: left));
    } on Refusal catch (refusal) {
      return refusal.unavailable();
    } on PocketLensError catch (error) {
      return Unavailable(error.message, null, 'not-asked');
    }
  }

  /// The fallback in place of an outage, where there is one.
  Future<Outcome<T>> _lightly<T>(
    Route<T> route,
    double ends,
    Unavailable outage,
  ) async {
    final fallback = route.fallback;
    if (fallback == null) return outage;
    final task = DeviceTask<T>(route.light, fallback.work);
    final lighter = await device.ask(task, ends - clock.now());
    if (lighter is Unavailable) return neither(lighter, outage);
    final why = switch (lighter) {
      Ok(:final provenance) ||
      Degraded(:final provenance) => fallback.why(provenance),
      Unavailable() => '',
    };
    return degraded(lighter, '$why (${outage.why})');
  }

  /// Seconds to keep for the device, should the server fail; half of all at most.
  double _reserve(Route<Object?> route, double ends) {
    final task = route.device;
    if (task == null && route.fallback == null) return 0;
    final usual = device.expected(task?.name ?? route.light);
    final least = route.fallback?.seconds ?? 0;
    final wanted = 2 * math.max(usual, least) + 0.05;
    return math.max(0.0, math.min(wanted, (ends - clock.now()) / 2));
  }
}

/// Both reasons, and the sooner of the times after which it may be asked again.
///
/// That the device has no such model is no news where a server was asked.
Unavailable neither(Unavailable here, Unavailable there) {
  if (here.code == 'not-offered' && there.code != 'not-offered') return there;
  final one = here.retryAfter ?? double.infinity;
  final other = there.retryAfter ?? double.infinity;
  final wait = math.min(one, other);
  return Unavailable(
    'device: ${here.why}; server: ${there.why}',
    wait.isFinite ? wait : null,
    there.code,
  );
}
