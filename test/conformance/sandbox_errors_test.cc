// SPDX-License-Identifier: Apache-2.0
// Tests of the errors of a sandbox's controls.

#include <string>

#include "conformance/whole_api_base.h"
#include "sandbox/controls.h"
#include "support/golden_file.h"
#include "wire/sandbox_methods.h"

namespace zerotouch::wire {
namespace {

class SandboxErrors : public WholeApi {
 protected:
  static MethodTable TableWith(service::Services& services, sandbox::Controls& controls) {
    MethodTable table = ApiMethods(services);
    AddSandboxMethods(controls, table);
    return table;
  }

  // Calls a control and adds its error to `text_`.
  void Expect(const std::string& method, const std::string& target, const std::string& body = "") {
    http::Request request = Request(method, target + "?prettyPrint=false", body);
    request.headers.Add("Content-Type", "application/json");
    text_ += "# " + method + " " + target + " " + body + "\n" +
             HttpText("HTTP", box_.Handle(std::move(request)));
  }

  sandbox::SandboxClock sandbox_clock_{clock_};
  sandbox::Controls controls_{sandbox_clock_};
  const MethodTable box_table_ = TableWith(all_, controls_);
  Api box_{box_table_, authenticator_, tokens_, *store_, clock_};
  std::string text_;
};

TEST_F(SandboxErrors, Clock) {
  Expect("POST", "/sandbox/v1/clock:advance");
  Expect("POST", "/sandbox/v1/clock:advance", R"({"duration":"-1s"})");
  Expect("POST", "/sandbox/v1/clock:advance", R"({"duration":"soon"})");
  Expect("POST", "/sandbox/v1/clock:advance", R"({"duration":"9999999999s"})");
  http::Request script = Request("GET", "/sandbox/v1/clock?prettyPrint=false&callback=f");
  text_ += "# a script\n" + HttpText("HTTP", box_.Handle(std::move(script)));
  test::ExpectGolden(ZEROTOUCH_GOLDEN "/errors_sandbox_clock.txt", text_);
}

}  // namespace
}  // namespace zerotouch::wire
