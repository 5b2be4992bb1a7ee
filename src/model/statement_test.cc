// SPDX-License-Identifier: Apache-2.0
#include "model/statement.h"

#include <gtest/gtest.h>

namespace zerotouch {
namespace {

api::DeviceIdentifier StatedIdentifier() {
  api::DeviceIdentifier stated;
  stated.set_imei("490154203237518");
  stated.set_serial_number("S1");
  stated.set_manufacturer("Google");
  stated.set_model("Pixel 8");
  return stated;
}

TEST(StatementTest, RepeatedFields_AreAsStated_WithoutRegardToCaseAndSlot) {
  const api::DeviceIdentifier stated = StatedIdentifier();
  EXPECT_TRUE(IsAsStated({}, stated));
  EXPECT_TRUE(IsAsStated(stated, stated));
  api::DeviceIdentifier given;
  given.set_imei2(stated.imei());
  given.set_manufacturer("GOOGLE");
  given.set_serial_number("s1");
  EXPECT_TRUE(IsAsStated(given, stated));
}

TEST(StatementTest, OtherOrNewFields_AreNotAsStated) {
  const api::DeviceIdentifier stated = StatedIdentifier();
  for (const char* field : {"imei", "imei2", "meid", "meid2", "serial_number", "manufacturer",
                            "model", "chrome_os_attested_device_id"}) {
    SCOPED_TRACE(field);
    api::DeviceIdentifier given = stated;
    const auto* descriptor = given.GetDescriptor()->FindFieldByName(field);
    ASSERT_NE(descriptor, nullptr);
    given.GetReflection()->SetString(&given, descriptor, "other");
    EXPECT_FALSE(IsAsStated(given, stated));
  }
}

TEST(StatementTest, SerializedIdentifier_IsAsStated_IfEachFieldIs) {
  const api::DeviceIdentifier whole = StatedIdentifier();
  const std::string stated = whole.SerializeAsString();
  EXPECT_TRUE(IsAsStated(std::string_view(), stated));
  EXPECT_TRUE(IsAsStated(stated, stated));
  EXPECT_FALSE(IsAsStated(stated, std::string_view()));

  api::DeviceIdentifier given;
  given.set_imei(whole.imei());
  given.set_model(whole.model());
  EXPECT_TRUE(IsAsStated(given.SerializeAsString(), stated));
  given.set_model(whole.model() + "a");
  EXPECT_FALSE(IsAsStated(given.SerializeAsString(), stated));

  // A longer field must be read to be compared.
  given.set_model(std::string(200, 'a'));
  EXPECT_FALSE(IsAsStated(given.SerializeAsString(), given.SerializeAsString()));
}

TEST(StatementTest, DamagedSerializedIdentifier_IsNotAsStated) {
  const std::string stated = StatedIdentifier().SerializeAsString();
  for (size_t size = 0; size < stated.size(); ++size) {
    EXPECT_FALSE(IsAsStated(stated, std::string_view(stated).substr(0, size))) << size;
  }
  for (const char* damaged : {"\x0a",
                              "\x0a\x09"
                              "a",
                              "\xff\x01", "\x0b\x01"}) {
    EXPECT_FALSE(IsAsStated(std::string_view(damaged), stated)) << damaged;
    EXPECT_FALSE(IsAsStated(std::string_view(damaged), std::string_view(damaged))) << damaged;
  }
}

TEST(StatementTest, IdentifiersThatAddNothing_CannotContradict) {
  api::DeviceIdentifier given;
  given.set_imei("490154203237518");
  EXPECT_FALSE(CouldContradict(GivenFieldsOf(given), 1, 1));
  given.set_imei2("356938035643809");
  EXPECT_FALSE(CouldContradict(GivenFieldsOf(given), 2, 2));
  EXPECT_TRUE(CouldContradict(GivenFieldsOf(given), 1, 2)) << "one of its IMEIs is not known";
  given.set_model("Pixel 8");
  EXPECT_TRUE(CouldContradict(GivenFieldsOf(given), 2, 2));

  api::DeviceIdentifier serial_set;
  serial_set.set_serial_number("S1");
  serial_set.set_manufacturer("Google");
  EXPECT_FALSE(CouldContradict(GivenFieldsOf(serial_set), 1, 1)) << "all of it is one key";
  serial_set.set_chrome_os_attested_device_id("id");
  EXPECT_TRUE(CouldContradict(GivenFieldsOf(serial_set), 1, 1));
}

}  // namespace
}  // namespace zerotouch
