import Foundation

// One place where Foundation's overloads are chosen, so that a call site names the function and nothing else.

/// The natural logarithm.
@inlinable public func logarithm(_ x: Float) -> Float { Foundation.log(x) }
/// The exponential function.
@inlinable public func exponential(_ x: Float) -> Float { Foundation.exp(x) }
/// The cosine.
@inlinable public func cosine(_ x: Float) -> Float { Foundation.cos(x) }
/// The exponential function in double precision.
@inlinable public func exponential64(_ x: Double) -> Double { Foundation.exp(x) }
/// The natural logarithm in double precision.
@inlinable public func logarithm64(_ x: Double) -> Double { Foundation.log(x) }
