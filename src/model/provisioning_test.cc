// SPDX-License-Identifier: Apache-2.0
#include "model/provisioning.h"

#include <gtest/gtest.h>

namespace zerotouch {
namespace {

TEST(Provisioning, Bundle_HasWhatIsKnown) {
  EXPECT_EQ(ProvisioningBundle({}), "{}");
  EXPECT_EQ(ProvisioningBundle({.component = "com.example/.Admin",
                                .download_location = "https://e.example/a\"b",
                                .signature_checksum = "sum",
                                .company_name = "Süd",
                                .dpc_extras = ""}),
            "{\"android.app.extra.PROVISIONING_DEVICE_ADMIN_COMPONENT_NAME\":"
            "\"com.example/.Admin\","
            "\"android.app.extra.PROVISIONING_DEVICE_ADMIN_PACKAGE_DOWNLOAD_LOCATION\":"
            "\"https://e.example/a\\\"b\","
            "\"android.app.extra.PROVISIONING_DEVICE_ADMIN_SIGNATURE_CHECKSUM\":\"sum\","
            "\"android.app.extra.PROVISIONING_ORGANIZATION_NAME\":\"Süd\"}");
}

TEST(Provisioning, Extras_AreMergedInLast) {
  EXPECT_EQ(
      ProvisioningBundle({.component = "com.example/.Admin",
                          .download_location = "",
                          .signature_checksum = "",
                          .company_name = "",
                          .dpc_extras = R"( {"android.app.extra.PROVISIONING_LOCALE" : "de" ,
            "android.app.extra.PROVISIONING_DEVICE_ADMIN_COMPONENT_NAME": "com.other/.Admin",
            "n": [1, {"big": 9007199254740993}]} )"}),
      "{\"android.app.extra.PROVISIONING_DEVICE_ADMIN_COMPONENT_NAME\":\"com.other/.Admin\","
      "\"android.app.extra.PROVISIONING_LOCALE\":\"de\",\"n\":[1,{\"big\":9007199254740993}]}");
  EXPECT_EQ(ProvisioningBundle({.component = "",
                                .download_location = "",
                                .signature_checksum = "",
                                .company_name = "",
                                .dpc_extras = "[1]"}),
            "{}");
}

}  // namespace
}  // namespace zerotouch
