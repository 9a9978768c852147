import CFreshetKernels

/// A non-linear function of each number.
public enum Activation: String, Sendable, Codable, CaseIterable {
    /// `max(x, 0)`.
    case relu
    /// The Gaussian error linear unit, tanh form (Hendrycks and Gimpel, 2016).
    case gelu
    /// The Gaussian error linear unit, exact form with the error function, as in BERT.
    case exactGelu
    /// The hyperbolic tangent.
    case tanh
    /// `x · sigmoid(x)` (Elfwing and others, 2018), also called swish.
    case silu
    /// `1 / (1 + e^-x)`.
    case sigmoid
}

extension Tape {
    /// `y = a + b`, of equal shapes.
    public func add(_ a: Tensor, _ b: Tensor) -> Tensor {
        precondition(a.rows == b.rows && a.columns == b.columns, "add: shapes differ")
        let y = make(a.rows, a.columns)
        freshet_add(y.values, a.values, b.values, a.count)
        record { [unowned self] in
            guard let dy = gradientIfReached(y) else { return }
            freshet_axpy(gradient(of: a), dy, 1, a.count)
            freshet_axpy(gradient(of: b), dy, 1, a.count)
        }
        return y
    }

    /// `y = a · b` number by number, of equal shapes.
    public func multiplyElements(_ a: Tensor, _ b: Tensor) -> Tensor {
        precondition(a.rows == b.rows && a.columns == b.columns, "multiplyElements: shapes differ")
        let y = make(a.rows, a.columns)
        freshet_multiply(y.values, a.values, b.values, a.count)
        record { [unowned self] in
            guard let dy = gradientIfReached(y) else { return }
            freshet_multiply_add(gradient(of: a), dy, b.values, a.count)
            freshet_multiply_add(gradient(of: b), dy, a.values, a.count)
        }
        return y
    }

    /// `y = factor · x`.
    public func scale(_ x: Tensor, by factor: Float) -> Tensor {
        let y = make(x.rows, x.columns)
        freshet_scaled_copy(y.values, x.values, factor, x.count)
        record { [unowned self] in
            guard let dy = gradientIfReached(y) else { return }
            freshet_axpy(gradient(of: x), dy, factor, x.count)
        }
        return y
    }

    /// `y = f(x)` number by number.
    public func activate(_ x: Tensor, _ activation: Activation) -> Tensor {
        let y = make(x.rows, x.columns)
        switch activation {
        case .relu: freshet_relu_forward(y.values, x.values, x.count)
        case .gelu: freshet_gelu_forward(y.values, x.values, x.count)
        case .exactGelu: freshet_exact_gelu_forward(y.values, x.values, x.count)
        case .tanh: freshet_tanh_forward(y.values, x.values, x.count)
        case .silu: freshet_silu_forward(y.values, x.values, x.count)
        case .sigmoid: freshet_sigmoid_forward(y.values, x.values, x.count)
        }
        record { [unowned self] in
            guard let dy = gradientIfReached(y) else { return }
            let dx = gradient(of: x)
            switch activation {
            case .relu: freshet_relu_backward(dx, dy, x.values, x.count)
            case .gelu: freshet_gelu_backward(dx, dy, x.values, x.count)
            case .exactGelu: freshet_exact_gelu_backward(dx, dy, x.values, x.count)
            case .tanh: freshet_tanh_backward(dx, dy, y.values, x.count)
            case .silu: freshet_silu_backward(dx, dy, x.values, x.count)
            case .sigmoid: freshet_sigmoid_backward(dx, dy, y.values, x.count)
            }
        }
        return y
    }

    /// Sets numbers to zero with probability `rate` and scales the others up (Srivastava and others, 2014).
    ///
    /// Only when recording: inference passes through.
    public func dropout(_ x: Tensor, rate: Float) -> Tensor {
        guard isRecording, rate > 0 else { return x }
        let key = nextDropoutKey()
        let y = make(x.rows, x.columns)
        freshet_dropout_forward(y.values, x.values, rate, key, x.count)
        record { [unowned self] in
            guard let dy = gradientIfReached(y) else { return }
            freshet_dropout_backward(gradient(of: x), dy, rate, key, x.count)
        }
        return y
    }
}
