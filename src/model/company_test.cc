// SPDX-License-Identifier: Apache-2.0
#include "model/company.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.h"
#include "base/status_text.h"
#include "errors/errors.h"

namespace zerotouch {
namespace {

void ExpectRefused(const absl::Status& status, const char* reason) {
  EXPECT_EQ(errors::CodeOf(status), google::android::device::provisioning::v1::INVALID_PARAMETER)
      << reason;
  EXPECT_THAT(std::string(MessageOf(status)), testing::HasSubstr("'the.field'")) << reason;
}

TEST(CompanyName, Rules) {
  const std::string longest(limits::kNameBytes, 'n');
  for (const std::string& name : {std::string("A"), std::string("Grün & Söhne, 東京"), longest}) {
    EXPECT_TRUE(CheckCompanyName("the.field", name).ok()) << name;
  }
  const std::pair<const char*, std::string> refused[] = {{"empty", ""},
                                                         {"257 bytes", longest + "n"},
                                                         {"a space before it", " A"},
                                                         {"a space after it", "A "},
                                                         {"a line break", "A\nB"},
                                                         {"DEL", "A\x7f"},
                                                         {"a NUL", std::string("A\0B", 3)}};
  for (const auto& [reason, name] : refused)
    ExpectRefused(CheckCompanyName("the.field", name), reason);
}

TEST(Email, Rules) {
  const std::string longest = std::string(254 - 12, 'a') + "@example.com";
  for (const std::string& email :
       {std::string("owner@example.com"), std::string("o.w+n@mail.example.co.uk"), longest}) {
    EXPECT_TRUE(CheckEmail("the.field", email).ok()) << email;
  }
  const std::pair<const char*, std::string> refused[] = {
      {"empty", ""},
      {"no @", "owner.example.com"},
      {"no local part", "@example.com"},
      {"two @", "a@b@example.com"},
      {"no domain", "owner@"},
      {"no top-level domain", "owner@example"},
      {"a dot at the end", "owner@example."},
      {"a dot at the start", "owner@.example.com"},
      {"two dots", "owner@example..com"},
      {"a space", "an owner@example.com"},
      {"an injected header", "owner@example.com\r\nBcc: x@example.com"},
      {"255 bytes", "a" + longest}};
  for (const auto& [reason, email] : refused) ExpectRefused(CheckEmail("the.field", email), reason);
}

TEST(LanguageCode, IsOneOfTheApiReference_OrEmpty) {
  for (const char* code : {"", "en-US", "iw", "es-419", "zh-TW"}) {
    EXPECT_TRUE(CheckLanguageCode("the.field", code).ok()) << code;
  }
  for (const char* code : {"en", "he", "EN-US", "en_US", "xx"}) {
    ExpectRefused(CheckLanguageCode("the.field", code), code);
  }
}

}  // namespace
}  // namespace zerotouch
