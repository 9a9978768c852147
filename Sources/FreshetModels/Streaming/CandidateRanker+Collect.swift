import Foundation
import FreshetCore
import FreshetData

extension CandidateRanker {
    /// After how many seconds without an event a session has ended that is not named.
    private static let sessionGap: Int64 = 3600

    /// Takes the candidates from all sources and writes their feature vectors.
    ///
    /// - Parameters:
    ///   - context: the user's history, of which what likes its items counts.
    ///   - streaming: the streaming models.
    ///   - now: in seconds since 1970.
    ///   - profile: what is known of the user beside events.
    ///   - searched: what the user looked for lately.
    ///   - reading: what the items' texts are read by, where that is another than the evidence's own.
    ///   - place: where the request asks from, if it says so.
    ///   - proposals: further candidates, from other sources.
    ///   - set: as ``score(_:with:retrieval:into:)`` left it.
    public func collect(
        _ context: ScoringContext,
        from streaming: StreamingModels,
        at now: Int64,
        profile: TextVector = .none,
        searched: RecentSearch = .none,
        reading: ContentReading? = nil,
        place: Place? = nil,
        adding proposals: [ProposedItem] = [],
        into set: CandidateSet
    ) {
        let history = context.history.likings
        let highest = max(
            history.items.max().map { $0.position + 1 } ?? 0,
            proposals.reduce(0) { max($0, $1.item.position + 1) }
        )
        set.reset(itemCount: max(streaming.itemCount, set.transformerCount, highest), table: table)
        set.segment = CandidateSegment(
            historyLength: history.count,
            isReturning: history.count > 0
                && !Self.isInSession(history.count - 1, of: history, context.session, at: now),
            hasTransformer: set.transformerCount > 0
        )
        let model = CandidateSources.transformer
        for item in set.topItems { set.add(item, from: model) }
        if history.count > 0 {
            streaming.coVisitation.score(history, at: now, into: set.followers)
            let follower = CandidateSources.coVisitation
            set.followers.forEachTop(configuration.coVisitation) { item, _ in set.add(item, from: follower) }
            writeOwn(history, context.session, at: now, into: set)
        }
        let peers = streaming.peerPopularity[PeerGroup(historyLength: history.count).rawValue]
        addTops(of: streaming.popularity, to: set)
        addTops(of: peers, to: set)
        for proposal in proposals { set.add(proposal.item.rawValue, from: proposal.source) }
        let request = CandidateRequest(
            user: context.user,
            history: history,
            streaming: streaming,
            time: now,
            profile: profile,
            searched: searched,
            reading: reading,
            place: place
        )
        for source in evidence { source.propose(for: request, into: set) }
        writeTransformer(set)
        writeCoVisitation(history, streaming.coVisitation, at: now, into: set)
        writePopularity(streaming.popularity, .popularity0, at: now, into: set)
        writePopularity(peers, .peerPopularity0, at: now, into: set)
        writeTimes(streaming, at: now, into: set)
        for (source, first) in zip(evidence, table.firstTerms.dropFirst()) {
            source.write(request, from: first, into: set)
        }
        table.writeProducts(set.values, count: set.count)
        writePenalties(context.history, streaming.opinions, into: set)
        set.traits = traits
        SituationFactors.situation(history, at: now, traits, into: set.situation)
    }

    /// Whether an event of a history, by its place, is of the session that asks: by the sessions' names where both have
    /// one, else by the time between them.
    private static func isInSession(_ place: Int, of history: History, _ session: SessionTag, at now: Int64) -> Bool {
        if let isSame = history.session(at: place).isSame(as: session) { return isSame }
        return history.times.isEmpty || now - history.times[history.times.startIndex + place].seconds < sessionGap
    }

    /// What the candidates lose for being disliked, by all and beside what the user dislikes.
    private func writePenalties(_ history: History, _ opinions: StreamingOpinions, into set: CandidateSet) {
        guard opinions.isOpen else { return }
        opinions.score(history, into: set.dislikedCompany)
        for place in 0..<set.count {
            let item = set.item(at: place)
            set.penalties.append(opinions.penalty(of: item, company: set.dislikedCompany[item]))
        }
    }

    private func addTops(of model: StreamingPopularity, to set: CandidateSet) {
        let popular = CandidateSources.popularity
        for index in model.halfLives.indices {
            model.forEachTop(configuration.popularity, halfLife: index) { set.add($0.rawValue, from: popular) }
        }
    }

    /// The user's own items: when, how often, and what came after the newest one before.
    private func writeOwn(_ history: History, _ session: SessionTag, at now: Int64, into set: CandidateSet) {
        let items = history.items
        let newest = items[items.endIndex - 1]
        var distinct = 0
        for age in 0..<items.count {
            let item = items[items.endIndex - 1 - age]
            let place = set.place(of: item.rawValue)
            if place >= 0, set.feature(.own, at: place) == 1 {
                set.set(.ownCount, at: place, to: set.feature(.ownCount, at: place) + 1)
                continue
            }
            guard place >= 0 || distinct < configuration.own else { continue }
            distinct += 1
            let own = set.add(item.rawValue, from: .own)
            set.set(.own, at: own, to: 1)
            set.set(.ownCount, at: own, to: 1)
            set.set(.ownAgeInEvents, at: own, to: logf(1 + Float(age)))
            if age == 0 { set.set(.ownNewest, at: own, to: 1) }
            guard !history.times.isEmpty else { continue }
            let seconds = Float(max(0, now - history.times[history.times.endIndex - 1 - age].seconds))
            let isInSession = Self.isInSession(items.count - 1 - age, of: history, session, at: now)
            set.set(.ownInSession, at: own, to: isInSession ? 1 : 0)
            set.set(.ownAgeInDays, at: own, to: logf(1 + seconds / 86_400))
        }
        for index in items.indices.dropLast() where items[index] == newest {
            for follower in items[(index + 1)..<min(index + 4, items.endIndex)] {
                let place = set.place(of: follower.rawValue)
                guard place >= 0 else { continue }
                set.set(.ownFollower, at: place, to: set.feature(.ownFollower, at: place) + 1)
            }
        }
        for place in 0..<set.count where set.feature(.own, at: place) == 1 {
            set.set(.ownCount, at: place, to: logf(set.feature(.ownCount, at: place)))
            set.set(.ownFollower, at: place, to: logf(1 + set.feature(.ownFollower, at: place)))
        }
    }

    private func writeTransformer(_ set: CandidateSet) {
        guard set.transformerCount > 0, set.topScores.count > 0 else {
            for place in 0..<set.count {
                set.set(.transformer, at: place, to: CandidateFeature.middleOfTransformer)
            }
            return
        }
        let highest = set.topScores[0]
        var total: Float = 0
        for score in set.topScores { total += expf(score - highest) }
        let level = highest + logf(total)
        set.scoreExactly()
        for place in 0..<set.count {
            let item = Int(set.items[place])
            if item < set.transformerCount {
                set.set(.transformer, at: place, to: max(set.logits[item] - level, CandidateFeature.leastTransformer))
            } else {
                set.set(.transformer, at: place, to: CandidateFeature.unknownTransformer)
                set.set(.unknownToTransformer, at: place, to: 1)
            }
        }
        for rank in 0..<set.topItems.count {
            set.set(.transformerRank, at: set.place(of: set.topItems[rank]), to: 1 / Float(rank + 1))
        }
    }

    private func writeCoVisitation(
        _ history: History,
        _ model: StreamingCoVisitation,
        at now: Int64,
        into set: CandidateSet
    ) {
        guard let newest = history.items.last else { return }
        let least = CandidateFeature.leastCoVisitation
        for place in 0..<set.count {
            let score = set.followers[ItemIndex(rawValue: set.items[place])]
            set.set(.coVisitation, at: place, to: max(logf(score), least))
            set.set(.coVisitationOfLast, at: place, to: least)
            if score == 0 { set.set(.notCoVisited, at: place, to: 1) }
        }
        model.forEachFollower(of: newest.position, times: 1, at: now) { item, score in
            let place = set.place(of: item)
            if place >= 0 { set.set(.coVisitationOfLast, at: place, to: max(logf(score), least)) }
        }
    }

    private func writePopularity(
        _ model: StreamingPopularity,
        _ first: CandidateFeature,
        at now: Int64,
        into set: CandidateSet
    ) {
        let H = model.halfLives.count
        model.levels.withUnsafeBufferPointer { levels in
            for index in 0..<H {
                let decay = model.decay(at: now, halfLife: index)
                let feature = CandidateFeature(rawValue: first.rawValue + index)!
                for place in 0..<set.count {
                    let position = Int(set.items[place]) * H + index
                    let level = position < levels.count ? levels[position] - decay : -.infinity
                    set.set(feature, at: place, to: CandidateFeature.popularity(level: level))
                }
            }
        }
    }

    private func writeTimes(_ streaming: StreamingModels, at now: Int64, into set: CandidateSet) {
        for place in 0..<set.count {
            guard let lifetime = streaming.lifetime(of: set.item(at: place)) else { continue }
            let age = Float(max(0, now - lifetime.lowerBound))
            let idle = Float(max(0, now - lifetime.upperBound))
            set.set(.itemAge, at: place, to: logf(1 + age / 86_400))
            set.set(.itemIdle, at: place, to: logf(1 + idle / 3600))
        }
    }
}
