/// Bytes as tokens, for models with a vocabulary of 256.
///
/// Token 0 is no text: it separates documents, starts every prompt and ends a text.
public enum ByteTokenizer {
  /// The token between documents.
  public static let separator: UInt32 = 0

  /// The separator, then the bytes.
  public static func encode(_ bytes: some Sequence<UInt8>) -> [UInt32] {
    [separator] + bytes.map { UInt32($0) }
  }

  /// The separator, then the UTF-8 bytes of `text`.
  public static func encode(_ text: String) -> [UInt32] { encode(text.utf8) }

  /// The bytes of `tokens`, without separators.
  public static func bytes(_ tokens: some Sequence<UInt32>) -> [UInt8] {
    tokens.filter { $0 != separator && $0 < 256 }.map { UInt8($0) }
  }

  /// The text of `tokens`; bytes that are not UTF-8 become U+FFFD.
  public static func decode(_ tokens: some Sequence<UInt32>) -> String {
    String(decoding: bytes(tokens), as: UTF8.self)
  }
}
