/// Asks the device or a server, by a policy, and says which it was.
///
///     final router = LensRouter(lens, remote: remote);
///     final outcome = await router.smile(photo, const Wish(policy: Policy.serverFirst));
///
/// `deviceFirst` and `serverFirst` ask the other side where the first has no answer; `fastest`
/// asks both at once; `bestQuality` sends every pixel to the server where no model of the device
/// answers; with `deviceOnly` nothing is sent.
library;

import 'device_side.dart';
import 'fallbacks.dart';
import 'filters/behind.dart';
import 'heavy_results.dart';
import 'outcomes.dart';
import 'pipeline.dart';
import 'portrait.dart';
import 'remote/asking.dart';
import 'remote/clock.dart';
import 'remote/remote_lens.dart';
import 'remote/uploads.dart';
import 'results.dart';
import 'routing.dart';
import 'stylise.dart';

/// What a question is asked with: a [policy] other than the router's, and [how] (its deadline
/// holds for both sides together, its model for both).
final class Wish {
  const Wish({this.policy, this.how = const How()});

  final Policy? policy;
  final How how;
}

/// The tasks of both sides; Flutter has a `Router` of its own.
///
/// Everything is an outcome.  Without [remote] the heavy tasks are unavailable.
final class LensRouter {
  LensRouter(
    Lens lens, {
    RemoteLens? remote,
    this.policy = Policy.deviceFirst,
    this.seconds = 30,
  }) : _remote = remote,
       _routing = Routing(
         DeviceSide(lens),
         remote == null ? null : (limit) => remote.models(seconds: limit),
         remote?.clock ?? SystemClock(),
       );

  final Policy policy;

  /// The deadline of a question that has none of its own.
  final double seconds;
  final RemoteLens? _remote;
  final Routing _routing;

  /// The probability of a person at every pixel.
  Future<Outcome<Mask>> segment(Opened photo, [Wish wish = const Wish()]) =>
      _light(
        Tasks.segment,
        photo,
        wish,
        (lens) =>
            lens.segment(photo.pixels, _model(wish, 'portrait-segmentation')),
      );

  /// The person before something else; raises `UnknownName` for a word that is none.
  Future<Outcome<Rgba>> background(
    Opened photo, [
    Behind behind = const BehindNothing(),
    Wish wish = const Wish(),
  ]) async => mapped(
    await segment(photo, wish),
    (Mask mask) => composed(photo.pixels, mask, behind),
  );

  /// The faces with their boxes and six points.
  Future<Outcome<Faces>> faces(Opened photo, [Wish wish = const Wish()]) =>
      _light(
        Tasks.faces,
        photo,
        wish,
        (lens) =>
            lens.faces(photo.pixels, _model(wish, 'face-detection-short')),
      );

  /// The faces with 468 points each.
  Future<Outcome<Faces>> landmarks(Opened photo, [Wish wish = const Wish()]) =>
      _light(
        Tasks.landmarks,
        photo,
        wish,
        (lens) => lens.landmarks(photo.pixels, _model(wish, 'face-landmarks')),
      );

  /// The faces with the probability of a smile and of each expression.
  Future<Outcome<Faces>> smile(Opened photo, [Wish wish = const Wish()]) =>
      _light(
        Tasks.smile,
        photo,
        wish,
        (lens) => lens.smile(photo.pixels, _model(wish, 'smile')),
      );

  /// The photo painted in a mix of learnt styles; [finish]: how much of it, in whose colours.
  Future<Outcome<Picture>> style(
    Opened photo, [
    String mix = '0',
    Wish wish = const Wish(),
    Finish finish = const Finish(),
  ]) => _light(
    Tasks.style,
    photo,
    wish,
    (lens) =>
        lens.style(photo.pixels, mix, _model(wish, 'style-transfer'), finish),
    fields: {'style': mix},
    change: (painted) => finished(photo.pixels, painted, finish),
  );

  /// The photo painted in the style of another picture.
  Future<Outcome<Picture>> styleLike(
    Opened photo,
    Opened picture, [
    Wish wish = const Wish(),
    Finish finish = const Finish(),
  ]) => _light(
    Tasks.style,
    photo,
    wish,
    (lens) => lens.styleLike(
      photo.pixels,
      picture.pixels,
      _model(wish, 'style-transfer-any'),
      finish,
    ),
    pictures: {'style_image': picture},
    change: (painted) => finished(photo.pixels, painted, finish),
  );

  /// What the photo shows.
  Future<Outcome<Labels>> classify(Opened photo, [Wish wish = const Wish()]) =>
      _light(
        Tasks.classify,
        photo,
        wish,
        (lens) =>
            lens.classify(photo.pixels, _model(wish, 'image-classification')),
      );

  /// The objects with their boxes.
  Future<Outcome<Objects>> detect(Opened photo, [Wish wish = const Wish()]) =>
      _light(
        Tasks.objects,
        photo,
        wish,
        (lens) => lens.detect(photo.pixels, _model(wish, 'object-detection')),
      );

  /// How far every pixel is; only a server knows.
  Future<Outcome<Depth>> depth(
    Opened photo, [
    Wish wish = const Wish(),
    TaskFields fields = const {},
  ]) => _heavy(Tasks.depth, wish, (how) => _remote!.depth(photo, how, fields));

  /// The objects with their masks; only a server knows.
  Future<Outcome<Instances>> instances(
    Opened photo, [
    Wish wish = const Wish(),
    TaskFields fields = const {},
  ]) => _heavy(
    Tasks.instances,
    wish,
    (how) => _remote!.instances(photo, how, fields),
  );

  /// The class of every pixel; only a server knows.
  Future<Outcome<ClassMap>> semanticSegmentation(
    Opened photo, [
    Wish wish = const Wish(),
    TaskFields fields = const {},
  ]) => _heavy(
    Tasks.semanticSegmentation,
    wish,
    (how) => _remote!.semanticSegmentation(photo, how, fields),
  );

  /// The objects of those names cut out; only a server does it.
  Future<Outcome<CutOut>> cut(
    Opened photo,
    List<String> objects, [
    Wish wish = const Wish(),
    TaskFields fields = const {},
  ]) => _heavy(
    Tasks.cut,
    wish,
    (how) => _remote!.cut(photo, objects, how, fields),
  );

  /// The photo with more pixels; without a server it is enlarged, and [Degraded].
  Future<Outcome<Picture>> superResolution(
    Opened photo, [
    Wish wish = const Wish(),
    TaskFields fields = const {},
  ]) {
    final scale = fields['scale'];
    final fallback = enlarging(photo.pixels, scale is int ? scale : 4);
    return _heavy(
      Tasks.superResolution,
      wish,
      (how) => _remote!.superResolution(photo, how, fields),
      fallback,
    );
  }

  Future<Outcome<T>> _light<T extends Result>(
    ServerTask<T> task,
    Opened photo,
    Wish wish,
    Future<Prediction<T>> Function(Lens lens) predict, {
    TaskFields fields = const {},
    Map<String, Opened> pictures = const {},
    T Function(T value)? change,
  }) {
    Future<Worked<T>> work(Lens lens) async {
      final made = await predict(lens);
      return (made.value, deviceProvenance(made));
    }

    Future<Outcome<T>> served(How how) async {
      final outcome = await _remote!.ask(
        task,
        photo,
        how,
        fields: fields,
        pictures: pictures,
      );
      return change == null ? outcome : mapped(outcome, change);
    }

    return _routed(
      Route(
        address: task.address,
        device: DeviceTask(task.address, work),
        server: served,
      ),
      wish,
    );
  }

  Future<Outcome<T>> _heavy<T>(
    ServerTask<T> task,
    Wish wish,
    Future<Outcome<T>> Function(How how) server, [
    Fallback<T>? fallback,
  ]) => _routed(
    Route(address: task.address, server: server, fallback: fallback),
    wish,
  );

  Future<Outcome<T>> _routed<T>(Route<T> route, Wish wish) => _routing.ask(
    route,
    wish.policy ?? policy,
    wish.how,
    wish.how.seconds ?? seconds,
  );
}

String _model(Wish wish, String usual) =>
    wish.how.model.isEmpty ? usual : wish.how.model;
