// SPDX-License-Identifier: Apache-2.0
// Tests of the errors of previews and undos.

#include <string>
#include <vector>

#include "conformance/whole_api_base.h"
#include "support/golden_file.h"

namespace zerotouch::wire {
namespace {

class BatchServiceErrors : public WholeApi {
 protected:
  // Adds an operation of the reseller 7, which is done if `done`.
  void AddOperation(int64_t id, store::BatchKind kind, bool done, OperationId undoes = {}) {
    const store::OperationHead head{.id = OperationId(id),
                                    .partner = PartnerId(7),
                                    .kind = kind,
                                    .items = 1,
                                    .accepted = clock_.Now(),
                                    .started = {},
                                    .finished = {},
                                    .undoes = undoes};
    const absl::Status status = store_->Write([&](store::Transaction& tx) -> absl::Status {
      absl::Status added =
          undoes ? tx.AddUndo(head) : tx.AddOperation(head, std::vector<std::string>{""});
      if (added.ok() && done) added = tx.CancelOperation(head.id, clock_.Now());
      return added;
    });
    EXPECT_EQ(status, absl::OkStatus());
  }

  // Finishes the only operation that is not done, which has one item.
  void FinishOperation() {
    const absl::Time now = clock_.Now();
    const absl::Status status = store_->Write([&](store::Transaction& tx) -> absl::Status {
      const auto lease = tx.LeaseOperation(now, absl::Seconds(1), store::LeaseOrder::kFair);
      if (!lease.ok()) return lease.status();
      const store::IndexedResult results[] = {
          {.index = 0, .result = {.outcome = Outcome::kNothingToUndo, .device = {}}}};
      return tx.RecordResults(lease->value(), /*items_done=*/0, results, now, now);
    });
    EXPECT_EQ(status, absl::OkStatus());
  }

  // Makes a call and adds its error to `text_`.
  void ExpectError(const std::string& method, const std::string& target,
                   const std::string& body = "") {
    text_ += "# " + method + " " + target + " " + body + "\n" +
             AnswersTo(Make(method, target, body, Sender::kReseller));
  }

  static std::string Undo(int64_t id) {
    return fmt::format("/openzerotouch/v1/operations/apibatchoperation/{}:undo", id);
  }

  std::string text_;
};

TEST_F(BatchServiceErrors, AreAsTheGoldenFileSays) {
  AddOperation(6, store::BatchKind::kClaim, true);
  AddOperation(7, store::BatchKind::kUndoClaim, false, OperationId(6));
  FinishOperation();
  AddOperation(1, store::BatchKind::kUpdateMetadata, true);
  AddOperation(2, store::BatchKind::kUnclaim, true);
  AddOperation(3, store::BatchKind::kUndoUnclaim, false, OperationId(2));
  AddOperation(4, store::BatchKind::kClaim, false);
  for (const int64_t id : {1, 2, 3, 4, 5}) ExpectError("POST", Undo(id), "{}");
  ExpectError("POST", "/openzerotouch/v1/operations/apibatchoperation:undo", "{}");
  ExpectError("DELETE", "/v1/operations/apibatchoperation/2");
  ExpectError("POST", "/openzerotouch/v1/partners/7/devices:previewClaim", "{}");
  ExpectError("POST", "/openzerotouch/v1/partners/7/devices:previewUnclaim", R"({"claims":[]})");
  ExpectError("POST", "/openzerotouch/v1/partners/8/devices:previewUnclaim",
              R"({"unclaims":[{}]})");
  ExpectError("DELETE", "/v1/operations/apibatchoperation/7");
  test::ExpectGolden(ZEROTOUCH_GOLDEN "/errors_batch_service.txt", text_);
}

}  // namespace
}  // namespace zerotouch::wire
