/// What `freshet tune` varies when nobody says otherwise, by model.
enum DefaultSearchSpace {
    static let byModel: [String: [String]] = [
        "popularity": ["halfLifeDays=0,7,30,90,365", "halfLifeEvents=0,5,10,30,100"],
        "co-visitation": [
            "backward=0,0.05,0.1,0.2,0.4", "sourceDamping=0.3..1.0", "targetDamping=0.0..0.6", "query.decay=0.4..0.95",
            "query.length=5,10,20,50",
        ],
        "sequence-transformer": [
            "channels=48,64,96,128", "blocks=1..3", "dropout=0.05..0.5", "learningRate=0.0003..0.003(log)",
            "averaging=0,0.99,0.999",
        ],
    ]
}
