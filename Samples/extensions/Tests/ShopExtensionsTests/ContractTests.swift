import FreshetModels
import FreshetTestSupport
import ShopExtensions
import Testing

/// What Freshet asks of a model holds for one from outside as well.
@Suite struct ContractTests {
    private let model = ModelDescription(FollowUps.self)

    @Test(arguments: RecommenderContract.Rule.allCases) func modelKeeps(_ rule: RecommenderContract.Rule) throws {
        let violation = try RecommenderContract(model).violation(of: rule)
        #expect(violation == nil)
    }

    @Test(arguments: OnlineLearnerContract.Rule.allCases) func learnerKeeps(_ rule: OnlineLearnerContract.Rule) throws {
        let violation = try OnlineLearnerContract(model).violation(of: rule)
        #expect(violation == nil)
    }
}
