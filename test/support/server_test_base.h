// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_TEST_SUPPORT_SERVER_TEST_BASE_H_
#define ZEROTOUCH_TEST_SUPPORT_SERVER_TEST_BASE_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "base/log.h"
#include "http/server.h"
#include "support/gzip.h"
#include "support/http1_client.h"
#include "support/scripted_handler.h"

namespace zerotouch::http {

using test::Gzip;

// A server with a scripted handler on a free port.
class ServerTestBase : public ::testing::Test {
 protected:
  ServerTestBase() {
    log::SetLevel(log::Level::kOff);
    options_.listen = "127.0.0.1:0";
    options_.worker_threads = 4;
  }
  ~ServerTestBase() override {
    server_.reset();
    log::SetLevel(log::Level::kInfo);
  }

  // Starts the server with the current options.
  void Start() {
    auto server = Server::Start(options_, handler_);
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }

  // Sends `request` on a new connection and returns its answer.
  test::ReceivedResponse Ask(const std::string& request) {
    if (server_ == nullptr) Start();
    test::SocketClient client(server_->port());
    client.Send(request);
    return test::Reader(client).Next();
  }

  ServerOptions options_;
  ScriptedHandler handler_;
  std::unique_ptr<Server> server_;
};

}  // namespace zerotouch::http

#endif  // ZEROTOUCH_TEST_SUPPORT_SERVER_TEST_BASE_H_
