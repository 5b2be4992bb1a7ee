// SPDX-License-Identifier: Apache-2.0
#include "service/configurations.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.h"
#include "base/status_macros.h"
#include "errors/errors.h"
#include "model/resource_name.h"
#include "store/store.h"
#include "support/temp_dir.h"

namespace zerotouch::service {
namespace {

using testing::HasSubstr;

const CustomerId kCustomer{11};

class ConfigurationsTest : public testing::Test {
 protected:
  void SetUp() override {
    Write([](store::Transaction& tx) -> absl::Status {
      ZT_RETURN_IF_ERROR(
          tx.AddPartner({.id = PartnerId(1), .name = "Reseller", .created = absl::Now()}));
      ZT_RETURN_IF_ERROR(tx.PutDpc({.id = "old", .package_name = "p", .title = ""}));
      return tx.AddCustomer({.id = kCustomer, .name = "Customer", .created = absl::Now()},
                            PartnerId(1), VendorId());
    });
  }

  void Write(const std::function<absl::Status(store::Transaction&)>& mutation) {
    const absl::Status status = store_->Write(mutation);
    ASSERT_TRUE(status.ok()) << status;
  }

  // The request with the right that its method asks for.
  template <class Right, class Request>
  auth::Authorized<Right> CallerOf(const Request& request) {
    const auth::Principal principal{.email = "it@example.com",
                                    .scopes = {.customer = true},
                                    .partner = {},
                                    .customers = {kCustomer},
                                    .terms_pending = {}};
    return auth::Authorize<Right>(principal, request, "M").value();
  }

  absl::StatusOr<api::Configuration> Create(const std::string& dpc = "old") {
    api::CreateConfigurationRequest request;
    request.set_parent(FormatCustomerName(kCustomer));
    api::Configuration& configuration = *request.mutable_configuration();
    configuration.set_configuration_name("Kiosk");
    configuration.set_dpc_resource_path(FormatDpcName(kCustomer, dpc));
    configuration.set_company_name("Company");
    configuration.set_contact_email("it@example.com");
    configuration.set_contact_phone("1");
    return configurations_.Create(CallerOf<auth::ManagesForCustomer>(request), request);
  }

  absl::StatusOr<api::Configuration> Update(const api::Configuration& configuration,
                                            const std::string& path) {
    api::UpdateConfigurationRequest request;
    *request.mutable_configuration() = configuration;
    request.mutable_update_mask()->add_paths(path);
    return configurations_.Update(CallerOf<auth::ManagesForCustomer>(request), request);
  }

  const test::TempDir dir_;
  const std::unique_ptr<store::Store> store_ =
      store::Open("sqlite://" + dir_ / "registry.db", Clock::System()).value();
  Configurations configurations_{*store_};
};

TEST_F(ConfigurationsTest, DpcThatIsNoLongerAvailable_CanStay_ButNotBeChosen) {
  api::Configuration configuration = Create().value();
  Write([](store::Transaction& tx) { return tx.RemoveDpc("old"); });
  EXPECT_EQ(errors::CodeOf(Create().status()), api::INVALID_PARAMETER);
  configuration.set_custom_message("Hello");
  const auto updated = Update(configuration, "custom_message");
  ASSERT_TRUE(updated.ok()) << updated.status();
  EXPECT_EQ(updated->dpc_resource_path(), configuration.dpc_resource_path());
  Write([](store::Transaction& tx) {
    return tx.PutDpc({.id = "new", .package_name = "p", .title = ""});
  });
  configuration.set_dpc_resource_path(FormatDpcName(kCustomer, "new"));
  EXPECT_TRUE(Update(configuration, "dpc_resource_path").ok());
  configuration.set_dpc_resource_path(FormatDpcName(kCustomer, "old"));
  EXPECT_EQ(errors::CodeOf(Update(configuration, "dpc_resource_path").status()),
            api::INVALID_PARAMETER);
}

TEST_F(ConfigurationsTest, List_HasAllInParts) {
  Write([](store::Transaction& tx) -> absl::Status {
    for (int i = 1; i <= 100; ++i) {
      ZT_RETURN_IF_ERROR(tx.PutConfiguration({.id = ConfigurationId(i), .customer = kCustomer}));
    }
    return absl::OkStatus();
  });
  api::CustomerListConfigurationsRequest request;
  request.set_parent(FormatCustomerName(kCustomer));
  ListAnswer answer =
      configurations_.List(CallerOf<auth::ReadsForCustomer>(request), request).value();
  for (int round = 0; round < 2; ++round) {
    api::CustomerListConfigurationsResponse part, all;
    int parts = 0;
    while (answer.items->Next(part).value()) {
      EXPECT_LE(part.configurations_size(), 16);
      all.MergeFrom(part);
      ++parts;
    }
    EXPECT_GT(parts, 5);
    ASSERT_EQ(all.configurations_size(), 100);
    for (int i = 0; i < 100; ++i) EXPECT_EQ(all.configurations(i).configuration_id(), i + 1);
    answer.items->Restart();
  }
}

TEST_F(ConfigurationsTest, MoreThanTheLimit_AreRefused) {
  Write([](store::Transaction& tx) -> absl::Status {
    for (int i = 1; i < limits::kConfigurationsPerCustomer; ++i) {
      ZT_RETURN_IF_ERROR(tx.PutConfiguration({.id = ConfigurationId(i), .customer = kCustomer}));
    }
    return absl::OkStatus();
  });
  const auto last = Create();
  ASSERT_TRUE(last.ok()) << last.status();
  const absl::Status refused = Create().status();
  EXPECT_EQ(errors::CodeOf(refused), api::INVALID_OPERATION);
  EXPECT_THAT(std::string(refused.message()),
              HasSubstr(fmt::format("{}", limits::kConfigurationsPerCustomer)));
  api::DeleteConfigurationRequest request;
  request.set_name(last->name());
  EXPECT_TRUE(configurations_.Delete(CallerOf<auth::ManagesForCustomer>(request), request).ok());
  EXPECT_TRUE(Create().ok());
}

}  // namespace
}  // namespace zerotouch::service
