// What a client makes of a server, case by case as Python and TypeScript do.
import 'dart:convert';
import 'dart:math' as math;
import 'dart:typed_data';

import 'package:flutter_test/flutter_test.dart';
import 'package:pocketlens/pocketlens.dart';
import 'package:pocketlens/src/device_side.dart';
import 'package:pocketlens/src/remote/answer_record.dart';
import 'package:pocketlens/src/remote/breaker.dart';
import 'package:pocketlens/src/remote/capabilities.dart';
import 'package:pocketlens/src/remote/clock.dart';
import 'package:pocketlens/src/remote/masks.dart';
import 'package:pocketlens/src/remote/refusals.dart';
import 'package:pocketlens/src/remote/retrying.dart';
import 'package:pocketlens/src/remote/uploads.dart';
import 'package:pocketlens/src/routing.dart';

import 'bundle_test.dart' show files;
import 'scripted.dart';

/// A test for each row of a section of the table.
void rows(String section, Object? Function(Case row) check) {
  for (final (i, row) in rowsOf(section).indexed) {
    test('$section ${row['name'] ?? i}', () => check(row));
  }
}

Future<(Uint8List, String)> encode(Pixels pixels) async =>
    (Uint8List(1), 'image/png');

Json? refusedAs(Unavailable? refusal) =>
    refusal == null ? null : {'code': refusal.code, 'why': refusal.why};

Json unavailableAs(Unavailable outcome) => {
  'kind': 'unavailable',
  'code': outcome.code,
  'retry_after': outcome.retryAfter,
};

/// A value as the table has it.
Object? told(Object value) => switch (value) {
  Mask(:final probability) => {'probability': probability},
  Picture(:final pixels) => {'pixels': pixels.data},
  final Result result => resultRecord(result),
  Depth(:final metres, :final maxDepth) => {
    'metres': metres,
    'max_depth': maxDepth,
  },
  ClassMap(:final classes, :final labels, :final palette) => {
    'classes': classes,
    'labels': labels,
    'palette': [
      for (final (red, green, blue) in palette) [red, green, blue],
    ],
  },
  CutOut(:final data, :final mask, :final found, :final method) => {
    'pixels': data,
    'mask': mask.data,
    'found': found,
    'method': method,
  },
  Instances(:final instances) => {
    'instances': [for (final one in instances) toldInstance(one)],
  },
  _ => null,
};

Json toldInstance(Instance one) {
  final (x0, y0, x1, y1) = one.boxXyxy;
  return {
    'label': one.label,
    'score': one.score,
    'box': [x0, y0, x1, y1],
    'mask': one.mask.data,
  };
}

void main() {
  test('the tasks', () {
    final known = {
      for (final task in Tasks.all)
        task.address: [task.longest, task.everyPixel],
    };
    expect(known, cases['tasks']);
  });

  rows('urls', (row) {
    RemoteLens open() => RemoteLens(
      row['url'] as String,
      key: row['key'] as String,
      encode: encode,
    );
    expect(open, row['fits'] == true ? returnsNormally : throwsRemoteError);
  });

  rows('sizes', (row) {
    final sent = sentSize(sizeOf(row['photo']), row['longest'] as int?);
    expect(sent, sizeOf(row['sent']));
  });

  rows('paths', (row) {
    final task = Tasks.all.firstWhere((it) => it.address == row['task']);
    expect(task.path(row['fields'] as Case), row['path']);
  });

  rows('asked', (row) {
    final reply = replyOf({
      'status': 200,
      'body': {'models': cases['models']},
    });
    final known = Capabilities(readModels(reply), HeldClock());
    final refusal = known.refusal(
      row['task'] as String,
      row['model'] as String,
    );
    expect(refusedAs(refusal), row['refused']);
  });

  rows('refusals', (row) {
    final found = refusalOf(replyOf(row['reply'] as Case));
    expect(
      [found.code, found.retryAfter, found.retryable, found.alive],
      [row['code'], row['retry_after'], row['retryable'], row['alive']],
    );
  });

  rows('jitter', (row) {
    final seconds = jittered(
      (row['backoff'] as num).toDouble(),
      row['attempt'] as int,
      (row['retry_after'] as num?)?.toDouble(),
      (row['draw'] as num).toDouble(),
    );
    expect(near(seconds, row['seconds']), isTrue);
  });

  rows('breaker', (row) {
    final clock = HeldClock();
    final seconds = (row['seconds'] as num).toDouble();
    final breaker = Breaker(row['failures'] as int, seconds, clock);
    for (final event in (row['events'] as List).cast<List<Object?>>()) {
      switch (event) {
        case ['rest', final num left]:
          expect(breaker.rest(), left);
        case ['note', final bool? alive]:
          breaker.note(alive: alive);
        case ['wait', final num spent]:
          clock.time += spent;
        default:
          fail('$event');
      }
    }
  });

  rows('runs', (row) {
    final runs = row['runs'] as Case;
    if (row['bits'] == null) {
      expect(() => unpacked(runs), throwsA(isA<Refusal>()));
    } else {
      expect(unpacked(runs).data, row['bits']);
    }
  });

  rows('answers', (row) {
    final task = Tasks.all.firstWhere((it) => it.address == row['task']);
    final reply = replyOf({'status': 200, 'body': row['body']});
    Object? read() {
      final sent = sizeOf(row['sent']);
      final answer = readAnswer(task.address, sent, reply, (_) => '');
      return told(task.read(Reading(answer, sizeOf(row['photo']))));
    }

    if (row['code'] case final String code) {
      final refused = isA<Refusal>().having((it) => it.code, 'code', code);
      expect(read, throwsA(refused));
    } else {
      final found = read();
      expect(near(found, row['value']), isTrue, reason: '$found');
    }
  });

  rows('analyses', (row) async {
    final body = row['body'] as Case;
    final (outcome, told, sent) = await analyzed(row, streamOf(body));
    final code = row['code'] as String?;
    expectAnalysed(outcome, row['expect'] as Case?, code);
    if (code != null) {
      expect(sent, 2); // no answer: it was asked again
    } else {
      expect(told, namesIn(body));
    }
  });

  rows('streams', (row) async {
    final (outcome, told, _) = await analyzed(row, row['text'] as String);
    expectAnalysed(outcome, row['expect'] as Case?, row['code'] as String?);
    expect(told, row['told']); // each once, though it may have been asked twice
  });

  rows('conversations', talk);

  rows('routing', route);
}

final throwsRemoteError = throwsA(isA<RemoteError>());

List<String> namesIn(Case body) => [
  for (final part in ['results', 'problems']) ...(body[part] as Case).keys,
];

/// A whole answer as the events that a server makes of it.
String streamOf(Case body) {
  final events = [
    ('image', {'image': body['image'], 'analyses': namesIn(body)}),
    for (final MapEntry(:key, :value) in (body['results'] as Case).entries)
      ('result', {'name': key, ...value as Case}),
    for (final MapEntry(:key, :value) in (body['problems'] as Case).entries)
      ('problem', {'name': key, 'problem': value}),
    ('done', {'ms': body['ms']}),
  ];
  return [
    for (final (kind, data) in events)
      'event: $kind\ndata: ${jsonEncode(data)}\n\n',
  ].join();
}

/// What comes of a photo that is answered with that text, in pieces of a few bytes; what was
/// told of, and how often it was sent.
Future<(Outcome<Analysed>, List<String>, int)> analyzed(
  Case row,
  String text,
) async {
  final told = <String>[];
  var sent = 0;
  Future<Reply> send(ServerRequest request, Future<void> over) async {
    sent += 1;
    expect(request.headers['Accept'], 'text/event-stream');
    final body = bytesOf(text);
    final heard = request.listen!();
    for (var at = 0; at < body.length; at += 7) {
      heard(body.sublist(at, math.min(at + 7, body.length)));
    }
    return Reply(200, '', body);
  }

  final (width, height) = sizeOf(row['photo']);
  final lens = RemoteLens(
    'http://127.0.0.1:9',
    encode: encode,
    settings: RemoteSettings(transport: send, attempts: 2, backoff: 0),
  );
  final outcome = await lens.analyze(
    Opened(Pixels(width, height, Uint8List(3 * width * height))),
    heard: (name, soFar) {
      told.add(name);
      expect({...soFar.values.keys, ...soFar.problems.keys}, contains(name));
    },
  );
  return (outcome, told, sent);
}

void expectAnalysed(Outcome<Analysed> outcome, Case? expected, String? code) {
  switch (outcome) {
    case Ok(:final value, :final provenance):
      expect(code, isNull);
      expect(provenance.where, Side.server);
      expect(near(toldAnalysed(value), expected), isTrue, reason: '$expected');
    case Degraded():
      fail('nothing is degraded here');
    case final Unavailable none:
      expect(none.code, code);
  }
}

Json toldAnalysed(Analysed said) => {
  'values': {
    for (final MapEntry(:key, :value) in said.values.entries)
      key: value is Json ? value : told(value),
  },
  'problems': {
    for (final MapEntry(:key, :value) in said.problems.entries)
      key: {
        'code': value.code,
        'why': value.why,
        'retry_after': value.retryAfter,
      },
  },
  'stored': said.stored.toList()..sort(),
  'models': {
    for (final MapEntry(:key, value: (model, sha256)) in said.models.entries)
      key: [model, sha256],
  },
  'ms': said.ms,
};

Future<void> talk(Case row) async {
  final clock = HeldClock((row['draw'] as num? ?? 0).toDouble());
  final script = Scripted(row, clock);
  final given = row['settings'] as Case? ?? const {};
  final lens = RemoteLens(
    'http://127.0.0.1:9',
    encode: encode,
    files: (row['files'] as Case? ?? const {}).cast<String, String>(),
    settings: RemoteSettings(
      attempts: given['attempts'] as int? ?? 3,
      backoff: (given['backoff'] as num? ?? 0).toDouble(),
      breakerFailures: given['breaker_failures'] as int? ?? 5,
      breakerSeconds: (given['breaker_seconds'] as num? ?? 5).toDouble(),
      hedgeAfter: (given['hedge_after'] as num?)?.toDouble(),
      transport: script.send,
      clock: clock,
    ),
  );
  final expected = (row['outcomes'] as List).cast<Case>();
  for (final (i, asked) in (row['questions'] as List).cast<Case>().indexed) {
    clock.time += asked['after'] as num;
    expect(await said(lens, asked), expected[i], reason: 'question $i');
  }
  expect(script.deadlines, hasLength(row['sent'] as int));
  expect(script.cut, row['cut'] ?? 0);
  expect(clock.left, 0);
  if (row['keys'] != null) expect(script.keys, hasLength(row['keys'] as int));
  if (row['deadlines'] != null) expect(script.deadlines, row['deadlines']);
  if (row['waits'] != null) expect(clock.waits, row['waits']);
}

Future<Json> said(RemoteLens lens, Case asked) async {
  final seconds = (asked['seconds'] as num).toDouble();
  if (asked['task'] == 'models') {
    try {
      final known = await lens.models(seconds: seconds);
      return {'kind': 'models', 'count': known.models.length};
    } on Refusal catch (refusal) {
      return unavailableAs(refusal.unavailable());
    }
  }
  final task = asked['task'] == 'smile' ? Tasks.smile : Tasks.faces;
  final photo = Opened(Pixels(32, 24, Uint8List(3 * 32 * 24)));
  final how = How(
    seconds: seconds,
    hedgeAfter: (asked['hedge_after'] as num?)?.toDouble(),
  );
  final outcome = await lens.ask(task, photo, how);
  switch (outcome) {
    case Ok(:final value, :final provenance):
      expect(provenance.where, Side.server);
      expect(provenance.ms['server.total'], 3);
      return {
        'kind': 'ok',
        'faces': value.faces.length,
        'attempts': provenance.attempts,
      };
    case Degraded(:final why):
      return {'kind': 'degraded', 'why': why};
    case final Unavailable none:
      return unavailableAs(none);
  }
}

OutcomeProvenance from(Side where) => OutcomeProvenance(
  where: where,
  model: 'm',
  sha256: '',
  variant: '',
  accelerator: '',
);

Future<void> route(Case row) async {
  final heard = <String>[];
  Future<Worked<int>> answer(String side) async {
    heard.add(side);
    if (side == 'device' && row['device'] == 'fails') {
      throw const BackendError('it failed');
    }
    return (1, from(Side.device));
  }

  Future<Capabilities> models(double seconds) async {
    heard.add('models');
    if (row['server'] == 'unreachable') {
      throw const Refusal('it is away', 'unreachable', 3);
    }
    final away = row['server'] == 'weights-missing';
    final model = ServerModel(
      id: 'm',
      tasks: const ['faces'],
      where: 'server',
      variant: '',
      sha256: '',
      state: away ? 'weights-missing' : 'ready',
    );
    return Capabilities([model], HeldClock());
  }

  Future<Outcome<int>> server(How how) async {
    heard.add('server');
    if (row['server'] == 'refuses') {
      return const Unavailable('it is busy', 2, 'overloaded');
    }
    if (row['server'] == 'not-asked') {
      throw const RemoteError('that cannot be asked');
    }
    expect(how.fullSize, row['policy'] == 'best-quality' ? isTrue : isNull);
    return Ok(1, from(Side.server));
  }

  final lens = Lens(await Bundle.open(files), (_, _) => fail('no model'));
  final routing = Routing(
    DeviceSide(lens),
    row['server'] == 'none' ? null : models,
    SystemClock(),
  );
  final outcome = await routing.ask(
    Route<int>(
      address: 'faces',
      server: server,
      device: row['device'] == 'none'
          ? null
          : DeviceTask('faces', (_) => answer('device')),
      fallback: row['fallback'] == true
          ? Fallback((_) => answer('fallback'), (_) => 'less')
          : null,
    ),
    Policy.values.firstWhere((it) => it.id == row['policy']),
    const How(),
    5,
  );
  expect(switch (outcome) {
    Ok(:final provenance) => {'kind': 'ok', 'where': provenance.where.name},
    Degraded(:final provenance) => {
      'kind': 'degraded',
      'where': provenance.where.name,
    },
    final Unavailable none => unavailableAs(none),
  }, row['expect']);
  final asked = (row['asked'] as List).cast<String>();
  final both = row['policy'] == 'fastest';
  expect(heard, both ? unorderedEquals(asked) : asked);
}
