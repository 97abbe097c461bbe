import Numerics
import ShaderInterface

/// The CPU definition of every kernel, one file a stem, written from `Contract.md` alone.
///
/// Functions take the kernel's parameter struct and its operands in binding order. They read and write exactly
/// what the contract names, so a buffer may be larger than its shape.
public enum Reference {}
