// SPDX-License-Identifier: Apache-2.0
#include "webhook/address.h"

#include <gtest/gtest.h>

namespace zerotouch::webhook {
namespace {

TEST(Address, AddressesOfTheInternet_ArePublic) {
  for (const char* text :
       {"1.1.1.1", "93.184.215.14", "172.15.0.1", "172.32.0.1", "100.128.0.1", "223.255.255.255",
        "2606:4700::1111", "2a00:1450:4001::1", "::ffff:1.1.1.1", "64:ff9b::101:101"}) {
    EXPECT_TRUE(IsPublic(*Address::Parse(text))) << text;
  }
}

TEST(Address, OtherAddresses_AreNot) {
  for (const char* text : {"0.0.0.0",
                           "10.1.2.3",
                           "100.64.0.1",
                           "127.0.0.1",
                           "127.255.255.255",
                           "169.254.169.254",
                           "172.16.0.1",
                           "172.31.255.255",
                           "192.0.0.8",
                           "192.0.2.1",
                           "192.88.99.1",
                           "192.168.0.1",
                           "198.18.0.1",
                           "198.19.255.255",
                           "198.51.100.1",
                           "203.0.113.1",
                           "224.0.0.1",
                           "239.1.1.1",
                           "240.0.0.1",
                           "255.255.255.255",
                           "::",
                           "::1",
                           "::127.0.0.1",
                           "::ffff:127.0.0.1",
                           "::ffff:10.0.0.1",
                           "fe80::1",
                           "febf::1",
                           "fc00::1",
                           "fdff::1",
                           "fec0::1",
                           "ff02::1",
                           "2001:db8::1",
                           "2001::1",
                           "2002:7f00:1::",
                           "64:ff9b::7f00:1",
                           "64:ff9b:1::1",
                           "100::1",
                           "3fff::1",
                           "4000::1",
                           "5f00::1"}) {
    EXPECT_FALSE(IsPublic(*Address::Parse(text))) << text;
  }
}

TEST(AddressBlock, HasItsAddresses) {
  const AddressBlock ten = *AddressBlock::Parse("10.0.0.0/8");
  EXPECT_TRUE(ten.Contains(*Address::Parse("10.255.0.1")));
  EXPECT_TRUE(ten.Contains(*Address::Parse("::ffff:10.0.0.1")));
  EXPECT_FALSE(ten.Contains(*Address::Parse("11.0.0.0")));
  const AddressBlock odd = *AddressBlock::Parse("fd00::/9");
  EXPECT_TRUE(odd.Contains(*Address::Parse("fd7f::1")));
  EXPECT_FALSE(odd.Contains(*Address::Parse("fd80::1")));
  EXPECT_TRUE(AddressBlock::Parse("127.0.0.1")->Contains(*Address::Parse("127.0.0.1")));
  EXPECT_FALSE(AddressBlock::Parse("127.0.0.1")->Contains(*Address::Parse("127.0.0.2")));
  EXPECT_TRUE(AddressBlock::Parse("0.0.0.0/0")->Contains(*Address::Parse("1.2.3.4")));
  EXPECT_FALSE(AddressBlock::Parse("0.0.0.0/0")->Contains(*Address::Parse("2606::1")));
}

TEST(AddressBlock, OtherTexts_AreRefused) {
  for (const char* text : {"", "10.0.0.0/33", "10.0.0.1/8", "10.0.0.0/", "10.0.0/8", "fd00::/129",
                           "fd00::1/8", "example.com", "10.0.0.0/8x", "10.0.0.0/-1", "/8"}) {
    EXPECT_FALSE(AddressBlock::Parse(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace zerotouch::webhook
