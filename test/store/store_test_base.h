// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_TEST_STORE_STORE_TEST_BASE_H_
#define ZEROTOUCH_TEST_STORE_STORE_TEST_BASE_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "store/store.h"
#include "support/temp_dir.h"

namespace zerotouch::store {

// A kind of store that the tests run on.
struct Kind {
  std::string name;
  // Returns the URL of an empty database of that kind, with its files in `dir`.
  std::function<std::string(const std::string& dir)> url;
  bool replicas = false;  // several servers may have it open at once
};

// Returns every kind of store.
std::vector<Kind> AllKinds();
// Returns those that several servers may have open at once, each by round trips to a database.
std::vector<Kind> KindsWithReplicas();
inline std::string NameOfKind(const testing::TestParamInfo<Kind>& kind) { return kind.param.name; }

// A store with two partners that have a customer each. Every test of this fixture
// runs once for each kind of store.
class StoreTest : public testing::TestWithParam<Kind> {
 protected:
  void SetUp() override;

  // Closes the store and opens it again.
  void Reopen();

  // Runs the mutation, which must succeed.
  void Write(const std::function<absl::Status(Transaction&)>& mutation);
  std::unique_ptr<Snapshot> Read();

  // Reads the claims of the device, changes them by `change` and applies them.
  void ChangeDevice(DeviceId device, const std::function<void(DeviceState&)>& change);

  // Stores a new device with these modem ids, claimed for zero touch.
  DeviceId AddDevice(std::vector<ModemKey> modems, PartnerId reseller, CustomerId owner);

  // Runs a statement that another program sends.
  void RunForeign(const std::string& sql);

  // Adds a new statement with these lookup keys to the device, and returns it.
  static StatementState& AddStatement(DeviceState& device, PartnerId reseller, Identity keys);

  const PartnerId kPartner{100000001};
  const PartnerId kOtherPartner{100000002};
  const CustomerId kCustomer{200000001};
  const CustomerId kOtherCustomer{200000002};
  const absl::Time kNow = absl::FromUnixSeconds(1'900'000'000);

  test::TempDir dir_;
  std::string url_;
  FakeClock clock_{kNow};
  std::unique_ptr<Store> store_;
};

}  // namespace zerotouch::store

#endif  // ZEROTOUCH_TEST_STORE_STORE_TEST_BASE_H_
