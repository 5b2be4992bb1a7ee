// SPDX-License-Identifier: Apache-2.0
#include "service/configurations.h"

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/limits.h"
#include "base/status_macros.h"
#include "errors/errors.h"
#include "model/configuration.h"
#include "model/resource_name.h"
#include "service/configuration_message.h"
#include "store/company_ids.h"
#include "store/store.h"

namespace zerotouch::service {
namespace {

// Returns errors::InvalidParameters with all violations. `kept` is the current DPC
// of the configuration, which may stay even if it is no longer available.
absl::Status Check(store::CompanyReads& reads, CustomerId customer,
                   const api::Configuration& configuration, const std::string& kept = "") {
  ZT_ASSIGN_OR_RETURN(const std::vector<store::Dpc> dpcs, reads.ListDpcs());
  std::vector<std::string> ids = {kept};
  for (const store::Dpc& dpc : dpcs) ids.push_back(dpc.id);
  const std::vector<Violation> wrong = CheckConfiguration(customer, configuration, ids);
  return wrong.empty() ? absl::OkStatus() : errors::InvalidParameters(wrong);
}

// Returns the configuration `name`, or errors::UnknownConfiguration.
absl::StatusOr<store::Configuration> Find(store::CompanyReads& reads, std::string_view name) {
  const std::optional<ConfigurationName> parsed = ParseConfigurationName(name);
  if (!parsed.has_value()) return errors::UnknownConfiguration();
  ZT_ASSIGN_OR_RETURN(std::optional<store::Configuration> found,
                      reads.FindConfiguration(parsed->customer, parsed->configuration));
  if (!found.has_value()) return errors::UnknownConfiguration();
  return *std::move(found);
}

// Returns errors::InvalidOperation if the customer has the most configurations.
absl::Status CheckRoom(store::CompanyReads& reads, CustomerId customer) {
  ZT_ASSIGN_OR_RETURN(const int64_t count, reads.CountConfigurations(customer));
  if (count < limits::kConfigurationsPerCustomer) return absl::OkStatus();
  return errors::InvalidOperation(
      fmt::format("This customer has {} configurations, which is the limit. Delete one first.",
                  limits::kConfigurationsPerCustomer));
}

// The configurations of a customer, each part from its own snapshot, so that a slow
// client does not keep one open.
class StoredConfigurations final : public ListItems {
 public:
  StoredConfigurations(store::Store& store, CustomerId customer)
      : store_(store), customer_(customer) {}

  absl::StatusOr<bool> Next(google::protobuf::Message& part) override {
    auto& response = static_cast<api::CustomerListConfigurationsResponse&>(part);
    response.Clear();
    if (ended_) return false;
    ZT_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, store_.Read());
    ZT_ASSIGN_OR_RETURN(const std::vector<store::Configuration> next,
                        snapshot->ListConfigurations(customer_, after_, kPartItems));
    ended_ = next.size() < kPartItems;
    if (next.empty()) return false;
    after_ = next.back().id;
    for (const store::Configuration& one : next)
      *response.add_configurations() = ConfigurationMessage(one);
    return true;
  }

  void Restart() override {
    after_ = ConfigurationId();
    ended_ = false;
  }

 private:
  // A configuration has up to 13 kB.
  static constexpr int64_t kPartItems = 16;

  store::Store& store_;
  const CustomerId customer_;
  ConfigurationId after_;
  bool ended_ = false;
};

}  // namespace

absl::StatusOr<api::Configuration> Configurations::Create(
    const Manager& caller, const api::CreateConfigurationRequest& request) {
  const CustomerId customer = caller.right().customer;
  store::Configuration stored;
  const absl::Status written =
      store_.Write(caller.actor(), [&](store::Transaction& transaction) -> absl::Status {
        ZT_RETURN_IF_ERROR(Check(transaction, customer, request.configuration()));
        ZT_RETURN_IF_ERROR(CheckRoom(transaction, customer));
        stored =
            StoredConfiguration(customer, store::RandomConfigurationId(), request.configuration());
        return transaction.PutConfiguration(stored);
      });
  ZT_RETURN_IF_ERROR(written);
  return ConfigurationMessage(stored);
}

absl::StatusOr<api::Configuration> Configurations::Get(
    const Reader&, const api::GetConfigurationRequest& request) {
  ZT_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, store_.Read());
  ZT_ASSIGN_OR_RETURN(const store::Configuration found, Find(*snapshot, request.name()));
  return ConfigurationMessage(found);
}

absl::StatusOr<ListAnswer> Configurations::List(const Reader& caller,
                                                const api::CustomerListConfigurationsRequest&) {
  using Response = api::CustomerListConfigurationsResponse;
  return ListAnswer{
      .list = Response::descriptor()->FindFieldByNumber(Response::kConfigurationsFieldNumber),
      .items = std::make_unique<StoredConfigurations>(store_, caller.right().customer)};
}

absl::StatusOr<api::Configuration> Configurations::Update(
    const Manager& caller, const api::UpdateConfigurationRequest& request) {
  const CustomerId customer = caller.right().customer;
  api::Configuration message;
  const absl::Status written =
      store_.Write(caller.actor(), [&](store::Transaction& transaction) -> absl::Status {
        ZT_ASSIGN_OR_RETURN(const store::Configuration before,
                            Find(transaction, request.configuration().name()));
        message = ConfigurationMessage(before);
        ZT_RETURN_IF_ERROR(
            MergeConfiguration(request.configuration(), request.update_mask(), message));
        ZT_RETURN_IF_ERROR(Check(transaction, customer, message, before.dpc));
        return transaction.PutConfiguration(StoredConfiguration(customer, before.id, message));
      });
  ZT_RETURN_IF_ERROR(written);
  return message;
}

absl::StatusOr<google::protobuf::Empty> Configurations::Delete(
    const Manager& caller, const api::DeleteConfigurationRequest& request) {
  const absl::Status written =
      store_.Write(caller.actor(), [&](store::Transaction& transaction) -> absl::Status {
        ZT_ASSIGN_OR_RETURN(const store::Configuration found, Find(transaction, request.name()));
        absl::Status removed = transaction.RemoveConfiguration(found.customer, found.id);
        if (!absl::IsFailedPrecondition(removed)) return removed;
        return errors::InvalidOperation(
            "A device uses this configuration. Apply another one to the device, or remove it from "
            "the "
            "device, first.");
      });
  ZT_RETURN_IF_ERROR(written);
  return google::protobuf::Empty();
}

}  // namespace zerotouch::service
