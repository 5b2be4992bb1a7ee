// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_HTTP_HTTPS_ONLY_H_
#define ZEROTOUCH_HTTP_HTTPS_ONLY_H_

#include <optional>
#include <utility>

#include "http/http.h"

namespace zerotouch::http {

// Answers clients that use clear text on a server with TLS: refuses every request
// with an error that explains the remedy. `handler` renders it and must outlive
// this.
class HttpsOnly final : public Handler {
 public:
  explicit HttpsOnly(Handler& handler) : handler_(handler) {}

  std::optional<Response> RefuseEarly(Request& header) override { return Refusal(header); }
  bool Blocks() const override { return false; }
  void Serve(Request request, Executors&, Done done) override { std::move(done)(Refusal(request)); }
  Response Handle(Request& request) override { return Refusal(request); }
  Response RenderFault(const Fault& fault, const Request& header) override {
    return handler_.RenderFault(fault, header);
  }

 private:
  Response Refusal(const Request& header) {
    return RenderFault(Malformed("This server accepts TLS only: use https:// in the URL, or a "
                                 "secure gRPC channel."),
                       header);
  }

  Handler& handler_;
};

}  // namespace zerotouch::http

#endif  // ZEROTOUCH_HTTP_HTTPS_ONLY_H_
