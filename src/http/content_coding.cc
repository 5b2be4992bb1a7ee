// SPDX-License-Identifier: Apache-2.0
#include "http/content_coding.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"
#include "base/ascii.h"
#include "base/limits.h"
#include "base/status_macros.h"
#include "http/gzip.h"

namespace zerotouch::http {
namespace {

class GzipSource final : public BodySource {
 public:
  explicit GzipSource(std::unique_ptr<BodySource> plain) : plain_(std::move(plain)) {}

  absl::StatusOr<bool> Next(std::string& out) override {
    if (ended_) return false;
    if (!begun_ && !deflater_.Begin()) return absl::ResourceExhaustedError("deflateInit2 failed");
    begun_ = true;
    // Freed at the end: a client that does not read holds the compressed piece only.
    std::string piece;
    ZT_ASSIGN_OR_RETURN(const bool more, plain_->Next(piece));
    deflater_.Append(piece, !more, out);
    ended_ = !more;
    return true;
  }

  uint64_t HeldBytes() const override { return plain_->HeldBytes() + Deflater::kHeldBytes; }

 private:
  const std::unique_ptr<BodySource> plain_;
  Deflater deflater_{Deflater::Format::kGzip};
  bool begun_ = false;
  bool ended_ = false;
};

std::string_view Trimmed(std::string_view text) {
  const size_t begin = std::min(text.find_first_not_of(" \t"), text.size());
  return text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

// Returns the weight in `;q=...`: 1 if it is missing, 0 if it is malformed.
double WeightOf(std::string_view parameters) {
  const size_t q = parameters.find("q=");
  if (q == std::string_view::npos) return 1;
  double weight = 0;
  const std::string text(Trimmed(parameters.substr(q + 2)));
  return absl::SimpleAtod(text, &weight) ? weight : 0;
}

}  // namespace

bool AcceptsGzip(std::string_view accept_encoding) {
  double any = 0;
  while (!accept_encoding.empty()) {
    const std::string_view element = accept_encoding.substr(0, accept_encoding.find(','));
    accept_encoding.remove_prefix(std::min(accept_encoding.size(), element.size() + 1));
    const size_t end = std::min(element.find(';'), element.size());
    const std::string_view coding = Trimmed(element.substr(0, end));
    if (EqualIgnoringCase(coding, "gzip") || EqualIgnoringCase(coding, "x-gzip")) {
      return WeightOf(element.substr(end)) > 0;
    }
    if (coding == "*") any = WeightOf(element.substr(end));
  }
  return any > 0;
}

void CompressAnswer(Response& response) {
  const bool waits = response.stream != nullptr && response.stream->Pause() > absl::ZeroDuration();
  if (waits) return;  // a compressor keeps back what its client waits for
  if (response.stream != nullptr) {
    response.stream = std::make_unique<GzipSource>(std::move(response.stream));
  } else {
    Deflater deflater(Deflater::Format::kGzip);
    if (response.body.size() < limits::kCompressedAnswerBytes || !deflater.Begin()) return;
    std::string compressed;
    deflater.Append(response.body, /*is_last=*/true, compressed);
    response.body = std::move(compressed);
  }
  response.headers.Add("Content-Encoding", "gzip");
}

}  // namespace zerotouch::http
