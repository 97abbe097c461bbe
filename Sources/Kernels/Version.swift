/// The version of this package.
public let espalierVersion = "0.1.0"
