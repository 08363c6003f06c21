/// A task of the server, and what is sent for it.
library;

import 'dart:convert';
import 'dart:math' as math;
import 'dart:typed_data';

import '../geometry.dart';
import '../heavy_results.dart';
import '../results.dart';
import 'answers.dart';
import 'masks.dart';
import 'uploads.dart';

/// The parameters of a task: texts, numbers, true and false, lists of texts.
typedef TaskFields = Map<String, Object?>;

/// `POST /v1/<address>`; [form]: how the answer is wanted.
///
/// [longest]: the longer side of a photo beyond which the model sees little more, in pixels;
/// null where every pixel counts.  [everyPixel]: all are sent unless it is said otherwise.
final class ServerTask<T> {
  const ServerTask(
    this.address,
    this.read, {
    required this.longest,
    this.everyPixel = false,
    this.form = const {},
  });

  final String address;
  final T Function(Reading reading) read;
  final int? longest;
  final bool everyPixel;
  final Map<String, String> form;

  /// The path of a question from the server's root; fields that are null or empty are left out.
  String path(TaskFields fields) {
    final said = {...form};
    for (final MapEntry(:key, :value) in fields.entries) {
      final written = value is List<Object?>
          ? value.join(',')
          : '${value ?? ''}';
      if (written.isNotEmpty) said[key] = written;
    }
    if (said.isEmpty) return '/v1/$address';
    return '/v1/$address?${Uri(queryParameters: said).query}';
  }
}

const _asPicture = {'masks': 'none', 'picture': 'png'};
const _runs = {'masks': 'rle'};

/// Every task.
///
/// Twice the side of the largest input of a task's models, so that it is still the server that
/// brings the photo to that size.  Of faces, 192 pixels are looked at for points, 64 for looks:
/// at 1600 a face may take an eighth of the photo's width.
abstract final class Tasks {
  static const segment = ServerTask<Mask>(
    'segment',
    readMask,
    longest: 640,
    form: _asPicture,
  );
  static const faces = ServerTask<Faces>('faces', readFaces, longest: 640);
  static const landmarks = ServerTask<Faces>(
    'landmarks',
    readFaces,
    longest: 1600,
  );
  static const smile = ServerTask<Faces>('smile', readFaces, longest: 1600);
  static const classify = ServerTask<Labels>(
    'classify',
    readLabels,
    longest: 640,
  );
  static const objects = ServerTask<Objects>(
    'objects',
    readObjects,
    longest: 640,
  );
  static const style = ServerTask<Picture>(
    'style',
    readPainted,
    longest: 1024,
    form: _asPicture,
  );
  static const depth = ServerTask<Depth>(
    'depth',
    readDepth,
    longest: 1280,
    everyPixel: true,
    form: _asPicture,
  );
  static const superResolution = ServerTask<Picture>(
    'super-resolution',
    readPicture,
    longest: null,
    form: _asPicture,
  );
  static const instances = ServerTask<Instances>(
    'instances',
    readInstances,
    longest: 1600,
    form: _runs,
  );
  static const semanticSegmentation = ServerTask<ClassMap>(
    'semantic-segmentation',
    readClasses,
    longest: 1040,
    form: _runs,
  );
  static const cut = ServerTask<CutOut>(
    'cut',
    readCut,
    longest: 1600,
    everyPixel: true,
    form: {'masks': 'rle', 'picture': 'png'},
  );

  static const all = <ServerTask<Object>>[
    segment,
    faces,
    landmarks,
    smile,
    classify,
    objects,
    style,
    depth,
    superResolution,
    instances,
    semanticSegmentation,
    cut,
  ];
}

/// A question as it is sent, and what is needed to read its answer.
final class Prepared<T> {
  const Prepared({
    required this.task,
    required this.path,
    required this.body,
    required this.contentType,
    required this.sent,
    required this.photo,
    required this.saved,
  });

  final ServerTask<T> task;
  final String path;
  final Uint8List body;
  final String contentType;
  final Size sent;
  final Size photo;
  final int saved;
}

/// A question about a photo; [pictures] go along by their names.  [fullSize] sends every pixel,
/// or no more than the model can use; the task decides where it is not said.
Future<Prepared<T>> prepared<T>(
  ServerTask<T> task,
  Opened photo,
  Encode encode, {
  TaskFields fields = const {},
  bool? fullSize,
  Map<String, Opened> pictures = const {},
}) async {
  final everything = fullSize ?? task.everyPixel;
  final upload = await photo.upload(everything ? null : task.longest, encode);
  var body = upload.content;
  var contentType = upload.mediaType;
  if (pictures.isNotEmpty) {
    final along = {
      'image': upload,
      for (final MapEntry(:key, :value) in pictures.entries)
        key: await value.upload(task.longest, encode),
    };
    (body, contentType) = _multipart(along);
  }
  return Prepared(
    task: task,
    path: task.path(fields),
    body: body,
    contentType: contentType,
    sent: upload.size,
    photo: upload.photo,
    saved: math.max(0, upload.saved + upload.content.length - body.length),
  );
}

(Uint8List, String) _multipart(Map<String, Upload> uploads) {
  final boundary = randomKey();
  final body = BytesBuilder();
  uploads.forEach((name, upload) {
    body
      ..add(
        utf8.encode(
          '--$boundary\r\nContent-Disposition: form-data; name="$name"; '
          'filename="$name"\r\nContent-Type: ${upload.mediaType}\r\n\r\n',
        ),
      )
      ..add(upload.content)
      ..add(utf8.encode('\r\n'));
  });
  body.add(utf8.encode('--$boundary--\r\n'));
  return (body.takeBytes(), 'multipart/form-data; boundary=$boundary');
}

/// 128 bits that nobody guesses, in hexadecimal.
String randomKey() {
  final chance = math.Random.secure();
  return [
    for (var i = 0; i < 16; i += 1)
      chance.nextInt(256).toRadixString(16).padLeft(2, '0'),
  ].join();
}
