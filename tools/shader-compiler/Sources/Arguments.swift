/// The command line.
struct Arguments {
  enum Command: String { case compile, index, inspect }

  let command: Command
  private(set) var output: String?
  private(set) var includeFolders: [String] = []
  private(set) var operands: [String] = []

  init(_ arguments: ArraySlice<String>) throws(ShaderFailure) {
    guard let command = arguments.first.flatMap(Command.init) else {
      throw ShaderFailure(ShaderCompilerTool.usage)
    }
    self.command = command
    var rest = arguments.dropFirst()
    while let argument = rest.popFirst() {
      switch argument {
      case "--output": output = try Self.value(of: argument, &rest)
      case "--include": includeFolders.append(try Self.value(of: argument, &rest))
      default:
        if argument.hasPrefix("-") { throw ShaderFailure("unknown option \(argument)") }
        operands.append(argument)
      }
    }
  }

  var requiredOutput: String {
    get throws(ShaderFailure) {
      guard let output else { throw ShaderFailure("\(command.rawValue) needs --output") }
      return output
    }
  }

  private static func value(
    of option: String, _ rest: inout ArraySlice<String>
  ) throws(ShaderFailure) -> String {
    guard let value = rest.popFirst() else { throw ShaderFailure("\(option) needs a value") }
    return value
  }
}
