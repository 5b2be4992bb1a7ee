// SPDX-License-Identifier: Apache-2.0
#include "wire/method_names.h"

#include <gtest/gtest.h>

namespace zerotouch::wire {
namespace {

TEST(MethodNames, GooglesMethods_AreNamedAsInTheDiscoveryDocument) {
  const std::string partner = "google.android.device.provisioning.v1.PartnerService.";
  EXPECT_EQ(NameOfMethod(partner + "UnclaimDevicesAsync"), "partners.devices.unclaimAsync");
  EXPECT_EQ(NameOfMethod(partner + "UpdateDeviceMetadata"), "partners.devices.metadata");
  EXPECT_EQ(
      NameOfMethod("google.android.device.provisioning.v1.CustomerService.UpdateConfiguration"),
      "customers.configurations.patch");
}

TEST(MethodNames, Operations_AreNamedLikeTheOneInTheDocument) {
  EXPECT_EQ(NameOfMethod("google.longrunning.Operations.GetOperation"), "operations.get");
  EXPECT_EQ(NameOfMethod("google.longrunning.Operations.ListOperations"), "operations.list");
  EXPECT_EQ(NameOfMethod("google.longrunning.Operations.CancelOperation"), "operations.cancel");
}

TEST(MethodNames, OtherMethods_HaveTheNameOfTheRpc) {
  EXPECT_EQ(NameOfMethod("openzerotouch.v1.Other.Method"), "openzerotouch.v1.Other.Method");
}

}  // namespace
}  // namespace zerotouch::wire
