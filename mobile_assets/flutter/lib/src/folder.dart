/// A bundle, and the choices of a canary, in folders of the device.
library;

import 'dart:io';
import 'dart:typed_data';

import 'bundle.dart';
import 'canary.dart';
import 'hashes.dart';

/// Files below a folder.
Fetcher folderFetcher(String folder) {
  return (path) async {
    final file = File('$folder/$path');
    return await file.exists() ? await file.readAsBytes() : null;
  };
}

/// Texts as files of a folder, each under the hash of its key.
final class FolderStore implements Store {
  const FolderStore(this.folder);

  final String folder;

  @override
  Future<String?> read(String key) async {
    final file = _file(key);
    try {
      return await file.readAsString();
    } on FileSystemException {
      return null;
    }
  }

  @override
  Future<void> write(String key, String text) async {
    final file = _file(key);
    await file.parent.create(recursive: true);
    // Written aside first: an app that is ended meanwhile keeps the old text.
    final fresh = File('${file.path}.new');
    await fresh.writeAsString(text, flush: true);
    await fresh.rename(file.path);
  }

  File _file(String key) {
    final name = sha256(Uint8List.fromList(key.codeUnits));
    return File('$folder/$name.json');
  }
}
