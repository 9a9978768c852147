import FreshetLanguage
import FreshetModels

/// A reading by a tuned encoder, made on the thread that tuned it and handed over to the thread that keeps it.
///
/// `@unchecked Sendable`: whoever made it does not use the work any more once it is handed over.
final class PreparedReading: @unchecked Sendable {
    let reading: ContentReading
    let adapters: EncoderAdapters
    let work: ContentWork

    init(_ reading: ContentReading, _ adapters: EncoderAdapters, _ work: ContentWork) {
        (self.reading, self.adapters, self.work) = (reading, adapters, work)
    }
}
