/// A server's models, asked as a `Lens` is.
///
///     final remote = RemoteLens('https://vision.example', encode: encodePng, key: key);
///     final outcome = await remote.depth(photo);
library;

import 'dart:io' show HttpClient;

import '../errors.dart';
import '../filters/behind.dart';
import '../heavy_results.dart';
import '../outcomes.dart';
import '../portrait.dart';
import '../results.dart';
import '../stylise.dart';
import '../transparency.dart';
import 'analyze.dart';
import 'answer_record.dart';
import 'asking.dart';
import 'caller.dart';
import 'capabilities.dart';
import 'clock.dart';
import 'masks.dart';
import 'refusals.dart';
import 'remote_settings.dart';
import 'transport.dart';
import 'uploads.dart';

/// How a question is asked, whatever it is about.
///
/// [model] and [checkpoint]: other ones than the task's first.  [seconds]: its deadline.
/// [sha256]: of the file that has to answer.  [fullSize]: send every pixel of the photo, or
/// (false) no more than the model can use; super-resolution, depth and cut send every pixel
/// where it is not said, the others do not.  [hedgeAfter]: seconds without an answer after which
/// it is sent once more.  [key]: makes attempts that are the same question, one (a new one each
/// time).
final class How {
  const How({
    this.model = '',
    this.checkpoint = '',
    this.seconds,
    this.sha256 = '',
    this.fullSize,
    this.hedgeAfter,
    this.key = '',
  });

  final String model;
  final String checkpoint;
  final double? seconds;
  final String sha256;
  final bool? fullSize;
  final double? hedgeAfter;
  final String key;

  /// The same with another deadline, or with every pixel.
  How copy({double? seconds, bool? fullSize}) => How(
    model: model,
    checkpoint: checkpoint,
    seconds: seconds ?? this.seconds,
    sha256: sha256,
    fullSize: fullSize ?? this.fullSize,
    hedgeAfter: hedgeAfter,
    key: key,
  );
}

// What the server says of its models is stale where it now says otherwise.
const _stale = [
  'weights-missing',
  'model-unhealthy',
  'model-not-found',
  'not-found',
];
const _cutInFull = 'instance-segmentation';

/// The tasks of a server.
///
/// Each takes a photo, with the bytes of its file where they are at hand, and gives an outcome.
/// [encode] makes the files that are sent.  [files] says which file (SHA-256) has to answer for
/// a model, by its id.
final class RemoteLens {
  RemoteLens._(this.encode, this.settings, this.clock, this._key, this._client)
    : _caller = Caller(_client.send, settings, clock);

  /// Raises [RemoteError] for a wrong URL, or a key that others could read.
  factory RemoteLens(
    String url, {
    required Encode encode,
    String key = '',
    Map<String, String> files = const {},
    RemoteSettings settings = const RemoteSettings(),
  }) {
    final address = Address(url);
    if (key.isNotEmpty && !address.isPrivate) {
      throw RemoteError(
        'a key would cross the network in clear: use https for $url',
      );
    }
    final clock = settings.clock ?? SystemClock();
    final client = _Client(address.root, settings);
    return RemoteLens._(encode, settings, clock, key, client)
      .._files.addAll(files);
  }

  final Encode encode;
  final RemoteSettings settings;
  final Clock clock;
  final String _key;
  final _Client _client;
  final Caller _caller;
  final _files = <String, String>{};
  Capabilities? _capabilities;

  /// The probability of a person at every pixel, in steps of 1/255.
  Future<Outcome<Mask>> segment(Opened photo, [How how = const How()]) =>
      ask(Tasks.segment, photo, how);

  /// The person before something else, composed here: the server sees a small photo, and the
  /// picture has all pixels of the large one.  Raises [UnknownName] for a word that is none.
  Future<Outcome<Rgba>> background(
    Opened photo, [
    Behind behind = const BehindNothing(),
    How how = const How(),
  ]) async => mapped(
    await segment(photo, how),
    (Mask mask) => composed(photo.pixels, mask, behind),
  );

  /// The faces with their boxes and six points.
  Future<Outcome<Faces>> faces(Opened photo, [How how = const How()]) =>
      ask(Tasks.faces, photo, how);

  /// The faces with 468 points each.
  Future<Outcome<Faces>> landmarks(Opened photo, [How how = const How()]) =>
      ask(Tasks.landmarks, photo, how);

  /// The faces with the probability of a smile and of each expression.
  Future<Outcome<Faces>> smile(Opened photo, [How how = const How()]) =>
      ask(Tasks.smile, photo, how);

  /// The photo painted in a mix of learnt styles; the server paints at its own size, the rest is
  /// done here.
  Future<Outcome<Picture>> style(
    Opened photo, [
    String mix = '0',
    How how = const How(),
    Finish finish = const Finish(),
  ]) async => mapped(
    await ask(Tasks.style, photo, how, fields: {'style': mix}),
    (Picture painted) => finished(photo.pixels, painted, finish),
  );

  /// The photo painted in the style of another picture.
  Future<Outcome<Picture>> styleLike(
    Opened photo,
    Opened picture, [
    How how = const How(),
    Finish finish = const Finish(),
  ]) async => mapped(
    await ask(Tasks.style, photo, how, pictures: {'style_image': picture}),
    (Picture painted) => finished(photo.pixels, painted, finish),
  );

  /// What the photo shows: the best labels.
  Future<Outcome<Labels>> classify(Opened photo, [How how = const How()]) =>
      ask(Tasks.classify, photo, how);

  /// The objects with their boxes.
  Future<Outcome<Objects>> detect(Opened photo, [How how = const How()]) =>
      ask(Tasks.objects, photo, how);

  /// How far every pixel is, to the millimetre; [fields]: `focal_length` and what else the
  /// server's model takes.
  Future<Outcome<Depth>> depth(
    Opened photo, [
    How how = const How(),
    TaskFields fields = const {},
  ]) => ask(Tasks.depth, photo, how, fields: fields);

  /// The photo with more pixels; [fields]: what the server's model takes.
  Future<Outcome<Picture>> superResolution(
    Opened photo, [
    How how = const How(),
    TaskFields fields = const {},
  ]) async => mapped(
    await ask(Tasks.superResolution, photo, how, fields: fields),
    (Picture made) => Picture(withAlpha(made.pixels, photo.pixels)),
  );

  /// The objects with their masks; [fields]: `score`, `classes` and more.
  Future<Outcome<Instances>> instances(
    Opened photo, [
    How how = const How(),
    TaskFields fields = const {},
  ]) => ask(Tasks.instances, photo, how, fields: fields);

  /// The class of every pixel.
  Future<Outcome<ClassMap>> semanticSegmentation(
    Opened photo, [
    How how = const How(),
    TaskFields fields = const {},
  ]) => ask(Tasks.semanticSegmentation, photo, how, fields: fields);

  /// The objects of those names cut out; [fields]: `background`, `score`.
  ///
  /// Degraded where the server had to do without its network for outlines.
  Future<Outcome<CutOut>> cut(
    Opened photo,
    List<String> objects, [
    How how = const How(),
    TaskFields fields = const {},
  ]) async => mapped(
    await ask(Tasks.cut, photo, how, fields: {'objects': objects, ...fields}),
    (CutOut made) => thinned(made, photo.pixels),
  );

  /// Many analyses in one question: those named, or all that the server can make without being
  /// told more.  [keep]: whether it may keep the photo and the results.  [heard] is told of each
  /// as it ends.
  ///
  /// Every pixel is sent, without the photo's metadata; of [how] the deadline, the patience and
  /// the key count.  Unavailable where nothing was answered.  The provenance names no model:
  /// the value says which answered what.
  Future<Outcome<Analysed>> analyze(
    Opened photo, {
    List<String> analyses = const [],
    bool keep = true,
    Heard? heard,
    How how = const How(),
  }) async {
    final ends = clock.now() + (how.seconds ?? settings.seconds);
    final upload = await photo.upload(null, encode);
    final listener = heard == null ? null : AnalysisListener(upload, heard);
    final request = ServerRequest(
      'POST',
      analyzePath(analyses, keep: keep),
      {..._sending(upload.mediaType, how), 'Accept': eventStream},
      upload.content,
      listener?.attempt,
    );
    try {
      final answered = await _caller.ask(
        Question(
          request,
          (reply) => readAnalysis(reply.body, upload),
          ends: ends,
          hedgeAfter: how.hedgeAfter ?? settings.hedgeAfter,
        ),
      );
      return Ok(answered.answer, _analysed(answered, upload));
    } on Refusal catch (refusal) {
      return refusal.unavailable();
    }
  }

  /// What the server can do; asked anew where that is older than the settings say, or [fresh] is
  /// wanted.  Raises [Refusal] where it does not say.
  Future<Capabilities> models({bool fresh = false, double seconds = 2}) async {
    final known = _capabilities;
    if (known != null && !fresh && known.age < settings.modelsSeconds) {
      return known;
    }
    final request = ServerRequest('GET', '/v1/models', _headers);
    final answered = await _caller.ask(
      Question(
        request,
        readModels,
        ends: clock.now() + seconds,
        hedgeAfter: settings.hedgeAfter,
      ),
    );
    return _capabilities = Capabilities(answered.answer, clock);
  }

  /// Any of the [Tasks]; what [fields] there are the server's own description says.
  Future<Outcome<T>> ask<T>(
    ServerTask<T> task,
    Opened photo,
    How how, {
    TaskFields fields = const {},
    Map<String, Opened> pictures = const {},
  }) async {
    final ends = clock.now() + (how.seconds ?? settings.seconds);
    final question = await prepared(
      task,
      photo,
      encode,
      fields: {...fields, 'model': how.model, 'checkpoint': how.checkpoint},
      fullSize: how.fullSize,
      pictures: pictures,
    );
    try {
      final answered = await _send(question, how, ends);
      return _outcome(question, answered);
    } on Refusal catch (refusal) {
      if (_stale.contains(refusal.code)) _capabilities = null;
      return refusal.unavailable();
    }
  }

  /// Closes the connections: what is still asked becomes [Unavailable], and so does everything
  /// that is asked later.
  void close() {
    _caller.close();
    _client.close();
  }

  Map<String, String> _sending(String contentType, How how) => {
    ..._headers,
    'Content-Type': contentType,
    'Idempotency-Key': how.key.isEmpty ? randomKey() : how.key,
  };

  Map<String, String> get _headers => {
    'Accept': 'application/json',
    if (_key.isNotEmpty) 'Authorization': 'Bearer $_key',
  };

  Future<Answered<(AnswerRecord, T)>> _send<T>(
    Prepared<T> question,
    How how,
    double ends,
  ) {
    final headers = _sending(question.contentType, how);
    String wanted(String model) =>
        how.sha256.isEmpty ? _files[model] ?? '' : how.sha256;
    (AnswerRecord, T) read(Reply reply) {
      final task = question.task;
      final answer = readAnswer(task.address, question.sent, reply, wanted);
      return (answer, task.read(Reading(answer, question.photo)));
    }

    return _caller.ask(
      Question(
        ServerRequest('POST', question.path, headers, question.body),
        read,
        ends: ends,
        hedgeAfter: how.hedgeAfter ?? settings.hedgeAfter,
      ),
    );
  }
}

/// The connections of a device, or the [Transport] of the settings, which nobody here closes.
final class _Client {
  factory _Client(String root, RemoteSettings settings) {
    if (settings.transport case final given?) return _Client._(given, null);
    final client = HttpClient(context: settings.trusted);
    final send = connecting(root, settings.maxAnswerBytes, client);
    return _Client._(send, client);
  }

  const _Client._(this.send, this._http);

  final Transport send;
  final HttpClient? _http;

  void close() => _http?.close(force: true);
}

OutcomeProvenance _analysed(Answered<Analysed> answered, Upload upload) =>
    OutcomeProvenance(
      where: Side.server,
      model: '',
      sha256: '',
      variant: '',
      accelerator: '',
      ms: _spent(answered.answer.ms, answered.ms),
      bytesSent: upload.content.length,
      bytesSaved: upload.saved,
      attempts: answered.attempts,
    );

Map<String, double> _spent(Map<String, double> server, double roundTrip) => {
  for (final MapEntry(:key, :value) in server.entries) 'server.$key': value,
  'round_trip': roundTrip,
};

/// Degraded where the server itself had to do without the network that is meant.
Outcome<T> _outcome<T>(
  Prepared<T> question,
  Answered<(AnswerRecord, T)> answered,
) {
  final (answer, value) = answered.answer;
  final provenance = OutcomeProvenance(
    where: Side.server,
    model: answer.model,
    sha256: answer.sha256,
    variant: answer.variant,
    accelerator: answer.device,
    ms: _spent(answer.ms, answered.ms),
    bytesSent: question.body.length,
    bytesSaved: question.saved,
    attempts: answered.attempts,
  );
  if (value case CutOut(:final method) when method != _cutInFull) {
    return Degraded(value, provenance, 'outlined by $method');
  }
  return Ok(value, provenance);
}
