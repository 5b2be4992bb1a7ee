// SPDX-License-Identifier: Apache-2.0
#include "model/resource_name.h"

#include <gtest/gtest.h>

namespace zerotouch {
namespace {

constexpr int64_t kLargest = 9'223'372'036'854'775'807;

TEST(ResourceName, Parse_ReadsWhatFormatMakes) {
  for (const int64_t id : {int64_t{1}, int64_t{42}, kLargest}) {
    const PartnerId partner(id);
    EXPECT_EQ(ParsePartnerName(FormatPartnerName(partner)), partner);
    EXPECT_EQ(ParseCustomerName(FormatCustomerName(CustomerId(id))), CustomerId(id));
    EXPECT_EQ(ParseOperationName(FormatOperationName(OperationId(id))), OperationId(id));
    const auto device = ParseDeviceName(FormatDeviceName(partner, DeviceId(7)));
    EXPECT_EQ(device, (DeviceName{.partner = partner, .device = DeviceId(7)}));
    const auto customer =
        ParsePartnerCustomerName(FormatPartnerCustomerName(PartnerId(7), CustomerId(id)));
    EXPECT_EQ(customer, (PartnerCustomerName{.partner = PartnerId(7), .customer = CustomerId(id)}));
  }
}

TEST(ResourceName, HasTheSpellingOfTheApi) {
  EXPECT_EQ(FormatPartnerName(PartnerId(3)), "partners/3");
  EXPECT_EQ(FormatDeviceName(PartnerId(3), DeviceId(4)), "partners/3/devices/4");
  EXPECT_EQ(FormatPartnerCustomerName(PartnerId(3), CustomerId(4)), "partners/3/customers/4");
  EXPECT_EQ(FormatCustomerName(CustomerId(4)), "customers/4");
  EXPECT_EQ(FormatOperationName(OperationId(5)), "operations/apibatchoperation/5");
}

TEST(ResourceName, AnyOtherSpelling_IsRejected) {
  for (const char* id : {"", "0", "01", "-1", "+1", " 1", "1 ", "1a", "0x1", "9223372036854775808",
                         "99999999999999999999999", "1/", "1/2"}) {
    const std::string text = id;
    EXPECT_EQ(ParsePartnerName("partners/" + text), std::nullopt) << text;
    EXPECT_EQ(ParseCustomerName("customers/" + text), std::nullopt) << text;
    EXPECT_EQ(ParseOperationName("operations/apibatchoperation/" + text), std::nullopt) << text;
    EXPECT_EQ(ParseDeviceName("partners/1/devices/" + text), std::nullopt) << text;
    EXPECT_EQ(ParseDeviceName("partners/" + text + "/devices/1"), std::nullopt) << text;
    EXPECT_EQ(ParsePartnerCustomerName("partners/1/customers/" + text), std::nullopt) << text;
  }
  for (const char* name : {"", "partners", "Partners/1", "/partners/1", "partner/1"}) {
    EXPECT_EQ(ParsePartnerName(name), std::nullopt) << name;
  }
  EXPECT_EQ(ParseDeviceName("partners/1/customers/2"), std::nullopt);
  EXPECT_EQ(ParseOperationName("operations/1"), std::nullopt);
}

TEST(ResourceName, WebhooksAndDeliveries_AreOfEitherSide) {
  const WebhookName resellers{.partner = PartnerId(1), .customer = {}, .webhook = WebhookId(2)};
  EXPECT_EQ(FormatWebhookName(resellers), "partners/1/webhooks/2");
  EXPECT_EQ(ParseWebhookName("partners/1/webhooks/2"), resellers);
  const DeliveryName customers{
      .webhook = {.partner = {}, .customer = CustomerId(1), .webhook = WebhookId(2)},
      .delivery = DeliveryId(3)};
  EXPECT_EQ(FormatDeliveryName(customers), "customers/1/webhooks/2/deliveries/3");
  EXPECT_EQ(ParseDeliveryName("customers/1/webhooks/2/deliveries/3"), customers);
  for (const char* name : {"", "webhooks/2", "partners/1/webhooks/", "partners/1/webhooks/2/",
                           "partners/01/webhooks/2", "vendors/1/webhooks/2"}) {
    EXPECT_EQ(ParseWebhookName(name), std::nullopt) << name;
    EXPECT_EQ(ParseDeliveryName(std::string(name) + "/deliveries/3"), std::nullopt) << name;
  }
}

TEST(LeadingPartner, IsThePartnerOfAnyNameBelow) {
  EXPECT_EQ(LeadingPartner("partners/12"), PartnerId(12));
  EXPECT_EQ(LeadingPartner("partners/12/devices/x/y"), PartnerId(12));
  EXPECT_EQ(LeadingPartner("partners/12x"), std::nullopt);
  EXPECT_EQ(LeadingPartner("partners/"), std::nullopt);
  EXPECT_EQ(LeadingPartner("customers/12"), std::nullopt);
}

}  // namespace
}  // namespace zerotouch
