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
        try store.forEachEvent { event, _, _ in
            var (user, item) = (store.vocabulary.id(of: event.user), store.vocabulary.id(of: event.item))
            try user.withUTF8 { user in
                try item.withUTF8 { item in
                    try collector.addEvent(
                        user: user,
                        item: item,
                        type: types[Int(event.type)],
                        value: event.value,
                        milliseconds: event.time.milliseconds
                    )
                }
            }
        }
    }
}
