// SPDX-License-Identifier: Apache-2.0
#include "zerotouchd/endpoint.h"

#include <gtest/gtest.h>

namespace zerotouch::daemon {
namespace {

TEST(Endpoint, ListenAddress_GivesTheUrlThatClientsUse) {
  EXPECT_EQ(EndpointAt({"127.0.0.1", 80}, false).http, "http://127.0.0.1:80");
  EXPECT_EQ(EndpointAt({"0.0.0.0", 80}, false).grpc, "127.0.0.1:80");
  EXPECT_EQ(EndpointAt({"::", 80}, false).http, "http://[::1]:80");
  EXPECT_EQ(EndpointAt({"::1", 80}, false).TokenUri(), "http://[::1]:80/token");
  EXPECT_EQ(EndpointAt({"0.0.0.0", 443}, true).http, "https://127.0.0.1:443");
  EXPECT_EQ(EndpointAt({"::1", 443}, true).grpc, "[::1]:443");
}

TEST(Endpoint, ListenAddress_IsTakenApart) {
  const auto v6 = ParseListenAddress("[fe80::1]:8080");
  ASSERT_TRUE(v6.has_value());
  EXPECT_EQ(v6->host, "fe80::1");
  EXPECT_EQ(v6->port, 8080);
  EXPECT_FALSE(IsLoopback(*v6));
  EXPECT_TRUE(IsLoopback({"127.0.0.1", 0}));
  EXPECT_TRUE(IsLoopback({"::1", 0}));
  EXPECT_FALSE(IsLoopback({"0.0.0.0", 0}));
}

TEST(Endpoint, PublicUrl_GivesTheGrpcEndpointItsPort) {
  EXPECT_EQ(ParsePublicUrl("https://a.example/")->http, "https://a.example");
  EXPECT_EQ(ParsePublicUrl("https://a.example")->grpc, "a.example:443");
  EXPECT_EQ(ParsePublicUrl("http://a.example")->grpc, "a.example:80");
  EXPECT_EQ(ParsePublicUrl("https://a.example:8443")->grpc, "a.example:8443");
}

}  // namespace
}  // namespace zerotouch::daemon
