import FreshetCore
import FreshetData
import FreshetStorage

/// Reads the data folder of a server, which may be running, as any other event log.
struct StoreImporter: Importer {
    let name = "server"
    let summary = "the data folder of freshet serve"

    func recognizes(_ source: ImportSource) -> Bool {
        source.isFolder && source.entries.contains(SQLiteStore.fileName)
    }

    func read(_ source: ImportSource, into collector: EventCollector) throws {
        let store = try StoreReader(folder: source.path)
        try store.forEachItem { try collector.add($0) }
        try store.forEachUser { try collector.add($0) }
        let types = store.vocabulary.eventTypes.map { collector.typeCode(of: $0) }
        try store.forEachEvent { event, texts in
            let user = Array(store.vocabulary.id(of: event.user).utf8)
            let item = Array(store.vocabulary.id(of: event.item).utf8)
            let session = texts.session.map { Array($0.utf8) }
            try user.withUnsafeBufferPointer { user in
                try item.withUnsafeBufferPointer { item in
                    try (session ?? []).withUnsafeBufferPointer { name in
                        try collector.addEvent(
                            user: user,
                            item: item,
                            type: types[Int(event.type)],
                            value: event.value,
                            milliseconds: event.time.milliseconds,
                            session: session == nil ? nil : name
                        )
                    }
                }
            }
        }
        try store.forEachSearch { search, _ in
            let user = Array(store.vocabulary.id(of: search.user).utf8)
            let text = Array(search.text.utf8)
            try user.withUnsafeBufferPointer { user in
                try text.withUnsafeBufferPointer { text in
                    try collector.addSearch(user: user, text: text, milliseconds: search.time.milliseconds)
                }
            }
        }
    }
}
