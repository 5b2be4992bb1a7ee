// SPDX-License-Identifier: Apache-2.0
// Rows that refer to a configuration while it is deleted: whatever the order, nothing
// refers to a configuration that is gone.

#include <fmt/format.h>

#include <functional>
#include <thread>
#include <vector>

#include "batch/engine.h"
#include "store/store_test_base.h"

namespace zerotouch::store {
namespace {

constexpr int kRounds = 100;

class ReferencesStoreTest : public StoreTest {
 protected:
  static constexpr ConfigurationId kConfiguration{77};

  // The changes of one round, which run at once, each with the number of the round.
  using Change = std::function<void(int round)>;

  // Runs the changes beside the deletion of the configuration, which each round puts
  // there again after `before`, and expects of each round that nothing refers to a
  // configuration that is gone.
  void ExpectNoDanglingReference(bool is_default, const Change& before, const Change& change) {
    int kept = 0;
    for (int round = 0; round < kRounds; ++round) {
      Write([&](Transaction& tx) { return tx.PutConfiguration(Configured(is_default)); });
      before(round);
      std::thread deleting([&] {
        const absl::Status status = store_->Write(
            [&](Transaction& tx) { return tx.RemoveConfiguration(kCustomer, kConfiguration); });
        EXPECT_TRUE(status.ok() || absl::IsFailedPrecondition(status)) << status;
      });
      change(round);
      deleting.join();
      const bool exists = Exists();
      kept += exists ? 1 : 0;
      const ConfigurationId used = ConfigurationOf(round);
      EXPECT_TRUE(exists || used != kConfiguration) << "round " << round << ": a device uses it";
      EXPECT_TRUE(exists || Default() != kConfiguration)
          << "round " << round << ": it is the default";
      GiveUp(round);
    }
    RecordProperty("kept", kept);
  }

  Configuration Configured(bool is_default) const {
    return {.id = kConfiguration,
            .customer = kCustomer,
            .name = "Kiosk",
            .dpc = "dpc",
            .forced_reset = std::nullopt,
            .is_default = is_default};
  }
  static std::string Imei(int number) {
    const std::string digits = fmt::format("35{:012}", number);
    return digits + LuhnDigit(digits);
  }
  static api::DeviceIdentifier Hardware(int round) {
    api::DeviceIdentifier identifier;
    identifier.set_imei(Imei(round));
    return identifier;
  }
  void Claim(int round, ConfigurationId configuration) {
    api::PartnerClaim claim;
    *claim.mutable_device_identifier() = Hardware(round);
    claim.set_section_type(api::SECTION_TYPE_ZERO_TOUCH);
    claim.set_customer_id(kCustomer.value());
    claim.set_configuration_id(configuration.value());
    const auto result = engine_->ClaimOne(kPartner, claim);
    EXPECT_TRUE(result.ok()) << result.status();
    if (!configuration) {
      EXPECT_EQ(result->outcome, Outcome::kSuccess);
    }
  }
  void Configure(int round) {
    api::DeviceReference device;
    *device.mutable_device_identifier() = Hardware(round);
    const auto result = engine_->ConfigureOne(kCustomer, device, kConfiguration);
    EXPECT_TRUE(result.ok()) << result.status();
  }
  void GiveUp(int round) {
    api::PartnerUnclaim unclaim;
    *unclaim.mutable_device_identifier() = Hardware(round);
    unclaim.set_section_type(api::SECTION_TYPE_ZERO_TOUCH);
    EXPECT_TRUE(engine_->UnclaimOne(kPartner, unclaim).ok());
  }
  bool Exists() { return Read()->FindConfiguration(kCustomer, kConfiguration).value().has_value(); }
  ConfigurationId Default() {
    return Read()->FindCustomer(kCustomer).value()->default_configuration;
  }
  ConfigurationId ConfigurationOf(int round) {
    const auto page = Read()->ListDevicesOfCustomer(kCustomer, DeviceId(), kRounds + 1).value();
    for (const DeviceState& device : page.rows) {
      const Statement* const stated = device.StatementOf(kPartner);
      if (stated->identifier.imei() == Imei(round)) return device.zero_touch->configuration;
    }
    return {};
  }

  void SetUp() override {
    StoreTest::SetUp();
    engine_ = std::make_unique<batch::Engine>(*store_, rules_, clock_, batch::EngineOptions());
  }

  const RegistryRules rules_{};
  std::unique_ptr<batch::Engine> engine_;
};

TEST_P(ReferencesStoreTest, ClaimWithTheDefault_BesideItsDeletion) {
  ExpectNoDanglingReference(
      true, [](int) {}, [&](int round) { Claim(round, ConfigurationId()); });
}

TEST_P(ReferencesStoreTest, ClaimThatNamesIt_BesideItsDeletion) {
  ExpectNoDanglingReference(
      false, [](int) {}, [&](int round) { Claim(round, kConfiguration); });
}

TEST_P(ReferencesStoreTest, DeviceThatGetsIt_BesideItsDeletion) {
  ExpectNoDanglingReference(
      false, [&](int round) { Claim(round, ConfigurationId()); },
      [&](int round) { Configure(round); });
}

// An update reads the configuration, and then writes it, as the API's method does.
TEST_P(ReferencesStoreTest, ConfigurationThatBecomesTheDefault_BesideItsDeletion) {
  ExpectNoDanglingReference(
      false, [](int) {},
      [&](int) {
        Write([&](Transaction& tx) -> absl::Status {
          const auto found = tx.FindConfiguration(kCustomer, kConfiguration);
          if (!found.ok()) return found.status();
          return found->has_value() ? tx.PutConfiguration(Configured(true)) : absl::OkStatus();
        });
      });
}

// The deletion of the default, a claim that takes it, and one that becomes the default.
TEST_P(ReferencesStoreTest, ClaimWhileTheDefaultChanges) {
  const ConfigurationId other(78);
  ExpectNoDanglingReference(
      true, [](int) {},
      [&](int round) {
        std::thread changing([&] {
          Write([&](Transaction& tx) {
            Configuration next = Configured(true);
            next.id = other;
            return tx.PutConfiguration(next);
          });
        });
        Claim(round, ConfigurationId());
        changing.join();
        const ConfigurationId used = ConfigurationOf(round);
        EXPECT_TRUE(!used || used == kConfiguration || used == other) << used.value();
        Write([&](Transaction& tx) {
          Configuration next = Configured(false);
          next.id = other;
          return tx.PutConfiguration(next);
        });
      });
}

INSTANTIATE_TEST_SUITE_P(Kinds, ReferencesStoreTest, testing::ValuesIn(AllKinds()), NameOfKind);

}  // namespace
}  // namespace zerotouch::store
