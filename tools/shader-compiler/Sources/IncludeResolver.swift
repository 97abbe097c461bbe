import CShaderc
import Foundation

/// Finds included files: beside the including file first, then in the given folders.
final class IncludeResolver {
  /// A file as it was found.
  struct Include {
    let name, including: String
    let path, text: String
  }

  private let folders: [String]
  /// In the order of the requests.
  private(set) var includes: [Include] = []

  init(folders: [String]) { self.folders = folders }

  /// The compiler keeps an unretained reference: the resolver must outlive the compilation.
  func install(_ options: shaderc_compile_options_t?) {
    shaderc_compile_options_set_include_callbacks(
      options,
      { context, requested, _, including, _ in
        let resolver = Unmanaged<IncludeResolver>.fromOpaque(context!).takeUnretainedValue()
        return resolver.resolve(String(cString: requested!), from: String(cString: including!))
      },
      { _, result in
        guard let result else { return }
        free(UnsafeMutableRawPointer(mutating: result.pointee.source_name))
        free(UnsafeMutableRawPointer(mutating: result.pointee.content))
        result.deallocate()
      },
      Unmanaged.passUnretained(self).toOpaque())
  }

  /// An empty name says that the content is an error message.
  private func resolve(_ name: String, from including: String) -> UnsafeMutablePointer<shaderc_include_result>
  {
    let found = find(name, from: including)
    let (path, text) = found.map { ($0.path, $0.text) } ?? ("", "not found in any include folder")
    let result = UnsafeMutablePointer<shaderc_include_result>.allocate(capacity: 1)
    result.initialize(
      to: shaderc_include_result(
        source_name: strdup(path), source_name_length: path.utf8.count, content: strdup(text),
        content_length: text.utf8.count, user_data: nil))
    return result
  }

  func find(_ name: String, from including: String) -> Include? {
    let own = (including as NSString).deletingLastPathComponent
    for folder in [own] + folders {
      let path = (folder as NSString).appendingPathComponent(name)
      if let text = try? String(contentsOfFile: path, encoding: .utf8) {
        let include = Include(name: name, including: including, path: path, text: text)
        includes.append(include)
        return include
      }
    }
    return nil
  }
}
