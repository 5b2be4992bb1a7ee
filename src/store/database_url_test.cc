// SPDX-License-Identifier: Apache-2.0
#include "store/database_url.h"

#include <gtest/gtest.h>

#include "base/status_text.h"

namespace zerotouch::store {
namespace {

constexpr char kSecret[] = "s3cr3t";

bool Shows(const absl::Status& status, std::string_view text) {
  return MessageOf(status).find(text) != std::string_view::npos;
}

TEST(DatabaseUrl, UnknownKind_IsRefusedWithoutItsPassword) {
  for (const char* url :
       {"mysql://user:s3cr3t@host/db", "postgres:user:s3cr3t@host", "host=::1 password=s3cr3t",
        "password=s3cr3t host=a:b", "s3cr3t:x", "s3cr3t x://host",
        "postgresql:/user:s3cr3t@host/db", "Postgresql//user:s3cr3t@host/db", ":s3cr3t@host",
        "user:s3cr3t@host://x", "://s3cr3t"}) {
    const absl::Status status = UnknownDatabase(url);
    EXPECT_TRUE(absl::IsInvalidArgument(status));
    EXPECT_FALSE(Shows(status, kSecret)) << status;
  }
  EXPECT_TRUE(Shows(UnknownDatabase("mysql://user@host/db"), "\"mysql://…\""));
}

TEST(DatabaseUrl, PlainUrls_ShowWhyTheConnectionFailed) {
  for (const char* url :
       {"postgresql://host", "postgresql://user@host/db", "postgres://user:p%40ss@host:5432/db",
        "postgresql://user:a:b@[::1]:5432/db?sslmode=disable", "postgresql://a:1,b:2/db",
        "postgresql:///db?host=/tmp&port=1", "postgresql://user:pass@[2001:db8::1]"}) {
    const absl::Status status = PostgresConnectionError(url, "the reason");
    EXPECT_TRUE(absl::IsUnavailable(status));
    EXPECT_EQ(MessageOf(status), "the reason") << url;
  }
}

TEST(DatabaseUrl, MalformedUrls_ShowNoPartOfThePassword) {
  for (const char* url :
       {"postgresql://user:s3@cr3t@host/db", "postgresql://user:s3/cr3t@host/db",
        "postgresql://user:1/s3cr3t@host/db", "postgresql://user:s3cr3t",
        "postgresql://user:s3cr3t/db", "postgresql://user:s3cr3t@[::1/db",
        "postgresql://user:s3cr3t@::1/db", "postgresql://user:s3cr3t@[::1]x/db",
        "postgresql://user:%zzs3cr3t@host/db", "postgresql://user:s3cr3t@host:port/db",
        "postgresql://user:1?s3cr3t@host/db", "postgresql://user:1#s3cr3t@host/db",
        "postgresql://host/db?password=a&s3cr3t", "postgresql://host/db?password=%s3cr3t",
        "postgresql://host/db?pass=s3cr3t", "postgresql://host?password=1@s3cr3t",
        "postgresql://host/db?password=s3=cr3t"}) {
    const absl::Status status = PostgresConnectionError(url, url);
    for (const char* part : {"s3", "cr3t"}) EXPECT_FALSE(Shows(status, part)) << status;
    EXPECT_TRUE(Shows(status, "percent-encode")) << status;
  }
}

}  // namespace
}  // namespace zerotouch::store
