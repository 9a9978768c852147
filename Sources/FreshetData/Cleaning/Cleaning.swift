import FreshetCore

/// The steps from collected events to a data set.
enum Cleaning {
    /// Groups, filters and numbers the collected events.
    /// - Throws: ``FreshetError`` of kind `invalidData` when no event is left.
    static func finish(_ collector: EventCollector, path: String) throws -> (Dataset, CleaningReport) {
        var report = collector.report
        let collected = collector.columns.count
        let histories = try collector.columns.takeHistories(userCount: collector.users.count)
        report.add(.missingTime, count: collected - histories.eventCount, details: [])

        let filtered = filter(histories, collector, report: &report)
        report.sortDrops()
        guard filtered.eventCount > 0 else { throw nothingLeft(report, path: path) }
        let (dataset, quarantine) = weighed(number(filtered, collector), collector.options, report: &report)
            .guarded(by: collector.options.intakeGuard)
        report.quarantine = quarantine
        report.eventsKept = dataset.histories.eventCount
        report.usersKept = dataset.users.count
        report.itemsKept = dataset.items.count
        report.warnings = Warnings.of(dataset)
        return (dataset, report)
    }

    private static func filter(
        _ histories: Histories,
        _ collector: EventCollector,
        report: inout CleaningReport
    ) -> Histories {
        let options = collector.options
        let found = OutlierFinder(histories, itemCount: collector.items.count)
        let dropsOutliers = options.outliers == .drop && !found.isEmpty
        report.outliers = OutlierReport(found, in: histories, users: collector.users, isLeftOut: dropsOutliers)
        let needsFilter =
            dropsOutliers || options.duplicates != .keepAll
            || max(options.userCore, options.itemCore, options.minimumHistory) > 1
        guard needsFilter else { return histories }
        var filters = HistoryFilters(histories, itemCount: collector.items.count)
        // What a machine repeats is not a person's repetition, so its events go before.
        let outliers = dropsOutliers ? filters.dropOutliers(found) : (machines: .init(), bulk: .init())
        let duplicates = filters.dropDuplicates(options.duplicates)
        let core = filters.keepCore(users: options.userCore, items: options.itemCore)
        let short = filters.dropShortHistories(below: options.minimumHistory)
        let steps: [(CleaningReport.Reason, HistoryFilters.Dropped)] = [
            (.machine, outliers.machines), (.bulk, outliers.bulk), (.duplicate, duplicates), (.userCore, core.withUser),
            (.itemCore, core.withItem), (.shortHistory, short),
        ]
        for (reason, dropped) in steps {
            let details = dropped.first.map { user, row in
                "user '\(collector.users[user])' on item '\(collector.items[histories.items[row].position])'"
            }
            report.add(reason, count: dropped.count, details: details)
        }
        return histories.keeping(filters.isKept)
    }

    /// Whether users stay who have no event.
    private static func describesAll(_ options: ImportOptions) -> Bool {
        max(options.userCore, options.minimumHistory) == 0
    }

    /// Gives the users and items that stay their final numbers.
    ///
    /// Without an event stay those that the source describes, and users who looked for something, unless a minimum number of events was asked for.
    private static func number(_ histories: Histories, _ collector: EventCollector) -> Dataset {
        let options = collector.options
        let describedUsers = describesAll(options) ? collector.userDetails.count : 0
        let describedItems = options.itemCore > 0 ? 0 : collector.itemDetails.count
        var hasEvents = [Bool](repeating: false, count: collector.items.count)
        for item in histories.items { hasEvents[item.position] = true }
        let searching = describesAll(options) ? Set(collector.searches.map(\.user.position)) : []
        let users = (0..<histories.userCount).filter {
            $0 < describedUsers || histories.offsets[$0] < histories.offsets[$0 + 1] || searching.contains($0)
        }
        let items = hasEvents.indices.filter { $0 < describedItems || hasEvents[$0] }
        var dataset = Dataset(
            users: collector.users.selecting(users),
            items: collector.items.selecting(items),
            eventTypes: collector.typeNames.identifiers.map { EventType(rawValue: $0) },
            histories: histories.renumbered(users: users, items: items, oldItemCount: collector.items.count),
            itemDetails: collector.itemDetails.isEmpty
                ? []
                : items.map {
                    $0 < collector.itemDetails.count ? collector.itemDetails[$0] : Item(id: collector.items[$0])
                },
            userDetails: collector.userDetails.isEmpty
                ? []
                : users.map {
                    $0 < collector.userDetails.count ? collector.userDetails[$0] : User(id: collector.users[$0])
                }
        )
        dataset.sessions = collector.sessions
        guard !collector.searches.isEmpty else { return dataset }
        let places = Dictionary(uniqueKeysWithValues: zip(users, 0...))
        dataset.searches = collector.searches.compactMap { search in
            guard let place = places[search.user.position] else { return nil }
            var search = search
            search.user = UserIndex(place)
            return search
        }
        return dataset
    }

    /// Says of every event what it says of its item.
    private static func weighed(
        _ dataset: Dataset,
        _ options: ImportOptions,
        report: inout CleaningReport
    ) -> Dataset {
        let (meanings, note) = options.meanings.fitted(to: dataset.histories, types: dataset.eventTypes)
        if let note { report.note(note) }
        var weighed = dataset
        weighed.meanings = meanings
        weighed.histories = dataset.histories.weighed(by: meanings, types: dataset.eventTypes)
        return weighed
    }

    private static func nothingLeft(_ report: CleaningReport, path: String) -> FreshetError {
        let reasons = report.drops.map { "\($0.count) × \($0.reason.rawValue)" }.joined(separator: ", ")
        let example = report.drops.flatMap(\.examples).first.map { " For example \($0.place)\($0.detail)." } ?? ""
        return FreshetError(
            .invalidData,
            "No usable event in '\(path)': \(report.linesRead) lines read"
                + (reasons.isEmpty ? "." : ", dropped \(reasons).") + example,
            remedy: remedy(for: report)
        )
    }

    private static func remedy(for report: CleaningReport) -> String {
        switch report.drops.max(by: { $0.count < $1.count })?.reason {
        case .timeOutOfRange: return "Widen the range of times; if they count milliseconds, say so."
        case .otherTimeUnit: return "Leave out the unit of times, or give the right one."
        default: break
        }
        return "Check the format (known: \(Importers.all.map(\.name).joined(separator: ", "))) and the filters."
    }
}
