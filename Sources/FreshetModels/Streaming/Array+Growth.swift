extension Array {
    /// Appends equal elements until there are so many, with room for a quarter more where an array by itself would double.
    mutating func grow(to count: Int, with element: Element) {
        guard count > self.count else { return }
        if count > capacity { reserveCapacity(count + count / 4) }
        append(contentsOf: repeatElement(element, count: count - self.count))
    }
}
