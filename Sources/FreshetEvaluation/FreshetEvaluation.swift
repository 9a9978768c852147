// FreshetEvaluation
