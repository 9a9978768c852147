import ArgumentParser

/// `freshet features`.
struct Features: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Tables to learn click-through from, and which columns are worth having in them.",
        discussion: """
            What a server showed becomes a table with a row a place that was seen; a factorization machine learns from it \
            what is clicked:

              freshet features clicks --data shop-data --until 2026-11-20 --output train.csv
              freshet features clicks --data shop-data --from 2026-11-20 --output test.csv
              freshet train --data train.csv --format csv --model factorization-machine --output model
              freshet evaluate --snapshot model --truth test.csv --format csv

            Which attributes of a catalogue tell what is chosen:

              freshet features suggest --data events.tsv --catalogue items.tsv
            """,
        subcommands: [FeaturesClicks.self, FeaturesSuggest.self]
    )
}
