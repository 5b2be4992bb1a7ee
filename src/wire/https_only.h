#ifndef ZEROTOUCH_WIRE_HTTPS_ONLY_H_
#define ZEROTOUCH_WIRE_HTTPS_ONLY_H_

#include <optional>

#include "model/errors.h"
#include "wire/http.h"

namespace zerotouch::wire {

// Answers clients that speak clear text to a server with TLS: whatever they ask,
// they learn what to change. `handler`, which renders that, must outlive it.
class HttpsOnly final : public HttpHandler {
 public:
  explicit HttpsOnly(HttpHandler& handler) : handler_(handler) {}

  std::optional<HttpResponse> RefuseEarly(const HttpRequest& header) override {
    return Refusal(header);
  }
  HttpResponse Handle(HttpRequest request) override { return Refusal(request); }
  HttpResponse RenderError(const absl::Status& status, const HttpRequest& header) override {
    return handler_.RenderError(status, header);
  }

 private:
  HttpResponse Refusal(const HttpRequest& header) {
    return RenderError(errors::BadRequest({{"",
                                            "This server is reached by TLS alone: write "
                                            "https:// in the URL, or use a secure channel."}}),
                       header);
  }

  HttpHandler& handler_;
};

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_HTTPS_ONLY_H_
