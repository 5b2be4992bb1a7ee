// SPDX-License-Identifier: Apache-2.0
#include "terminal/typed_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace zerotouch::terminal {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(TypedTextTest, Password_IsNeverPrinted_HoweverTheUrlIsMalformed) {
  for (const char* text : {
           "postgresql://user:secret@host/db",
           "postgresql:/user:secret@host/db",
           "postgres:user:secret@host",
           "PostgreSQL://user:secret",
           "postgresql://user:se@secret@host/db",
           "postgresql://user:se/secret@host/db",
           "postgresql://user:se secret@host/db",
           "mysql://user:secret@host/db",
           "host=h password=secret user=u",
           "postgresql://host/db?user=u&Password=secret",
           "unexpected: http://host --database postgresql://user:secret",
       }) {
    EXPECT_THAT(WithoutPasswords(text), Not(HasSubstr("secret"))) << text;
    EXPECT_THAT(WithoutPasswords(text), HasSubstr("[redacted]")) << text;
  }
}

TEST(TypedTextTest, TextWithoutPassword_StaysAsItIs) {
  for (const char* text : {"", "a@b.example", "--email a@b.example", "sqlite:///a/registry.db",
                           "https://zerotouch.example.com/token", "127.0.0.1:8080"}) {
    EXPECT_EQ(WithoutPasswords(text), text);
  }
}

TEST(TypedTextTest, PartsAroundAPassword_AreKept) {
  EXPECT_EQ(WithoutPasswords("no: mysql://user:secret@host/db, sorry"),
            "no: mysql://[redacted]@host/db, sorry");
}

}  // namespace
}  // namespace zerotouch::terminal
