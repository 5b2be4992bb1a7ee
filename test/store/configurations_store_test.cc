// SPDX-License-Identifier: Apache-2.0
#include "store/store_test_base.h"

namespace zerotouch::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class ConfigurationsStoreTest : public StoreTest {
 protected:
  Configuration Made(int64_t id, bool is_default = false) {
    return {.id = ConfigurationId(id),
            .customer = kCustomer,
            .name = "Kiosk",
            .dpc = "clouddpc",
            .dpc_extras = R"({"a": "\u00e4"})",
            .company_name = "Company",
            .contact_email = "it@example.com",
            .contact_phone = "+1 (800) 555-0100",
            .custom_message = "Hello",
            .forced_reset = absl::Hours(1) + absl::Nanoseconds(7),
            .is_default = is_default};
  }
  absl::Status Put(const Configuration& configuration) {
    return store_->Write([&](Transaction& tx) { return tx.PutConfiguration(configuration); });
  }
  absl::Status Remove(CustomerId customer, int64_t id) {
    return store_->Write(
        [&](Transaction& tx) { return tx.RemoveConfiguration(customer, ConfigurationId(id)); });
  }
  std::optional<Configuration> Found(int64_t id) {
    return Read()->FindConfiguration(kCustomer, ConfigurationId(id)).value();
  }
  ConfigurationId Default() {
    return Read()->FindCustomer(kCustomer).value()->default_configuration;
  }
};

TEST_P(ConfigurationsStoreTest, PutConfiguration_KeepsAllOfIt) {
  Configuration plain = Made(2);
  plain.forced_reset.reset();
  plain.dpc_extras.clear();
  ASSERT_TRUE(Put(Made(1, true)).ok());
  ASSERT_TRUE(Put(plain).ok());
  Reopen();
  EXPECT_EQ(Found(1), Made(1, true));
  EXPECT_EQ(Found(2), plain);
  const auto list = [&](CustomerId customer, int64_t after, int64_t limit) {
    return Read()->ListConfigurations(customer, ConfigurationId(after), limit).value();
  };
  EXPECT_THAT(list(kCustomer, 0, 10), ElementsAre(Made(1, true), plain));
  EXPECT_THAT(list(kCustomer, 0, 1), ElementsAre(Made(1, true)));
  EXPECT_THAT(list(kCustomer, 1, 10), ElementsAre(plain));
  EXPECT_THAT(list(kOtherCustomer, 0, 10), IsEmpty());
  EXPECT_EQ(Read()->CountConfigurations(kCustomer).value(), 2);
  EXPECT_EQ(Read()->CountConfigurations(kOtherCustomer).value(), 0);
  EXPECT_FALSE(Read()->FindConfiguration(kOtherCustomer, ConfigurationId(1)).value().has_value());
}

TEST_P(ConfigurationsStoreTest, PutConfiguration_ReplacesAllOfIt) {
  ASSERT_TRUE(Put(Made(1)).ok());
  Configuration changed{.id = ConfigurationId(1), .customer = kCustomer, .name = "Other"};
  ASSERT_TRUE(Put(changed).ok());
  EXPECT_EQ(Found(1), changed);
}

TEST_P(ConfigurationsStoreTest, PutConfiguration_OneDefaultAtATime) {
  ASSERT_TRUE(Put(Made(1, true)).ok());
  ASSERT_TRUE(Put(Made(2, true)).ok());
  EXPECT_EQ(Default(), ConfigurationId(2));
  EXPECT_FALSE(Found(1)->is_default);
  ASSERT_TRUE(Put(Made(1, false)).ok());
  EXPECT_EQ(Default(), ConfigurationId(2)) << "not changed by another configuration";
  ASSERT_TRUE(Put(Made(2, false)).ok());
  EXPECT_EQ(Default(), ConfigurationId()) << "the default is cleared";
}

TEST_P(ConfigurationsStoreTest, PutConfiguration_OfNobodyOrAnother_IsRefused) {
  ASSERT_TRUE(Put(Made(1)).ok());
  Configuration others = Made(1, true);
  others.customer = kOtherCustomer;
  EXPECT_TRUE(absl::IsAlreadyExists(Put(others)));
  EXPECT_EQ(Read()->FindCustomer(kOtherCustomer).value()->default_configuration, ConfigurationId());
  others.id = ConfigurationId(2);
  others.customer = CustomerId(1);
  EXPECT_TRUE(absl::IsNotFound(Put(others)));
  EXPECT_EQ(Found(1), Made(1));
}

TEST_P(ConfigurationsStoreTest, RemoveConfiguration_InUse_IsRefused) {
  ASSERT_TRUE(Put(Made(1, true)).ok());
  const DeviceId device = AddDevice({35}, kPartner, kCustomer);
  const auto set = [&](ConfigurationId configuration) {
    ChangeDevice(device, [&](DeviceState& state) {
      state.zero_touch->configuration = configuration;
      state.zero_touch_changed = true;
    });
  };
  set(ConfigurationId(1));
  EXPECT_TRUE(absl::IsFailedPrecondition(Remove(kCustomer, 1)));
  EXPECT_TRUE(Found(1).has_value());
  set(ConfigurationId());
  EXPECT_TRUE(Remove(kCustomer, 1).ok());
  EXPECT_FALSE(Found(1).has_value());
  EXPECT_EQ(Default(), ConfigurationId()) << "a removed default is cleared";
}

TEST_P(ConfigurationsStoreTest, RemoveConfiguration_OfNobodyOrAnother_IsNotFound) {
  ASSERT_TRUE(Put(Made(1)).ok());
  EXPECT_TRUE(absl::IsNotFound(Remove(kCustomer, 2)));
  EXPECT_TRUE(absl::IsNotFound(Remove(kOtherCustomer, 1)));
  EXPECT_TRUE(Found(1).has_value());
}

INSTANTIATE_TEST_SUITE_P(Stores, ConfigurationsStoreTest, testing::ValuesIn(AllKinds()),
                         NameOfKind);

}  // namespace
}  // namespace zerotouch::store
