// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_SERVICE_CONFIGURATIONS_H_
#define ZEROTOUCH_SERVICE_CONFIGURATIONS_H_

#include "absl/status/statusor.h"
#include "auth/authorized.h"
#include "google/android/device/provisioning/v1/companies.pb.h"
#include "google/protobuf/empty.pb.h"
#include "model/api.h"
#include "service/list_answer.h"

namespace zerotouch::store {
class Store;
}

namespace zerotouch::service {

// Implements customers.configurations. Thread-safe.
class Configurations {
 public:
  // The store must outlive it, and every answer too.
  explicit Configurations(store::Store& store) : store_(store) {}

  using Reader = auth::Authorized<auth::ReadsForCustomer>;
  using Manager = auth::Authorized<auth::ManagesForCustomer>;

  absl::StatusOr<api::Configuration> Create(const Manager& caller,
                                            const api::CreateConfigurationRequest& request);
  absl::StatusOr<api::Configuration> Get(const Reader& caller,
                                         const api::GetConfigurationRequest& request);
  absl::StatusOr<ListAnswer> List(const Reader& caller,
                                  const api::CustomerListConfigurationsRequest& request);
  // `configuration.name` comes from the URL, not from the body.
  absl::StatusOr<api::Configuration> Update(const Manager& caller,
                                            const api::UpdateConfigurationRequest& request);
  absl::StatusOr<google::protobuf::Empty> Delete(const Manager& caller,
                                                 const api::DeleteConfigurationRequest& request);

 private:
  store::Store& store_;
};

}  // namespace zerotouch::service

#endif  // ZEROTOUCH_SERVICE_CONFIGURATIONS_H_
