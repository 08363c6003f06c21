/// SHA-256 of what a bundle holds.
library;

import 'dart:typed_data';

import 'package:crypto/crypto.dart' as crypto;

/// The SHA-256 of bytes, in lower-case hexadecimal.
String sha256(Uint8List bytes) => crypto.sha256.convert(bytes).toString();
