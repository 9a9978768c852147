/// What `freshet tune` varies when nobody says otherwise, by model.
enum DefaultSearchSpace {
    static let byModel: [String: [String]] = [
        "popularity": ["halfLifeDays=0,7,30,90,365", "halfLifeEvents=0,5,10,30,100"],
        "co-visitation": [
            "backward=0,0.05,0.1,0.2,0.4", "sourceDamping=0.3..1.0", "targetDamping=0.0..0.6", "query.decay=0.4..0.95",
            "query.length=5,10,20,50",
        ],
        "item-knn": [
            "neighbours=20,50,100,200,500", "shrinkage=0..100", "featureWeight=0.0..0.6", "query.decay=0.5..1.0",
            "weight=binary,count,value",
        ],
        "user-knn": [
            "neighbours=20,50,100,200,500", "shrinkage=0..100", "featureWeight=0.0..0.6", "weight=binary,count,value",
        ],
        "next-basket": [
            "neighbours=50,100,300,900", "groups=3,5,7,11", "basketDecay=0.6..1.0", "groupDecay=0.5..1.0",
            "repeatWeight=0.0005..1.0(log)", "repeatDecay=0.7..1.0",
        ],
        "ease": ["regularization=10.0..3000.0(log)", "query.decay=0.5..1.0"],
        "matrix-factorization": [
            "factors=32,64,128", "als.regularization=0.5..100.0(log)", "als.confidence=1.0..40.0(log)",
        ],
        "autoencoder": [
            "kind=variational,denoising", "hidden=200,400,600", "latent=50,100,200", "dropout=0.1..0.7",
            "divergence=0.0..0.5", "learningRate=0.0003..0.003(log)", "query.decay=0.7..1.0",
        ],
        "graph": [
            "factors=32,64,128", "layers=1..3", "learningRate=0.001..0.03(log)", "weightDecay=0.0001..0.1(log)",
            "query.decay=0.7..1.0",
        ],
        "online-matrix-factorization": [
            "factors=16,32,64", "learningRate=0.01..0.2(log)", "userRate=0.1..2.0(log)", "negatives=10,20,50,100",
        ],
        "hybrid": ["fusion=scores,ranks"],
        "sequence-transformer": [
            "channels=48,64,96,128", "blocks=1..3", "dropout=0.05..0.5", "learningRate=0.0003..0.003(log)",
            "averaging=0,0.99,0.999",
        ],
    ]
}
