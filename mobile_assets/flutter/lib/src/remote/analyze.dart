/// Many analyses of a photo in one question: `/v1/analyze` of a server, each told of as it ends.
///
///     final said = await remote.analyze(
///       photo,
///       analyses: ['objects', 'faces'],
///       heard: (name, soFar) => show(name, soFar.values[name]),
///     );
library;

import 'dart:convert';
import 'dart:typed_data';

import '../outcomes.dart';
import 'answer_record.dart';
import 'answers.dart';
import 'events.dart';
import 'masks.dart';
import 'reading.dart';
import 'refusals.dart';
import 'uploads.dart';

/// The type of an answer whose parts come one after the other.
const eventStream = 'text/event-stream';

const _readers = <String, Object Function(Reading reading)>{
  'classify': readLabels,
  'objects': readObjects,
  'faces': readFaces,
  'smile': readFaces,
  'landmarks': readFaces,
  'instances': readInstances,
  'semantic-segmentation': readClasses,
};

/// What came of each analysis, by its name.
///
/// [values]: `Labels`, `Objects`, `Faces`, `Instances` and `ClassMap` in the photo's pixels; of
/// analyses that are not read here, the server's JSON, whose pixels are those of the photo that
/// was sent.  [problems]: those that failed.  [stored]: those that the server had kept.
/// [models]: the id and the SHA-256 of what answered.  [ms]: by stage, of the server, once all
/// have come.
final class Analysed {
  const Analysed({
    required this.values,
    required this.problems,
    required this.stored,
    required this.models,
    required this.ms,
  });

  final Map<String, Object> values;
  final Map<String, Unavailable> problems;
  final Set<String> stored;
  final Map<String, (String, String)> models;
  final Map<String, double> ms;
}

/// Is told of each analysis once, as it ends, with everything that has come so far.
typedef Heard = void Function(String name, Analysed soFar);

/// The path of a question about those [analyses], or about all that need not be told more.
String analyzePath(List<String> analyses, {required bool keep}) {
  final said = {
    if (analyses.isNotEmpty) 'analyses': analyses.join(','),
    'keep': '$keep',
    'masks': 'rle',
  };
  return '/v1/analyze?${Uri(queryParameters: said).query}';
}

/// A whole answer; raises [Refusal] for one that is none.
Analysed readAnalysis(Uint8List body, Upload upload) {
  final found = _Findings(upload);
  final (events, _) = eventsOf(utf8.decode(body, allowMalformed: true));
  for (final event in events) {
    found.take(event);
  }
  return found.whole();
}

/// Tells of what comes while it comes, of every attempt; of each analysis once.
final class AnalysisListener {
  AnalysisListener(this.upload, this.heard);

  final Upload upload;
  final Heard heard;
  final _told = <String>{};

  /// Begins to listen to an attempt.
  void Function(List<int> chunk) attempt() {
    final found = _Findings(upload);
    var isBroken = false;
    return EventReader((events) {
      if (isBroken) return;
      try {
        for (final event in events) {
          final name = found.take(event);
          if (name != null && _told.add(name)) heard(name, found.soFar);
        }
      } on Refusal {
        isBroken = true; // whoever reads the whole is told of it
      }
    }).take;
  }
}

/// What has come of an answer.
final class _Findings {
  _Findings(this.upload);

  final Upload upload;
  final _values = <String, Object>{};
  final _problems = <String, Unavailable>{};
  final _stored = <String>{};
  final _models = <String, (String, String)>{};
  var _ms = const <String, double>{};
  var _asked = const <String>[];
  var _isWhole = false;

  /// A further event; the name of the analysis that has ended by it, or null.
  String? take(ServerEvent event) {
    final (kind, data) = event;
    final json = record(parsedText(data), kind);
    switch (kind) {
      case 'image':
        _begin(json);
      case 'result':
        return _result(json);
      case 'problem':
        return _problem(json);
      case 'done':
        _ms = need(json, 'ms', mapOf(number));
        _isWhole = true;
    }
    return null;
  }

  Analysed get soFar => Analysed(
    values: {..._values},
    problems: {..._problems},
    stored: {..._stored},
    models: {..._models},
    ms: _ms,
  );

  /// Everything; where nothing succeeded, the first problem is raised.
  Analysed whole() {
    if (!_isWhole) throw notAnAnswer('it breaks off');
    final failed = _asked.where(_problems.containsKey);
    if (_values.isNotEmpty || failed.isEmpty) return soFar;
    final Unavailable(:why, :code, :retryAfter) = _problems[failed.first]!;
    throw Refusal(why, code, retryAfter, alive: true);
  }

  void _begin(Json json) {
    if (need(need(json, 'image', record), 'size', pair) != upload.size) {
      throw notAnAnswer('it is about another photo');
    }
    _asked = need(json, 'analyses', list(text));
  }

  String _result(Json json) {
    final name = need(json, 'name', text);
    final answer = AnswerRecord(
      model: need(json, 'model', text),
      variant: need(json, 'variant', text),
      sha256: need(json, 'sha256', text),
      device: need(json, 'device', text),
      size: upload.size,
      result: need(json, 'result', record),
      ms: need(json, 'ms', mapOf(number)),
      picture: null,
    );
    final read = _readers[name];
    final isStored = need(json, 'stored', truth);
    _values[name] = read == null
        ? answer.result
        : read(Reading(answer, upload.photo));
    _models[name] = (answer.model, answer.sha256);
    if (isStored) _stored.add(name);
    return name;
  }

  String _problem(Json json) {
    final name = need(json, 'name', text);
    final problem = need(json, 'problem', record);
    final after = need(problem, 'retryable', truth) ? 0.0 : null;
    final why = need(problem, 'detail', text);
    _problems[name] = Unavailable(why, after, need(problem, 'code', text));
    return name;
  }
}
