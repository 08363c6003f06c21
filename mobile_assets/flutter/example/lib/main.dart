import 'dart:io';
import 'dart:ui' as ui;

import 'package:flutter/material.dart';
import 'package:flutter/services.dart' show rootBundle;
import 'package:image_picker/image_picker.dart';
import 'package:path_provider/path_provider.dart';
import 'package:pocketlens/flutter.dart';
import 'package:pocketlens/litert.dart';
import 'package:pocketlens/pocketlens.dart';

import 'result_painter.dart';

void main() => runApp(const ExampleApp());

/// What the page offers, and the model that does it.
enum Task {
  segment('Person', 'portrait-segmentation'),
  faces('Faces', 'face-detection-short'),
  smile('Smile', 'smile'),
  classify('What is it?', 'image-classification'),
  detect('Objects', 'object-detection');

  const Task(this.title, this.model);

  final String title;
  final String model;
}

class ExampleApp extends StatelessWidget {
  const ExampleApp({super.key});

  @override
  Widget build(BuildContext context) =>
      const MaterialApp(title: 'PocketLens', home: PhotoPage());
}

/// Opens the bundle in the assets; a canary chooses the accelerator of each model.
Future<Lens> openLens() async {
  final fetcher = assetFetcher(rootBundle);
  final folder = await getApplicationSupportDirectory();
  final canary = Canary(
    offered: liteRtAccelerators(),
    store: FolderStore('${folder.path}/pocketlens'),
    device: '${Platform.operatingSystem} ${Platform.operatingSystemVersion}',
    golden: GoldenVectors(fetcher, decodePhoto),
  );
  return Lens(await Bundle.open(fetcher), canary.call);
}

class PhotoPage extends StatefulWidget {
  const PhotoPage({super.key});

  @override
  State<PhotoPage> createState() => _PhotoPageState();
}

class _PhotoPageState extends State<PhotoPage> {
  late final Future<Lens> _lens = openLens();
  var _task = Task.segment;
  Pixels? _photo;
  ui.Image? _picture;
  Prediction<Result>? _prediction;
  String _says = 'Pick a photo';

  Future<void> _pick(ImageSource source) async {
    final file = await ImagePicker().pickImage(source: source);
    if (file == null) return;
    await _reported(() async {
      final photo = await decodePhoto(await file.readAsBytes());
      final picture = await imageOf(photo);
      setState(() {
        _photo = photo;
        _picture = picture;
        _prediction = null;
      });
      await _run();
    });
  }

  Future<void> _run() async {
    final photo = _photo;
    if (photo == null) return;
    setState(() => _says = 'Working');
    await _reported(() async {
      final lens = await _lens;
      final made = await lens.predict(_task.model, Request(photo));
      setState(() {
        _prediction = made;
        _says =
            '${made.from.model} (${made.from.variant}) on '
            '${made.from.accelerator}: ${made.ms.run.toStringAsFixed(1)} ms';
      });
    });
  }

  /// Whatever PocketLens raises says what to do next: it is shown as it is.
  Future<void> _reported(Future<void> Function() act) async {
    try {
      await act();
    } on PocketLensError catch (error) {
      setState(() => _says = error.message);
    }
  }

  @override
  Widget build(BuildContext context) {
    final picture = _picture;
    return Scaffold(
      appBar: AppBar(title: const Text('PocketLens')),
      body: Column(
        children: [
          _Tasks(chosen: _task, onChosen: _choose),
          Expanded(
            child: picture == null
                ? const SizedBox()
                : CustomPaint(
                    size: Size.infinite,
                    painter: ResultPainter(picture, _prediction?.value),
                  ),
          ),
          Padding(padding: const EdgeInsets.all(12), child: Text(_says)),
        ],
      ),
      floatingActionButton: _Sources(onSource: _pick),
    );
  }

  void _choose(Task task) {
    setState(() {
      _task = task;
      _prediction = null;
    });
    _run();
  }
}

class _Tasks extends StatelessWidget {
  const _Tasks({required this.chosen, required this.onChosen});

  final Task chosen;
  final void Function(Task task) onChosen;

  @override
  Widget build(BuildContext context) => Wrap(
    spacing: 8,
    children: [
      for (final task in Task.values)
        ChoiceChip(
          label: Text(task.title),
          selected: task == chosen,
          onSelected: (_) => onChosen(task),
        ),
    ],
  );
}

class _Sources extends StatelessWidget {
  const _Sources({required this.onSource});

  final void Function(ImageSource source) onSource;

  @override
  Widget build(BuildContext context) => Row(
    mainAxisSize: MainAxisSize.min,
    children: [
      for (final (source, icon) in [
        (ImageSource.gallery, Icons.photo_library),
        (ImageSource.camera, Icons.photo_camera),
      ])
        IconButton(icon: Icon(icon), onPressed: () => onSource(source)),
    ],
  );
}
