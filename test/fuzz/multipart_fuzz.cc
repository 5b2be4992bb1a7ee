// SPDX-License-Identifier: Apache-2.0
// Splits batch requests. The first line of the input is the Content-Type.

#include "fuzz/input.h"
#include "wire/rest/multipart.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace zerotouch::wire;  // NOLINT(google-build-using-namespace)
  const std::string_view text = zerotouch::test::TextOf(data, size);
  const size_t end = text.find('\n');
  if (end == std::string_view::npos) return 0;
  const auto boundary = BoundaryOf(text.substr(0, end));
  if (!boundary) return 0;
  const auto parts = SplitMultipart(text.substr(end + 1), *boundary);
  if (!parts.ok()) return 0;
  for (const Part& part : *parts) {
    const bool within = part.content.empty() ||
                        (part.content.data() >= text.data() &&
                         part.content.data() + part.content.size() <= text.data() + text.size());
    zerotouch::test::Expect(within, "a part is of the text");
    const auto request = ParseHttpRequest(part.content);
    if (!request.ok()) continue;
    zerotouch::test::Expect(!request->method.empty() && !request->target.empty(),
                            "a request has a method and a target");
    zerotouch::test::Expect(request->body.size() <= part.content.size(), "no body from nothing");
  }
  return 0;
}
