// SPDX-License-Identifier: Apache-2.0
#include "wire/rest/jsonp.h"

#include <fmt/format.h>

#include <memory>
#include <utility>

#include "base/status_macros.h"

namespace zerotouch::wire {
namespace {

// The comment keeps browser plugins from reading the answer as another file type.
std::string Begin(const std::string& callback) {
  return fmt::format("// API callback\n{}(", callback);
}

constexpr char kEnd[] = ");\n";

class CallSource final : public http::BodySource {
 public:
  CallSource(const std::string& callback, std::unique_ptr<http::BodySource> argument)
      : begin_(Begin(callback)), argument_(std::move(argument)) {}

  absl::StatusOr<bool> Next(std::string& out) override {
    if (ended_) return false;
    out += std::exchange(begin_, {});
    ZT_ASSIGN_OR_RETURN(const bool more, argument_->Next(out));
    if (!more) out += kEnd;
    ended_ = !more;
    return true;
  }
  bool IsReady() override { return ended_ || argument_->IsReady(); }

 private:
  std::string begin_;
  const std::unique_ptr<http::BodySource> argument_;
  bool ended_ = false;
};

}  // namespace

void WrapForCallback(const std::string& callback, http::Response& response) {
  response.status = 200;
  response.headers.Set("Content-Type", "text/javascript; charset=UTF-8");
  if (response.stream != nullptr) {
    response.stream = std::make_unique<CallSource>(callback, std::move(response.stream));
  } else {
    response.body = Begin(callback) + response.body + kEnd;
  }
}

}  // namespace zerotouch::wire
