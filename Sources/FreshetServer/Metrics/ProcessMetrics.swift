import Foundation

/// What the process takes of the machine, under the names that Prometheus' own libraries have.
///
/// https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics
enum ProcessMetrics {
    /// The text, read at the moment of a scrape.
    ///
    /// - Parameter folder: the data folder, on whose disk room is needed.
    /// - Returns: the lines, without those that the system does not tell.
    static func text(folder: String) -> String {
        let registry = PrometheusRegistry()
        func set(_ name: String, _ help: String, _ value: Double?) {
            guard let value else { return }
            registry.describe(name, help)
            registry.gauge(name, []).set(value)
        }
        registry.describe("process_cpu_seconds", "User and system time of the process.")
        registry.counter("process_cpu_seconds", []).set(cpuSeconds)
        set("process_resident_memory_bytes", "Memory of the process.", residentBytes)
        set("process_open_fds", "Files and connections that are open.", openFiles)
        let disk = try? FileManager.default.attributesOfFileSystem(forPath: folder)
        set(
            "freshet_disk_free_bytes",
            "Room on the disk of the data folder.",
            disk.flatMap { size($0[.systemFreeSize]) }
        )
        set("freshet_disk_size_bytes", "Size of the disk of the data folder.", disk.flatMap { size($0[.systemSize]) })
        set("freshet_data_bytes", "What the data folder holds.", Double(bytes(in: folder)))
        return registry.text()
    }

    private static func size(_ attribute: Any?) -> Double? { (attribute as? NSNumber)?.doubleValue }

    private static var cpuSeconds: Double {
        var usage = rusage()
        #if os(Linux)
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        #else
        getrusage(RUSAGE_SELF, &usage)
        #endif
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }

    /// The second number of `/proc/self/statm`, in pages; `nil` where there is no such file.
    private static var residentBytes: Double? {
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return nil }
        let numbers = text.split(separator: " ")
        return numbers.count > 1 ? Double(numbers[1]).map { $0 * Double(sysconf(Int32(_SC_PAGESIZE))) } : nil
    }

    private static var openFiles: Double? {
        (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")).map { Double($0.count) }
    }

    /// The bytes of the database, its log, the versions and the learner's state.
    static func bytes(in folder: String) -> Int {
        let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        return names.reduce(0) { sum, name in
            let attributes = try? FileManager.default.attributesOfItem(atPath: folder + "/" + name)
            guard attributes?[.type] as? FileAttributeType == .typeRegular else { return sum }
            return sum + Int(size(attributes?[.size]) ?? 0)
        }
    }
}
