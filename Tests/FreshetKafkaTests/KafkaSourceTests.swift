import FreshetCore
import FreshetStorage
import FreshetTensor
import Testing

@testable import FreshetKafka

@Suite struct KafkaSourceTests {
    private let broker = TestBroker()
    private let receiver: TestReceiver
    private let office = TestOffice()

    init() throws { receiver = TestReceiver(try SQLiteStore.temporary()) }

    private func source(_ consumer: TestConsumer, batch: Int = 1_000, office: (any DeadLetterOffice)?) -> KafkaSource {
        KafkaSource(
            .init(topics: ["events": TopicRule(.events), "items": TopicRule(.items)], maximumBatch: batch),
            consumer: consumer,
            receiver: receiver,
            deadLetters: office
        )
    }

    private func send(_ numbers: Range<Int>) {
        for number in numbers {
            broker.send(#"{"user":"u\#(number % 7)","item":"i\#(number)","time":1}"#, to: Int32(number % 3))
        }
    }

    private func steps(_ source: KafkaSource, _ count: Int) async throws {
        for _ in 0..<count { try await source.step() }
    }

    @Test func readsEachPartitionInOrder() async throws {
        send(0..<300)
        let source = source(broker.join(), batch: 40, office: office)
        try await steps(source, 12)
        let items = try receiver.items()
        #expect(Set(items).count == 300 && items.count == 300)
        for part in 0..<3 {
            let own = items.compactMap { Int($0.dropFirst()) }.filter { $0 % 3 == part }
            #expect(own == own.sorted())
        }
        let status = await source.status
        #expect(status.partitions.map(\.next) == [100, 100, 100] && status.partitions.map(\.lag) == [0, 0, 0])
        #expect(status.messages == 300 && status.events == 300 && status.problem == nil)
    }

    /// Members come and go, some without a word and some going on as if nothing had happened, and the store fails.
    @Test func keepsEachMessageOnceWhateverEnds() async throws {
        var (members, random) = ([KafkaSource](), RandomSource(seed: 5))
        let faults: [TestReceiver.Fault?] = [nil, nil, .before, .after]
        for round in 0..<40 {
            send(round * 30..<(round + 1) * 30)
            if round % 2 == 0 {
                let consumer = broker.join(silently: random.next() % 2 == 0)
                members.append(source(consumer, batch: 1 + Int(random.next() % 20), office: office))
            }
            receiver.fail(faults[Int(random.next() % 4)])
            for member in members.suffix(3) { try await steps(member, Int(random.next() % 4)) }
        }
        receiver.fail(nil)
        try await steps(source(broker.join(), office: office), 4)
        let items = try receiver.items()
        #expect(items.count == 1_200 && Set(items).count == 1_200)
    }

    /// Who lost a partition without hearing of it writes nothing more.
    @Test func shutsOutWhoLostThePartition() async throws {
        send(0..<30)
        let first = source(broker.join(), batch: 10, office: office)
        try await steps(first, 2)
        let second = source(broker.join(silently: true), batch: 30, office: office)
        try await steps(second, 1)
        try await first.step()
        #expect(await first.status.takeovers == 1)
        #expect(receiver.store.newestOffset == 10)
        try await steps(second, 2)
        let items = try receiver.items()
        #expect(items.count == 30 && Set(items).count == 30)
    }

    /// A broker that cannot be reached from the start sends no word of it.
    @Test func asksBrokersFromWhichNothingComes() async throws {
        let consumer = broker.join()
        let source = KafkaSource(
            .init(topics: ["events": TopicRule(.events)], quietTime: .zero),
            consumer: consumer,
            receiver: receiver,
            deadLetters: office
        )
        consumer.setProblem("no broker answers")
        try await steps(source, 2)
        #expect(await source.status.problem == "no broker answers")
        consumer.setProblem(nil)
        try await steps(source, 1)
        #expect(await source.status.problem == nil)
    }

    @Test func pausesWhileTheStoreFails() async throws {
        send(0..<30)
        let consumer = broker.join()
        let source = source(consumer, office: office)
        receiver.fail(.before)
        try await steps(source, 3)
        let status = await source.status
        #expect(consumer.isPaused && status.isPaused && status.problem?.contains("The disk is full.") == true)
        #expect(receiver.store.newestOffset == 0)
        receiver.fail(nil)
        try await steps(source, 2)
        #expect(!consumer.isPaused)
        #expect(receiver.store.newestOffset == 30)
    }

    @Test func putsAsideWhatIsOfNoUse() async throws {
        let bad = [
            "{", #"{"item":"a"}"#, #"{"user":"a","item":"b","colour":1}"#, #"{"user":"a","item":"b","type":"unsound"}"#,
            #"[{"user":"a","item":"half"},{"user":"a"}]"#,
        ]
        send(0..<3)
        for value in bad { broker.send(value) }
        broker.send(nil, key: "k")
        send(3..<6)
        let consumer = broker.join()
        let source = source(consumer, office: office)
        receiver.fail(.before)
        try await steps(source, 3)
        receiver.fail(nil)
        try await steps(source, 2)
        #expect(try receiver.items().sorted() == (0..<6).map { "i\($0)" })
        #expect(office.letters.count == bad.count + 1)
        #expect(office.letters.prefix(bad.count).map { $0.message.value ?? [] } == bad.map { Array($0.utf8) })
        #expect(office.letters[2].reason.contains("colour") && office.letters[3].reason == "'type' is unsound")
        let headers = office.letters[1].headers.map { "\($0.name)=\($0.value)" }
        #expect(headers.suffix(3) == ["freshet-topic=events", "freshet-partition=0", "freshet-offset=2"])
        #expect(await source.status.deadLetters == bad.count + 1)
    }

    @Test func stopsBeforeWhatIsOfNoUseWithoutDeadLetters() async throws {
        send(0..<3)
        broker.send("{")
        let source = source(broker.join(), office: nil)
        await #expect(throws: FreshetError.self) { try await steps(source, 2) }
        #expect(receiver.store.newestOffset == 0)
    }

    @Test func changesTheCatalogue() async throws {
        broker.send(#"{"id":"lamp","title":"A lamp"}"#, of: "items")
        broker.send(nil, key: "lamp", of: "items")
        broker.send(nil, of: "items")
        try await steps(source(broker.join(), office: office), 2)
        #expect(receiver.changes == [.item(Item(id: "lamp", title: "A lamp")), .removal(item: "lamp")])
        #expect(office.letters.map(\.message.offset) == [2])
    }
}
