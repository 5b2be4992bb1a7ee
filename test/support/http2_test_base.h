// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_TEST_SUPPORT_HTTP2_TEST_BASE_H_
#define ZEROTOUCH_TEST_SUPPORT_HTTP2_TEST_BASE_H_

#include <memory>

#include "support/http2_client.h"
#include "support/server_test_base.h"

namespace zerotouch::http {

// A server with a scripted handler, and an HTTP/2 client.
class Http2TestBase : public ServerTestBase {
 protected:
  test::Http2Client& Connect() {
    if (server_ == nullptr) Start();
    client_ = std::make_unique<test::Http2Client>(server_->port());
    return *client_;
  }

  std::unique_ptr<test::Http2Client> client_;
};

}  // namespace zerotouch::http

#endif  // ZEROTOUCH_TEST_SUPPORT_HTTP2_TEST_BASE_H_
