// SPDX-License-Identifier: Apache-2.0
// Finds the routes of request lines, `METHOD target`, and parses URL templates.

#include "fuzz/input.h"
#include "wire/api_services.h"
#include "wire/rest/query.h"
#include "wire/rest/routes.h"
#include "wire/rest/url_template.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace zerotouch::wire;  // NOLINT(google-build-using-namespace)
  static const RouteTable& routes = *new RouteTable(RouteTable::Build(ApiServices()).value());
  const std::string_view text = zerotouch::test::TextOf(data, size);
  const size_t space = text.find(' ');
  if (space == std::string_view::npos) {
    const auto url = UrlTemplate::Parse(text);
    if (url.ok()) zerotouch::test::Expect(url->text() == text, "a template is its text");
    return 0;
  }
  const Target target = SplitTarget(text.substr(space + 1));
  const auto match = routes.Find(text.substr(0, space), target.path);
  if (!match.ok()) return 0;
  zerotouch::test::Expect(match->route->http_method == text.substr(0, space), "its method");
  zerotouch::test::Expect(match->bindings.size() == match->route->url.fields().size(),
                          "each variable has a value");
  return 0;
}
